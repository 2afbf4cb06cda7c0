"""The bytes of attachments, under opaque keys. Which row owns which key is the actions' business.

Bytes are written before the row that claims them: a crash in between leaves an orphan, which `sweep` removes.
"""

import asyncio
import hashlib
import os
import re
import time
import unicodedata
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.database import rows
from models.settings import StorageSettings

CHUNK = 64 * 1024
"""Bytes read or written at a time."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: its name and type as the client says, its bytes in a spooled file, their number."""

    filename: str
    content_type: str
    file: IO[bytes]
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes are in the storage."""

    filename: str
    content_type: str
    size: int
    digest: str
    key: str


_KEY = re.compile("[0-9a-f]{32}")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


def clean_filename(given: str | None) -> str:
    """A file's name without a path, controls or invisible marks, 200 characters at most with its ending."""
    name = re.split(r"[/\\]", given or "")[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 16:
        return f"{stem[: 199 - len(ending)]}.{ending}"
    return name[:200] or "fichier"


def clean_media_type(given: str | None) -> str:
    """A media type without parameters; `application/octet-stream` for what is none."""
    kind = (given or "").split(";")[0].strip().lower()
    return kind if len(kind) <= 127 and _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"


class FileStorage:
    """Attachments in a folder, two characters of the key a subfolder."""

    def __init__(self, settings: StorageSettings) -> None:
        scheme, _, path = settings.storage.partition("://")
        if scheme != "file":
            raise ValueError(f"SAISINE_STORAGE_URL: no storage for {scheme}://; use file://PATH")
        self.root = Path(path)

    def path(self, key: str) -> Path:
        """Where the bytes of a key are."""
        return self.root / key[:2] / key

    async def save(self, upload: Upload) -> Stored:
        """Write the bytes durably, under a new key."""
        return await asyncio.to_thread(self._save, upload)

    def _save(self, upload: Upload) -> Stored:
        key = uuid.uuid4().hex
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        size = 0
        upload.file.seek(0)
        try:
            with target.open("xb") as out:
                while chunk := upload.file.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return Stored(upload.filename, upload.content_type, size, digest.hexdigest(), key)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """The bytes of a key, a chunk at a time. Errors: FileNotFoundError."""
        file = await asyncio.to_thread(self.path(key).open, "rb")
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk
        finally:
            file.close()

    async def holds(self, key: str) -> bool:
        """Whether the bytes of a key are there."""
        return await asyncio.to_thread(self.path(key).is_file)

    async def discard(self, key: str) -> None:
        """Remove the bytes of a key that no row claims."""
        await asyncio.to_thread(self.path(key).unlink, missing_ok=True)

    async def sweep(self, older_than: float) -> int:
        """Remove the files of that age in seconds that no row claims; how many there were."""
        limit = time.time() - older_than
        old = await asyncio.to_thread(self._keys_before, limit)
        swept = 0
        for start in range(0, len(old), 500):
            some = old[start : start + 500]
            claimed = await rows(
                f"SELECT storage_key FROM attachments WHERE storage_key IN ({', '.join('?' * len(some))})",  # noqa: S608
                some,
            )
            for key in set(some) - {row[0] for row in claimed}:
                await self.discard(key)
                swept += 1
        return swept

    def _keys_before(self, limit: float) -> list[str]:
        old = []
        for path in self.root.glob("??/*"):
            # Only what can have come from here: the folder may have been shared by mistake.
            if _KEY.fullmatch(path.name) and path.parent.name == path.name[:2]:
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < limit:
                        old.append(path.name)
        return old
