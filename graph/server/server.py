"""One Uvicorn server: its configuration, and a stop that drains streams and WebSockets. Several: `workers.py`."""

import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn
from uvicorn.middleware.proxy_headers import _TrustedHosts

from graph.endpoint.connections import raise_descriptor_limit
from graph.endpoint.headers import ALWAYS
from graph.endpoint.protocol import Protocol
from graph.endpoint.websocket_protocol import WebSocketProtocol
from graph.server.logs import InvalidRequests
from graph.settings import Settings


class _Server(uvicorn.Server):
    """Uvicorn's server, but it calls `ready` once it answers, and exits with code 0 after a signal."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM. (Uvicorn's own raises the signal again once it has stopped.)"""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then report it."""
        await super().startup(sockets)
        if self.started:
            freeze_garbage()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, end the streams, close the WebSockets one after the other, then stop."""
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        await self.config.app.state.drain()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def freeze_garbage() -> None:
    """Exclude what exists now, the program itself, from garbage collection, and collect less often.

    A full collection of the program's objects blocks the event loop for some 80 ms and frees nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 5, 100)


def configuration(application: Any, settings: Settings, host: str, port: int) -> uvicorn.Config:
    """Uvicorn's configuration."""
    connections = application.state.connections
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        workers=1,  # else the environment variable WEB_CONCURRENCY would set it
        http=partial(Protocol, connections=connections),  # type: ignore[arg-type]
        ws=partial(WebSocketProtocol, connections=connections),  # type: ignore[arg-type]
        ws_per_message_deflate=False,
        ws_max_size=settings.websocket_message_max_bytes,
        timeout_graceful_shutdown=settings.shutdown_grace_seconds,
        log_level="warning",
        access_log=False,
        server_header=False,
        headers=ALWAYS,
    )
    connections.trusted_proxies = _TrustedHosts(config.forwarded_allow_ips)
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(InvalidRequests())
    return config


def run(config: uvicorn.Config, ready: Callable[[], None], listener: socket.socket | None = None) -> bool:
    """Serve until a signal, on `listener` if given; call `ready` once it answers. Returns whether it started."""
    raise_descriptor_limit()
    server = _Server(config, ready)
    server.run([listener] if listener else None)
    return server.started
