"""HTTP on a connection: Uvicorn's protocol, whose answers leave in one write.

Uvicorn writes the head of an answer, then its body: two system calls, two packets, and a client that is woken twice.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class _OneWrite:
    """A transport that holds the head of an answer back until its body comes, or the loop goes on without one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.whole = transport
        self._loop = asyncio.get_running_loop()
        self._head = b""
        self._holds = True

    def write(self, data: bytes) -> None:
        """Write, after the head that was held back; what begins like a head is held back in turn."""
        if self._head:
            data, self._head = self._head + data, b""
            self.whole.write(data)
        elif self._holds and data.startswith(b"HTTP/1."):
            self._head = data
            self._loop.call_soon(self.flush)
        else:
            self.whole.write(data)

    def flush(self) -> None:
        """Let go what is held back."""
        if self._head and not self.whole.is_closing():
            self.write(b"")

    def hold_nothing(self) -> None:
        """Write everything at once from now on: another protocol writes to the connection, too."""
        self._holds = False
        self.flush()

    def close(self) -> None:
        """Close, once everything is written."""
        self.flush()
        self.whole.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)


class Protocol(HttpToolsProtocol):
    """The same, of one client's connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(_OneWrite(transport))  # type: ignore[arg-type]

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to a WebSocket."""
        self.transport.hold_nothing()  # type: ignore[attr-defined]
        self.transport = self.transport.whole  # type: ignore[attr-defined]
        super().handle_websocket_upgrade()
