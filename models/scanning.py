"""The queue of attachments to scan for viruses; only used where the settings name a scanner.

The results are recorded by `actions.record_scan_result`. The bytes of a rejected file are never served and are deleted.
"""

import asyncio
from contextlib import suppress

import structlog
from tortoise.queryset import QuerySet

from models import actions
from models.attachments.clamd import ScanFailed, Scanner
from models.attachments.tables import Attachment, ScanState
from models.attachments.uploads import StorageFailed
from models.database import fetch, shielded
from models.journal import now
from models.services import Services

log = structlog.get_logger("saisine.scans")


async def keep_scanning(services: Services, scanner: Scanner) -> None:
    """Scan pending files until cancelled: at every wake-up of the broker, and at the retry interval."""
    woken = asyncio.Event()
    stop_listening = services.broker.listen(woken.set) if services.broker is not None else None
    interval = services.settings.clamd_retry_seconds
    try:
        while True:
            woken.clear()
            try:
                while await scan_next(services, scanner):
                    pass
            except (ScanFailed, StorageFailed, FileNotFoundError) as error:
                log.warning("scan failed", reason=str(error), retry_in_seconds=interval)
                await asyncio.sleep(interval)
            except Exception:
                log.exception("scan failed")
                await asyncio.sleep(interval)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(interval):
                        await woken.wait()
    finally:
        if stop_listening is not None:
            stop_listening()


# SQL, not the model: a parameter in the place of 'PENDING' would keep both databases from using the partial index.
_NEXT_DUE = (
    "SELECT activity_id FROM attachments WHERE scan_state = 'PENDING' AND scan_after <= ? ORDER BY scan_after LIMIT 1"
)


async def scan_next(services: Services, scanner: Scanner) -> bool:
    """Scan the pending files of one activity and record the result; returns whether more may be due.

    Errors: ScanFailed, StorageFailed, FileNotFoundError; the files are then scanned again later.
    """
    settings = services.settings
    lease = round(1000 * settings.clamd_timeout_seconds * (settings.attachment_max_count + 1))
    due = await fetch(_NEXT_DUE, [now()])
    if not due:
        return False
    pending = Attachment.filter(activity_id=due[0][0], scan_state=ScanState.PENDING).order_by("id")
    # Only one process can postpone files that are due; it is the one that scans them.
    if not await _postpone(pending.filter(scan_after__lte=now()), lease):
        return True
    viruses: dict[int, str | None] = {}
    scanned = False
    try:
        files = await pending.all()  # a copy: a query that has read keeps its reading connection
        for file in files:
            viruses[file.id] = await scanner.scan(services.storage.read(file.storage_key, 0, file.size))
        scanned = True
    finally:
        if not scanned:
            await _postpone(pending, round(1000 * settings.clamd_retry_seconds))
    if files:
        await actions.record_scan_result(services, files[0].ticket_id, viruses)
    for file in files:
        if viruses[file.id] is not None:
            await services.storage.discard(file.storage_key)
    return True


async def _postpone(files: QuerySet[Attachment], milliseconds: int) -> int:
    """Make files due later: their number. Runs to its end even if the scan is cancelled."""

    async def update() -> int:
        return await files.update(scan_after=now() + milliseconds)

    return await shielded(update())
