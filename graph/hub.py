"""Who watches what: the journal is read once a process, and every subscription follows it at its own pace.

Nobody has a queue. The hub keeps the latest events; a subscription holds a position, takes what comes after it, and
reads the journal itself for what the hub no longer has. So a slow client costs no memory, an idle one no SQL of its
own, and live and resumed are one path.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

import structlog

from models import access, journal
from models.access import Rights
from models.broker import Broker
from models.journal import Event, Subject
from models.projection import Parts, TicketRow, tickets_as_left_by
from models.search.index import text

log = structlog.get_logger("saisine.hub")

_BATCH = 200
_NEVER = -1
_SHARED_READS = 500
"""The latest reads that watchers share; watchers that are further apart than that read for themselves."""


class Hub:
    """The latest events of the desk, and the rights of those who watch."""

    def __init__(self, broker: Broker, *, poll_seconds: float, events_in_memory: int) -> None:
        self._broker = broker
        self._poll_seconds = poll_seconds
        self._capacity = events_in_memory
        self._events: list[Event] = []
        self._subjects: WeakValueDictionary[int, Subject] = WeakValueDictionary()
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
        self.watching = 0

    @property
    def position(self) -> int:
        """The position of the last event read."""
        return self._position

    @property
    def following(self) -> bool:
        """Whether the journal is being followed."""
        return self._task is not None and not self._task.done()

    async def open(self) -> None:
        """Begin to follow the journal."""
        head = await journal.head()
        self._position = self._floor = head.position
        self._rights_version = head.rights_version
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
        head = await journal.head()
        if head.rights_version != self._rights_version:
            self._rights_version = head.rights_version
            self._rights.clear()
            self._announce()
        while self._position < head.position:
            events = self._events_of(await journal.after(self._position, _BATCH))
            self._events += events
            self._position = events[-1].position
            if len(self._events) > 2 * self._capacity:
                del self._events[: -self._capacity]
                self._floor = self._events[0].position - 1
                self._shared = {key: task for key, task in self._shared.items() if key[0] > self._floor}
            self._announce()

    def _events_of(self, rows: list[Any]) -> list[Event]:
        events = []
        for row in rows:
            subject = self._subjects.get(row["ticket_id"])
            if subject is None:
                subject = self._subjects[row["ticket_id"]] = Subject(row)
            subject.learn(row["version_now"], row["structure_now"], row["service_now"])
            events.append(journal.event(row, subject))
        return events

    def _announce(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def follow(self, after: int, *, ticket_id: int | None = None) -> AsyncIterator[list[Event]]:
        """The events after a position, in order, a few at a time, for ever; with `ticket_id`, of one ticket.

        An empty list says that rights may have changed since the last; the first one comes at once, for what the
        watcher knew before it began to follow. It ends when the hub closes.
        """
        position, told = after, _NEVER
        self.watching += 1
        try:
            while not self.closing:
                moved = self._moved
                events: list[Event] = []
                if position < self._floor:
                    reached = self._position
                    events = self._events_of(await journal.after(position, _BATCH, ticket_id=ticket_id))
                    found = [event.position for event in events]
                    position = found[-1] if len(found) == _BATCH else max([reached, *found])
                elif position < self._position:
                    start = bisect_right(self._events, position, key=lambda event: event.position)
                    events = self._events[start : start + _BATCH]
                    position = events[-1].position
                    if ticket_id is not None:
                        events = [event for event in events if event.subject.id == ticket_id]
                elif told == self._rights_version:
                    await moved.wait()
                # Told by what the watcher last heard: the rights may have changed while it was busy with an event.
                if events or told != self._rights_version:
                    told = self._rights_version
                    yield events
        finally:
            self.watching -= 1

    async def rights(self, user_id: int) -> Rights:
        """The rights of a user as the last look at the desk found them; no SQL unless they may have changed."""
        known = self._rights.get(user_id)
        if known is None:
            version = self._rights_version
            known = await access.rights_of(user_id)
            if version == self._rights_version:
                self._rights[user_id] = known
        return known

    async def ticket(self, event: Event, parts: Parts) -> TicketRow:
        """The ticket as an event left it; those who ask for the same parts share one read."""

        async def read() -> TicketRow:
            return (await tickets_as_left_by([event.position], parts))[event.position]

        return await self._share((event.position, frozenset(parts)), read)  # type: ignore[no-any-return]

    async def words(self, event: Event) -> tuple[list[str], list[str]]:
        """The sorted words that found the ticket before an event, and after it."""

        async def read() -> tuple[list[str], list[str]]:
            whole = await text(event.subject.id)
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
