"""Attachments in a bucket of S3 or of a compatible service. `Storage` in `__init__.py` describes the methods.

Endpoint, region and keys come from the environment by their usual names (`AWS_ENDPOINT_URL`, `AWS_REGION`,
`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, or the machine's own role).
"""

import asyncio
import os
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta

from obstore.exceptions import BaseError
from obstore.store import S3Store

from models.attachments.uploads import StorageFailed, StoredFile, Upload, sha256

_PART = 5 * 1024 * 1024
"""Bytes of a part of an upload: the smallest that S3 accepts."""
_RANGE_BYTES = 512 * 1024
"""Bytes of one ranged read: small, so that a slow reader keeps no request open until it times out."""
_UPLOADS = 4
"""Uploads at the same time: each keeps one or two parts in memory."""
_BUCKET = re.compile(r"[\w.-]+", re.ASCII)
_KEY = re.compile("[0-9a-f]{32}")


@contextmanager
def _storage_errors(*, writing: bool = False) -> Iterator[None]:
    """Raise StorageFailed for a bucket that is not accessible or too slow, and in writing for one that is missing.

    In reading, a missing object is FileNotFoundError.
    """
    try:
        yield
    except FileNotFoundError as error:
        if writing:
            raise StorageFailed(str(error).partition("\n")[0]) from error
        raise
    except BaseError as error:
        raise StorageFailed(str(error).partition("\n")[0]) from error


class S3Storage:
    """A bucket. Keys are the names of objects under the prefix."""

    def __init__(self, location: str) -> None:
        bucket, _, prefix = location.partition("/")
        if not _BUCKET.fullmatch(bucket):
            raise ValueError(
                "SAISINE_STORAGE_URL: s3:// without a bucket; use s3://BUCKET or s3://BUCKET/PREFIX, without keys"
            )
        in_clear = os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true")
        for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
            if os.environ.get(name, "").startswith("http://") and not in_clear:
                raise ValueError(
                    f"{name} is http://, so credentials and files would be sent unencrypted: use https://, or set "
                    "AWS_ALLOW_HTTP=true on a private network"
                )
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            client_options={"connect_timeout": "5s", "timeout": "60s", "allow_http": in_clear},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=10)},
        )
        self._uploading = asyncio.Semaphore(_UPLOADS)

    async def check(self) -> None:
        """Raise StorageFailed if no object can be written and removed."""
        key = uuid.uuid4().hex
        with _storage_errors(writing=True):
            await self._store.put_async(key, b"saisine")
            await self._store.delete_async(key)

    async def save(self, upload: Upload) -> StoredFile:
        """Write the bytes durably under a new key, large files in parts."""
        key = uuid.uuid4().hex
        async with self._uploading:
            digest = await asyncio.to_thread(sha256, upload.file)
            upload.file.seek(0)
            with _storage_errors(writing=True):
                await self._store.put_async(key, upload.file, chunk_size=_PART, max_concurrency=1)
        return StoredFile(upload.filename, upload.content_type, upload.size, digest, key)

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a key in chunks."""
        with _storage_errors():
            stop = (await self._store.head_async(key))["size"] if length is None else start + length
        while start < stop:
            with _storage_errors():
                chunk = await self._store.get_range_async(key, start=start, end=min(start + _RANGE_BYTES, stop))
            yield bytes(chunk)
            start += len(chunk)

    async def exists(self, key: str) -> bool:
        """Whether a key has bytes."""
        try:
            with _storage_errors():
                await self._store.head_async(key)
        except FileNotFoundError:
            return False
        return True

    async def discard(self, key: str) -> None:
        """Remove the bytes of a key."""
        with _storage_errors():
            await self._store.delete_async(key)

    async def written_before(self, limit: float) -> AsyncIterator[list[str]]:
        """The keys of old objects."""
        listing = self._store.list(chunk_size=500)
        while True:
            with _storage_errors():
                page = await anext(listing, None)
            if page is None:
                return
            # Only objects that were written here: the bucket may be shared.
            old = [one["path"] for one in page if one["last_modified"].timestamp() < limit]
            if keys := [key for key in old if _KEY.fullmatch(key)]:
                yield keys
