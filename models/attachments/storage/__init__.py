"""The bytes of attachments, under opaque keys. Which row owns which key is the actions' business.

Bytes are written before the row that claims them: a crash in between leaves an orphan, which `sweep` removes.
"""

import time
from collections.abc import AsyncIterator
from typing import Protocol

from models.attachments.storage.files import FileStorage
from models.attachments.storage.s3 import S3Storage
from models.attachments.uploads import Stored, Upload
from models.database import fetch
from models.settings import StorageSettings


class Storage(Protocol):
    """Where bytes are kept. Errors of each: StorageFailed."""

    async def check(self) -> None:
        """Whether bytes can be kept there."""

    async def save(self, upload: Upload) -> Stored:
        """Write the bytes durably, under a new key: all of them or none."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a key, a piece at a time; from `start` on, `length` of them. Errors: FileNotFoundError."""

    async def holds(self, key: str) -> bool:
        """Whether the bytes of a key are there."""

    async def discard(self, key: str) -> None:
        """Remove the bytes of a key, if they are there."""

    def written_before(self, limit: float) -> AsyncIterator[list[str]]:
        """The keys of what was written before an instant (seconds since the epoch), some hundred at a time."""


def storage_for(settings: StorageSettings) -> Storage:
    """The storage that the settings name. Errors: ValueError for one that there is not."""
    scheme, _, place = settings.storage.partition("://")
    if scheme == "file":
        return FileStorage(place)
    if scheme == "s3":
        return S3Storage(place)
    raise ValueError("SAISINE_STORAGE_URL: no storage for that; use file://PATH or s3://BUCKET/PREFIX")


async def sweep(storage: Storage, older_than: float) -> int:
    """Remove what is of that age in seconds and claimed by no row, or rejected by the scanner; how much there was."""
    swept = 0
    async for some in storage.written_before(time.time() - older_than):
        claimed = await fetch(
            f"SELECT storage_key FROM attachments WHERE scan_state <> 'REJECTED' AND storage_key IN "
            f"({', '.join('?' * len(some))})",
            some,
        )
        for key in set(some) - {row[0] for row in claimed}:
            await storage.discard(key)
            swept += 1
    return swept
