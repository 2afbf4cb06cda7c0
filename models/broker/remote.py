"""What brokers between processes share: one connection kept up with back-off, wake-ups sent and heard over it."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress

import structlog

log = structlog.get_logger("saisine.broker")

CHANNEL = "saisine_journal"
_SHORTEST, _LONGEST = 0.1, 5.0

Send = Callable[[], Awaitable[object]]


class Lost(Exception):
    """The connection has gone."""


class RemoteBroker(ABC):
    """Wake-ups over a connection that may come and go. Who listens is woken after each (re)connection, too, since
    what was sent meanwhile is lost: they read the journal, which is not."""

    one_process = False

    def __init__(self) -> None:
        self._listeners: set[Callable[[], None]] = set()
        self._pending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.connected = False

    @abstractmethod
    def _connect(self, lost: asyncio.Event) -> AbstractAsyncContextManager[Send]:
        """A connection: `_heard` is called at every wake-up, `lost` set when it goes. It gives what sends."""

    async def open(self) -> None:
        """Begin to connect; wake-ups given meanwhile are sent later."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let the connection go."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Wake who listens here at once, and everywhere else soon; many in a row are one."""
        self._heard()
        self._pending.set()

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` at every wake-up until the answer is called."""
        self._listeners.add(heard)
        return lambda: self._listeners.discard(heard)

    def _heard(self) -> None:
        for heard in tuple(self._listeners):
            heard()

    async def _run(self) -> None:
        pause = _SHORTEST
        while True:
            lost = asyncio.Event()
            try:
                async with self._connect(lost) as send:
                    self.connected, pause = True, _SHORTEST
                    self._heard()
                    async for _ in self._wakes(lost):
                        await send()
            except Exception as error:
                log.warning("broker lost", error=repr(error), retry_in=round(pause, 1))
            self.connected = False
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnections, hides nothing
            pause = min(2 * pause, _LONGEST)

    async def _wakes(self, lost: asyncio.Event) -> AsyncIterator[None]:
        """Once for each time that there is something to send, until the connection goes."""
        gone = asyncio.create_task(lost.wait())
        try:
            while not lost.is_set():
                given = asyncio.create_task(self._pending.wait())
                await asyncio.wait({gone, given}, return_when=asyncio.FIRST_COMPLETED)
                given.cancel()
                if self._pending.is_set() and not lost.is_set():
                    self._pending.clear()
                    yield
        finally:
            gone.cancel()
        raise Lost
