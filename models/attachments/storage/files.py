"""Attachments as files in a folder. `Storage` in `__init__.py` describes the methods."""

import asyncio
import hashlib
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.attachments.uploads import CHUNK, StorageFailed, StoredFile, Upload
from models.private_files import make_folder, open_private

_KEY = re.compile("[0-9a-f]{32}")


@contextmanager
def _storage_errors() -> Iterator[None]:
    """Raise StorageFailed for a folder that is full, missing or not accessible."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageFailed(f"attachments: {error.strerror}") from error


class FileStorage:
    """A folder. Files are in subfolders named by the first two characters of their keys."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def path(self, key: str) -> Path:
        """The path of the file of a key."""
        return self.root / key[:2] / key

    async def check(self) -> None:
        """Raise StorageFailed if no file can be written."""

        def write() -> None:
            with _storage_errors():
                make_folder(self.root)
                if not os.access(self.root, os.W_OK | os.X_OK):
                    raise StorageFailed(f"{self.root} is not writable")

        await asyncio.to_thread(write)

    async def save(self, upload: Upload) -> StoredFile:
        """Write the bytes durably, under a new key."""
        return await asyncio.to_thread(self._save, upload)

    def _save(self, upload: Upload) -> StoredFile:
        key = uuid.uuid4().hex
        target = self.path(key)
        digest = hashlib.sha256()
        size = 0
        upload.file.seek(0)
        with _storage_errors():
            make_folder(target.parent)
            try:
                with open(target, "xb", opener=open_private) as out:
                    while chunk := upload.file.read(CHUNK):
                        digest.update(chunk)
                        size += len(chunk)
                        out.write(chunk)
                    out.flush()
                    os.fsync(out.fileno())
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        return StoredFile(upload.filename, upload.content_type, size, digest.hexdigest(), key)

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a key in chunks."""
        file = await asyncio.to_thread(self.path(key).open, "rb")
        left = sys.maxsize if length is None else length
        try:
            file.seek(start)
            while left and (chunk := await asyncio.to_thread(file.read, min(left, CHUNK))):
                left -= len(chunk)
                yield chunk
        finally:
            file.close()

    async def exists(self, key: str) -> bool:
        """Whether a key has bytes."""
        return await asyncio.to_thread(self.path(key).is_file)

    async def discard(self, key: str) -> None:
        """Remove the bytes of a key."""
        await asyncio.to_thread(self.path(key).unlink, missing_ok=True)

    async def written_before(self, limit: float) -> AsyncIterator[list[str]]:
        """The keys of old files."""
        old = await asyncio.to_thread(self._older, limit)
        for start in range(0, len(old), 500):
            yield old[start : start + 500]

    def _older(self, limit: float) -> list[str]:
        old = []
        for path in self.root.glob("??/*"):
            # Only files that were written here: the folder may be shared by mistake.
            if _KEY.fullmatch(path.name) and path.parent.name == path.name[:2]:
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < limit:
                        old.append(path.name)
        return old
