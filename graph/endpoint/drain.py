"""Closes the open connections before the server stops, so that their clients reconnect to another process."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Drain:
    """The open connections. When the server stops, streams are cut at once and WebSockets closed over some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.stopping = asyncio.Event()
        """Set when the server stops; streams wait for it."""
        self._sockets: set[Callable[[], Coroutine[Any, Any, None]]] = set()
        self._socket_closed = asyncio.Event()

    @contextmanager
    def connected(self, close: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
        """Register a WebSocket while it is open; `close` is called at the drain, and closes it within that time."""
        self._sockets.add(close)
        try:
            yield
        finally:
            self._sockets.discard(close)
            self._socket_closed.set()

    async def drain(self) -> None:
        """Cut the streams, close the WebSockets, and wait until all are closed or the time is over."""
        self.stopping.set()
        closing = [asyncio.create_task(close()) for close in self._sockets]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds + 1):
                while self._sockets:
                    self._socket_closed.clear()
                    await self._socket_closed.wait()
        for task in closing:
            task.cancel()
        await asyncio.gather(*closing, return_exceptions=True)
