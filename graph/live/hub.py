"""The journal, read once a process, and followed by everyone at their own pace.

Nobody has a queue. The hub keeps the latest events; who follows holds a position, takes what comes after it, and
reads the journal itself for what the hub no longer has. So a slow client costs no memory, an idle one no SQL of its
own, and live and resumed are one path. Those who watch the same are gathered in `graph/live/cohorts.py`.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

import structlog

from graph.live.consumer import Pace
from models import access, journal
from models.access import Rights
from models.broker import Broker
from models.journal import Event, TicketRef
from models.search.index import text
from models.tickets.projection import TicketFields, TicketRow, tickets_as_left_by

log = structlog.get_logger("saisine.hub")

_BATCH = 200
_NEVER = -1
_SHARED_READS = 500
"""The latest reads that watchers share; watchers that are further apart than that read for themselves."""


class Hub:
    """The latest events of the desk, and the rights of those who watch."""

    def __init__(self, broker: Broker, *, poll_seconds: float, cache_events: int) -> None:
        self._broker = broker
        self._poll_seconds = poll_seconds
        self._capacity = cache_events
        self._events: list[Event] = []
        self._tickets: WeakValueDictionary[int, TicketRef] = WeakValueDictionary()
        self._shared: dict[tuple[int, object], asyncio.Task[Any]] = {}
        self._rights: dict[int, Rights] = {}
        self._rights_version = _NEVER
        self._position = 0
        self._floor = 0
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        self.closing = False

    @property
    def position(self) -> int:
        """The position of the last event read."""
        return self._position

    @property
    def rights_version(self) -> int:
        """The version of the desk's rights as of the last look at it."""
        return self._rights_version

    @property
    def following(self) -> bool:
        """Whether the journal is being followed."""
        return self._task is not None and not self._task.done()

    async def open(self) -> None:
        """Begin to follow the journal."""
        desk = await journal.desk_state()
        self._position = self._floor = desk.position
        self._rights_version = desk.rights_version
        self._stop_listening = self._broker.listen(self._woken.set)
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End; every subscription ends with it."""
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
            except Exception:
                # A database that does not answer is no end: the next wake-up or poll reads on from the same place.
                log.exception("journal not read")

    async def _catch_up(self) -> None:
        desk = await journal.desk_state()
        if desk.rights_version != self._rights_version:
            self._rights_version = desk.rights_version
            self._rights.clear()
            self._announce()
        while self._position < desk.position:
            # Not past the head: what was committed after it may have come with rights that are not known here yet.
            events = self.events_of(await journal.after(self._position, _BATCH, max_position=desk.position))
            self._events += events
            self._position = events[-1].position
            if len(self._events) > 2 * self._capacity:
                del self._events[: -self._capacity]
                self._floor = self._events[0].position - 1
                self._shared = {key: task for key, task in self._shared.items() if key[0] > self._floor}
            self._announce()

    def events_of(self, rows: list[Any]) -> list[Event]:
        """The events of some rows of the journal."""
        events = []
        for row in rows:
            ticket = self._tickets.get(row["ticket_id"])
            if ticket is None:
                ticket = self._tickets[row["ticket_id"]] = TicketRef(row)
            ticket.learn(row["version_now"], row["structure_now"], row["service_now"])
            events.append(journal.event(row, ticket))
        return events

    def _announce(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def follow(self, after: int, pace: Pace, *, ticket_id: int | None = None) -> AsyncIterator[Event | None]:
        """The events after a position, in order; with `ticket_id`, of one ticket. It ends as `pace` says, and when the
        hub closes.

        None says that rights may have changed since the last; on one's own the first comes at once, for what the
        watcher knew before it began to follow.
        """
        pace.at = pace.done = after
        events: Iterator[Event] = iter(())
        reached = after
        while not self.closing:
            moved = self._moved
            # Asked between any two events: the rights may have changed while the watcher was busy with the last.
            if pace.rights_version != self._rights_version:
                if pace.shared:
                    return
                pace.rights_version = self._rights_version
                yield None
            elif (event := next(events, None)) is not None:
                pace.at = event.position
                yield event
                pace.done = event.position
            elif reached > self._position:
                # A cursor from another process, or from a list read since the last look at the journal.
                self._woken.set()
                await moved.wait()
            elif reached == self._position:
                pace.at = pace.done = reached
                if not pace.shared:
                    pace.caught_up = True
                    return
                await moved.wait()
            else:
                found, reached = await self._read_on(reached, ticket_id)
                events = iter(found)

    async def _read_on(self, position: int, ticket_id: int | None) -> tuple[list[Event], int]:
        """Some of the events after a position, and the position up to which there are no others."""
        if position < self._floor:
            desk = self._position
            events = self.events_of(await journal.after(position, _BATCH, max_position=desk, ticket_id=ticket_id))
            return events, events[-1].position if len(events) == _BATCH else desk
        start = bisect_right(self._events, position, key=lambda event: event.position)
        events = self._events[start : start + _BATCH]
        position = events[-1].position
        return [event for event in events if ticket_id in (None, event.ticket.id)], position

    async def rights(self, user_id: int) -> Rights:
        """The rights of a user as the last look at the desk found them; no SQL unless they may have changed."""
        known = self._rights.get(user_id)
        if known is None:
            version = self._rights_version
            known = await access.rights_of(user_id)
            if version == self._rights_version:
                self._rights[user_id] = known
        return known

    async def ticket(self, event: Event, fields: TicketFields) -> TicketRow:
        """The ticket as an event left it; those who ask for the same fields share one read."""

        async def read() -> TicketRow:
            return (await tickets_as_left_by([event.position], fields))[event.position]

        return await self._share((event.position, frozenset(fields)), read)  # type: ignore[no-any-return]

    async def words(self, event: Event) -> tuple[list[str], list[str]]:
        """The sorted words that found the ticket before an event, and after it."""

        async def read() -> tuple[list[str], list[str]]:
            whole = await text(event.ticket.id)
            return sorted(whole[: event.words_from].split()), sorted(whole[: event.words_to].split())

        return await self._share((event.position, "words"), read)  # type: ignore[no-any-return]

    def _forget(self, key: tuple[int, object], done: asyncio.Task[Any]) -> None:
        """A read that failed is not kept: whoever asks next reads again."""
        if done.cancelled() or done.exception() is not None:
            self._shared.pop(key, None)

    async def _share(self, key: tuple[int, object], read: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        task = self._shared.get(key)
        if task is None:
            task = asyncio.create_task(read())
            if key[0] > self._floor:
                self._shared[key] = task
                if len(self._shared) > _SHARED_READS:
                    del self._shared[next(iter(self._shared))]
                task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)
