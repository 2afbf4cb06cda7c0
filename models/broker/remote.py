"""The base of the brokers between processes: one connection that sends and receives wake-ups, and its reconnection."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress

import structlog

log = structlog.get_logger("saisine.broker")

CHANNEL = "saisine_journal"
_MIN_PAUSE, _MAX_PAUSE = 0.1, 5.0
"""Seconds before a reconnection: the pause doubles from one to the other."""

Send = Callable[[], Awaitable[object]]
"""Sends one wake-up over a connection."""


class ConnectionLost(Exception):
    """The server closed the connection."""


class RemoteBroker(ABC):
    """Carries wake-ups over a connection, and reconnects when that is lost.

    Listeners are called after each (re)connection too, because wake-ups that were sent meanwhile are lost.
    """

    one_process = False

    def __init__(self) -> None:
        self._listeners: set[Callable[[], None]] = set()
        self._pending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.connected = False

    @abstractmethod
    def _connect(self, lost: asyncio.Event) -> AbstractAsyncContextManager[Send]:
        """A connection, as a context manager that yields `Send`.

        It must call `_notify` at every wake-up, and set `lost` when the connection is closed.
        """

    async def open(self) -> None:
        """Start to connect. A wake-up before the connection is sent after it."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Close the connection."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Call the listeners of this process now, those of others soon. Several wake-ups in a row are sent as one."""
        self._notify()
        self._pending.set()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every wake-up, until the returned function is called."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def _notify(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    async def _run(self) -> None:
        pause = _MIN_PAUSE
        while True:
            lost = asyncio.Event()
            try:
                async with self._connect(lost) as send:
                    self.connected, pause = True, _MIN_PAUSE
                    self._notify()
                    async for _ in self._wake_ups(lost):
                        await send()
            except Exception as error:
                log.warning("broker lost", error=repr(error), retry_in_seconds=round(pause, 1))
            self.connected = False
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnections, no secret
            pause = min(2 * pause, _MAX_PAUSE)

    async def _wake_ups(self, lost: asyncio.Event) -> AsyncIterator[None]:
        """Yields whenever a wake-up is to be sent. Errors: ConnectionLost, when `lost` is set."""
        losing = asyncio.create_task(lost.wait())
        try:
            while not lost.is_set():
                pending = asyncio.create_task(self._pending.wait())
                await asyncio.wait({losing, pending}, return_when=asyncio.FIRST_COMPLETED)
                pending.cancel()
                if self._pending.is_set() and not lost.is_set():
                    self._pending.clear()
                    yield
        finally:
            losing.cancel()
        raise ConnectionLost
