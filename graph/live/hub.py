"""Reads the journal once for all subscriptions of the process.

There are no queues. The hub caches the latest events; each consumer (`consumer.py`) has a position and takes the events
after it, older ones from the journal. So a slow client costs no memory, an idle one no SQL, and live and resumed
subscriptions take the same path. Cohorts (`cohorts.py`) share the work of equal subscriptions.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

import structlog

from models import access, journal
from models.access import Rights
from models.broker import Broker
from models.database import is_outage
from models.journal import Event, TicketRef
from models.search.index import text
from models.tickets.projection import TicketFields, TicketRow, tickets_as_left_by

log = structlog.get_logger("saisine.hub")

_BATCH = 200
_NO_VERSION = -1
_MAX_SHARED_READS = 500
"""Number of cached reads that consumers share; a consumer further behind reads for itself."""


class Hub:
    """The latest events of the desk, and the rights of the subscribed users."""

    def __init__(self, broker: Broker, *, poll_seconds: float, cache_events: int) -> None:
        self._broker = broker
        self._poll_seconds = poll_seconds
        self._capacity = cache_events
        self._events: list[Event] = []
        self._tickets: WeakValueDictionary[int, TicketRef] = WeakValueDictionary()
        self._shared_reads: dict[tuple[int, object], asyncio.Task[Any]] = {}
        self._rights: dict[int, Rights] = {}
        self._rights_version = _NO_VERSION
        self._position = 0
        self._floor = 0
        self._woken = asyncio.Event()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        self.closing = False

    @property
    def position(self) -> int:
        """The position of the last event read."""
        return self._position

    @property
    def rights_version(self) -> int:
        """The version of the desk's rights when the hub last read it."""
        return self._rights_version

    @property
    def changed(self) -> asyncio.Event:
        """Set once, at the next change of the position or the rights, or when the hub closes."""
        return self._changed

    @property
    def following(self) -> bool:
        """Whether the journal is being followed."""
        return self._task is not None and not self._task.done()

    async def open(self) -> None:
        """Start to follow the journal, after its latest event."""
        desk = await journal.desk_state()
        self._position = self._floor = desk.position
        self._rights_version = desk.rights_version
        self._stop_listening = self._broker.listen(self._woken.set)
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop following; every subscription ends."""
        self.closing = True
        self._stop_listening()
        self._announce()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self._catch_up()
            except Exception as error:
                # The database may be down for a while: the next wake-up or poll reads on from the same position.
                if is_outage(error):
                    log.error("journal not read", why=repr(error))
                else:
                    log.exception("journal not read")

    async def _catch_up(self) -> None:
        desk = await journal.desk_state()
        if desk.rights_version != self._rights_version:
            self._rights_version = desk.rights_version
            self._rights.clear()
            self._announce()
        while self._position < desk.position:
            # Up to this position only: later events may depend on rights that were not read yet.
            events = self.events_of(await journal.after(self._position, _BATCH, max_position=desk.position))
            self._events += events
            # The last positions may be those of changes of rights, which have no event.
            self._position = events[-1].position if len(events) == _BATCH else desk.position
            if len(self._events) > 2 * self._capacity:
                del self._events[: -self._capacity]
                self._floor = self._events[0].position - 1
                self._shared_reads = {key: task for key, task in self._shared_reads.items() if key[0] > self._floor}
            self._announce()

    def events_of(self, rows: list[Any]) -> list[Event]:
        """The events of rows of the journal."""
        events = []
        for row in rows:
            ticket = self._tickets.get(row["ticket_id"])
            if ticket is None:
                ticket = self._tickets[row["ticket_id"]] = TicketRef(row)
            ticket.learn(row["version_now"], row["structure_now"], row["service_now"])
            events.append(journal.event(row, ticket))
        return events

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Read the journal at once, without waiting for a wake-up or the next poll."""
        self._woken.set()

    async def read_after(self, position: int, ticket_id: int | None) -> tuple[list[Event], int]:
        """Some of the events after a position that the hub has reached, and the position up to which these are all."""
        if position < self._floor:
            desk = self._position
            events = self.events_of(await journal.after(position, _BATCH, max_position=desk, ticket_id=ticket_id))
            return events, events[-1].position if len(events) == _BATCH else desk
        start = bisect_right(self._events, position, key=lambda event: event.position)
        events = self._events[start : start + _BATCH]
        position = events[-1].position if len(events) == _BATCH else self._position
        return [event for event in events if ticket_id in (None, event.ticket.id)], position

    async def rights(self, user_id: int) -> Rights:
        """The rights of a user when the hub last read the desk; runs SQL only if they may have changed since."""
        rights = self._rights.get(user_id)
        if rights is None:
            version = self._rights_version
            rights = await access.rights_of(user_id)
            if version == self._rights_version:
                self._rights[user_id] = rights
        return rights

    async def ticket(self, event: Event, fields: TicketFields) -> TicketRow:
        """The ticket as an event left it; consumers that need the same fields share one read."""

        async def read() -> TicketRow:
            return (await tickets_as_left_by([event.position], fields))[event.position]

        return await self._share((event.position, frozenset(fields)), read)  # type: ignore[no-any-return]

    async def words(self, event: Event) -> tuple[list[str], list[str]]:
        """The sorted words by which a search finds the ticket, before an event and after it."""

        async def read() -> tuple[list[str], list[str]]:
            indexed = await text(event.ticket.id)
            return sorted(indexed[: event.words_from].split()), sorted(indexed[: event.words_to].split())

        return await self._share((event.position, "words"), read)  # type: ignore[no-any-return]

    def _forget(self, key: tuple[int, object], done: asyncio.Task[Any]) -> None:
        """Drop a read that failed, so that the next consumer reads again."""
        if done.cancelled() or done.exception() is not None:
            self._shared_reads.pop(key, None)

    async def _share(self, key: tuple[int, object], read: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        task = self._shared_reads.get(key)
        if task is None:
            task = asyncio.create_task(read())
            if key[0] > self._floor:
                self._shared_reads[key] = task
                if len(self._shared_reads) > _MAX_SHARED_READS:
                    del self._shared_reads[next(iter(self._shared_reads))]
                task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)
