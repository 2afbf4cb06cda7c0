"""The sweep: it removes stored files that no attachment uses, after a crash before the commit or a rejection."""

import time

from models.attachments.storage import Storage
from models.attachments.tables import Attachment, ScanState


async def sweep(storage: Storage, older_than: float) -> int:
    """Remove the unused files that were written more than `older_than` seconds ago: their number.

    Younger files may belong to an action that has not committed yet. Errors: StorageFailed.
    """
    swept = 0
    async for keys in storage.written_before(time.time() - older_than):
        used = Attachment.filter(storage_key__in=keys).exclude(scan_state=ScanState.REJECTED)
        for key in set(keys).difference(await used.values_list("storage_key", flat=True)):
            await storage.discard(key)
            swept += 1
    return swept
