"""Removal of the bytes that no attachment owns: left by a crash before the commit, or rejected by the scanner."""

import time

from models.attachments.storage import Storage
from models.tickets.tables import Attachment, ScanState


async def sweep(storage: Storage, older_than: float) -> int:
    """Remove the bytes without an owner that were written more than so many seconds ago: their number.

    The age protects what an action has stored and will commit. Errors: StorageFailed.
    """
    swept = 0
    async for keys in storage.written_before(time.time() - older_than):
        owned = Attachment.filter(storage_key__in=keys).exclude(scan_state=ScanState.REJECTED)
        for key in set(keys).difference(await owned.values_list("storage_key", flat=True)):
            await storage.discard(key)
            swept += 1
    return swept
