"""Storage of the bytes of attachments, under opaque keys; the attachment's row has the key.

Bytes are written before their row is committed. A crash in between leaves bytes without a row: `models/sweep.py`
removes them.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from models.attachments.storage.files import FileStorage
from models.attachments.storage.s3 import S3Storage
from models.attachments.uploads import StoredFile, Upload
from models.settings import StorageSettings


class Storage(Protocol):
    """A store of bytes under keys. Every method can raise StorageFailed."""

    async def check(self) -> None:
        """Raise StorageFailed if nothing can be written."""

    async def save(self, upload: Upload) -> StoredFile:
        """Write the bytes durably under a new key: all of them, or none."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a key in chunks: `length` of them from `start`, by default all. Errors: FileNotFoundError."""

    async def exists(self, key: str) -> bool:
        """Whether a key has bytes."""

    async def discard(self, key: str) -> None:
        """Remove the bytes of a key, if it has any."""

    def written_before(self, limit: float) -> AsyncIterator[list[str]]:
        """The keys that were written before an instant (seconds since the epoch), in lists of some hundred."""


def storage_for(settings: StorageSettings) -> Storage:
    """The storage that the settings name. Errors: ValueError for a URL that is neither file:// nor s3://."""
    scheme, _, location = settings.storage.partition("://")
    if scheme == "file":
        return FileStorage(location)
    if scheme == "s3":
        return S3Storage(location)
    raise ValueError("SAISINE_STORAGE_URL: unknown kind of storage; use file://PATH or s3://BUCKET/PREFIX")
