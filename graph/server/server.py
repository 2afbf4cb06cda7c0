"""Uvicorn as Saisine runs it: what it is told, and an end that lets everyone go. Several processes: `workers.py`."""

import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from graph.endpoint.headers import ALWAYS
from graph.endpoint.protocol import Protocol
from graph.settings import Settings


class _Server(uvicorn.Server):
    """Uvicorn that says when it answers, and whose end by a signal is a good end: exit code 0."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM; Uvicorn's own raises them again once it has stopped."""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            settle()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, cut the streams, let the WebSockets go one after the other, then stop."""
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        await self.config.app.state.drain()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def settle() -> None:
    """Have the garbage collector look for garbage among what comes from now on, and less often.

    It would stop everyone for some 80 ms, again and again, to find that the program itself is still there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 5, 100)


def configuration(application: Any, settings: Settings, host: str, port: int) -> uvicorn.Config:
    """What Uvicorn is told."""
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        workers=1,  # or WEB_CONCURRENCY would count
        http=Protocol,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=settings.websocket_message_max_bytes,
        timeout_graceful_shutdown=settings.shutdown_grace_seconds,
        log_level="warning",
        access_log=False,
        server_header=False,
        headers=ALWAYS,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return config


def _is_news(record: logging.LogRecord) -> bool:
    """Uvicorn writes a traceback for each text of a client that is no UTF-8, and closes with 1007, which is enough."""
    return record.exc_info is None or record.exc_info[0] is not UnicodeDecodeError


def run(config: uvicorn.Config, ready: Callable[[], None], listener: socket.socket | None = None) -> bool:
    """Serve until a signal, at `listener` if given; call `ready` once it answers. Whether it ever did."""
    server = _Server(config, ready)
    server.run([listener] if listener else None)
    return server.started
