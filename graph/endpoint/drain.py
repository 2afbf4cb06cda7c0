"""Lets open connections go before the server stops, so that their clients come back elsewhere."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Drain:
    """The open connections, and their end: streams are cut at once, WebSockets are closed within some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.stopping = asyncio.Event()
        """Set when the server stops: streams end then."""
        self._sockets: set[Callable[[], Coroutine[Any, Any, None]]] = set()
        self._socket_closed = asyncio.Event()

    @contextmanager
    def connected(self, leave: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
        """A WebSocket, while it is open; `leave` closes it, some time within the drain."""
        self._sockets.add(leave)
        try:
            yield
        finally:
            self._sockets.discard(leave)
            self._socket_closed.set()

    async def drain(self) -> None:
        """Cut the streams, and wait until all WebSockets are closed or the time is over."""
        self.stopping.set()
        leaving = [asyncio.create_task(leave()) for leave in self._sockets]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds + 1):
                while self._sockets:
                    self._socket_closed.clear()
                    await self._socket_closed.wait()
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
