"""Attachments examined for viruses by clamd, where one is set: what is pending, what was found, and the ticket told.

The house's own verb: no person calls it. Bytes that were rejected are never served and do not stay.
"""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog
from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket

from models import database
from models.attachments.uploads import StorageFailed
from models.database import Transaction, fetch
from models.idempotency import Services
from models.journal import NEXT_POSITION, ConcurrentUpdate, now, record
from models.settings import StorageSettings, parts_of
from models.tickets.tables import ScanState
from models.tickets.writes import INSERT_ACTIVITY, UPDATE_TICKET, activity_values, update_values
from models.workflow import ActivityKind, State, StateReason, TicketStatus

log = structlog.get_logger("saisine.scans")


class ScanFailed(Exception):
    """The scanner can't be reached, or has no answer: the file stays pending and is tried again."""


class Scanner:
    """clamd, at tcp://HOST:PORT or unix://PATH."""

    def __init__(self, url: str, seconds: float) -> None:
        place = parts_of("CLAMD_URL", url)
        if place.scheme == "tcp" and place.hostname and place.port:
            host, port = place.hostname, place.port
            self._connect: Callable[[], ClamdNetworkSocket] = lambda: ClamdNetworkSocket(host, port, seconds)
        elif place.scheme == "unix" and place.path:
            # The client's annotation says int; the socket takes a float.
            self._connect = lambda: ClamdUnixSocket(place.path, seconds)  # type: ignore[arg-type]
        else:
            raise ValueError("SAISINE_CLAMD_URL: it names no scanner; use tcp://HOST:PORT or unix:///PATH")

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        """The name of what was found; None where nothing was. Errors: ScanFailed."""
        client = self._connect()
        with tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as file:
            async for piece in pieces:
                file.write(piece)
            file.seek(0)
            try:
                found = await asyncio.to_thread(client.instream, file)  # type: ignore[arg-type] # it is read, no more
            except asyncio.CancelledError:
                # The thread would wait on for an answer that nobody needs.
                with suppress(OSError, AttributeError):
                    client.clamd_socket.shutdown(socket.SHUT_RDWR)
                raise
            except (ClamdError, OSError, ValueError) as error:
                raise ScanFailed(str(error)) from error
        verdict, name = next(iter(found.values()), ("no answer", None))
        if verdict not in ("OK", "FOUND"):
            raise ScanFailed(f"{verdict}: {name}")
        return (name or "?") if verdict == "FOUND" else None


def scanner_for(settings: StorageSettings) -> Scanner | None:
    """The scanner that the settings name, if any. Errors: ValueError for what is no address of one."""
    return Scanner(settings.clamd_url, settings.clamd_timeout_seconds) if settings.clamd_url else None


@dataclass(frozen=True, slots=True)
class _File:
    id: int
    filename: str
    size: int
    key: str


async def keep_scanning(services: Services, scanner: Scanner) -> None:
    """Examine what is pending, at every wake-up and now and then, for ever."""
    woken = asyncio.Event()
    stop_listening = services.broker.listen(woken.set) if services.broker is not None else None
    patience = services.settings.clamd_retry_seconds
    try:
        while True:
            woken.clear()
            try:
                while await scan_next(services, scanner):
                    pass
            except (ScanFailed, StorageFailed, FileNotFoundError) as error:
                log.warning("scan failed", why=str(error), again_in_seconds=patience)
                await asyncio.sleep(patience)
            except Exception:
                log.exception("scan failed")
                await asyncio.sleep(patience)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience):
                        await woken.wait()
    finally:
        if stop_listening is not None:
            stop_listening()


async def scan_next(services: Services, scanner: Scanner) -> bool:
    """Examine the files of one activity, if some are pending; whether there may be more.

    Errors: ScanFailed, StorageFailed, FileNotFoundError; the files are tried again later.
    """
    settings = services.settings
    lease = round(1000 * settings.clamd_timeout_seconds * (settings.attachment_max_count + 1))
    due = "SELECT activity_id FROM attachments WHERE scan_state = 'PENDING' AND scan_after <= ?"
    waiting = await fetch(f"{due} ORDER BY scan_after LIMIT 1", [now()])
    if not waiting:
        return False
    activity_id: int = waiting[0][0]
    if not await _put_off(activity_id, now() + lease, due=now()):
        return True  # another process has taken them
    verdicts: dict[_File, str | None] | None = None
    try:
        ticket_id, files = await _pending(activity_id)
        found = {file: await scanner.scan(services.storage.read(file.key, 0, file.size)) for file in files}
        verdicts = found
    finally:
        if verdicts is None:
            await _put_off(activity_id, now() + round(1000 * settings.clamd_retry_seconds))
    await conclude(services, ticket_id, {file.id: virus for file, virus in verdicts.items()})
    for file, virus in verdicts.items():
        if virus is not None:
            await services.storage.discard(file.key)
    return True


async def _put_off(activity_id: int, until: int, due: int | None = None) -> int:
    """Let nobody examine an activity's pending files before an instant; with `due`, where it was their turn then."""

    async def step(connection: Transaction) -> int:
        sql = "UPDATE attachments SET scan_after = ? WHERE activity_id = ? AND scan_state = 'PENDING'"
        values: list[object] = [until, activity_id]
        if due is not None:
            sql, values = f"{sql} AND scan_after <= ?", [*values, due]
        return (await connection.execute_query(sql, values))[0]

    return await database.transaction(step)


async def _pending(activity_id: int) -> tuple[int, list[_File]]:
    """The ticket of an activity, and the files of it that are pending."""
    sql = (
        "SELECT ticket_id, id, filename, size, storage_key FROM attachments "
        "WHERE activity_id = ? AND scan_state = 'PENDING' ORDER BY id"
    )
    found = await fetch(sql, [activity_id])
    return (found[0][0] if found else 0), [_File(*row[1:5]) for row in found]


async def conclude(services: Services, ticket_id: int, verdicts: dict[int, str | None]) -> None:
    """Record what was found in files of a ticket, by their ids: None for nothing. The ticket tells it in an activity.

    A closed ticket never changes: there the files' own states tell.
    """

    async def step(connection: Transaction) -> int:
        settled: list[int] = []
        for file_id, virus in verdicts.items():
            state = ScanState.CLEAN if virus is None else ScanState.REJECTED
            sql = "UPDATE attachments SET scan_state = ? WHERE id = ? AND scan_state = 'PENDING'"
            if (await connection.execute_query(sql, [state, file_id]))[0]:
                settled.append(file_id)
        if not settled:
            return 0
        row = (
            await fetch(
                "SELECT status, state_reason, assignee_id, recipient_structure_id, recipient_service_id, version, "
                "words_length, updated_at FROM tickets WHERE id = ?",
                [ticket_id],
                connection,
            )
        )[0]
        status, reason, *rest, words, updated_at = row
        before = State(TicketStatus(status), reason and StateReason(reason), *rest)
        if before.status is TicketStatus.CLOSED:
            return 0
        after = replace(before, version=before.version + 1)
        at = max(now(), updated_at)
        if not (await connection.execute_query(UPDATE_TICKET, update_values(ticket_id, after, at, words)))[0]:
            raise ConcurrentUpdate
        names = dict(
            await fetch(
                f"SELECT id, filename FROM attachments WHERE id IN ({', '.join('?' * len(settled))})",
                settled,
                connection,
            )
        )
        bad = [f"{names[file_id]} : {verdicts[file_id]}" for file_id in settled if verdicts[file_id] is not None]
        kind = ActivityKind.ATTACHMENTS_REJECTED if bad else ActivityKind.ATTACHMENTS_CLEARED
        position = (await fetch(*NEXT_POSITION, connection))[0][0]
        activity = activity_values(
            position, ticket_id, kind, before, after, actor_id=None, message="\n".join(bad) or None, at=at,
            words_from=words, words_to=words,
        )  # fmt: skip
        await connection.execute_query(INSERT_ACTIVITY, activity)
        return int(position)

    await record(step, services.broker)
