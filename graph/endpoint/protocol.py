"""HTTP/1.1 on one connection: Uvicorn's protocol, but bounded, and with one write for each response.

Uvicorn's own reads a head of any size, waits for a client without end, takes the fields of a chunked body's trailer
for header fields, and keeps a timer for each request. Here bytes are counted before the parser keeps them, and the time
limits of all connections are checked together (`connections.py`).
"""

import asyncio
import fcntl
import socket
import struct
import termios
from contextlib import suppress
from typing import Any

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from graph.endpoint.connection_limits import connection_place
from graph.endpoint.connections import Connections
from graph.endpoint.joining_transport import JoiningTransport
from graph.endpoint.request_head import InvalidHead, check_head, clip_fields
from graph.endpoint.transfer import Transfer

_LINGER_SECONDS = 2.0
"""Seconds for which the rest of a refused request is read and dropped, so that the client can read the response."""
_MOMENT_SECONDS = 0.1
"""Seconds after which a client that sends or reads nothing may have to give way to a new one."""
_BODY_PART = 8
"""A chunked body's framing may have the size of a head, and one byte for so many of the body."""


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection."""

    def __init__(self, *, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        settings = connections.settings
        self._connections, self._settings = connections, settings
        self._head_max = settings.head_max_bytes
        self._reading_head = True
        """Whether the next bytes are of a head; true between two requests, too."""
        self._head_begun = False
        """Whether the parser has a part of a head."""
        self._head_bytes = 0
        """Bytes of an incomplete head that the parser has."""
        self._piece_bytes = 0
        self._message_ended = False
        """Whether a request ended in the piece that is being parsed."""
        self._body_at, self._body_bytes, self._body_read = 0.0, 0, 0
        """When the body began; its bytes, without and with its chunks' framing."""
        self._moved_at = 0.0
        """When the client last sent a part of a body, or stopped to read a response."""
        self._receiving, self._sending = Transfer(settings), Transfer(settings)
        self._running: RequestResponseCycle | None = None
        """The request that is being answered; `cycle` is the last one that was read, which may wait for it."""
        self._refused_at: float | None = None
        self._head_at: float | None = None
        """Since when there has been an incomplete head."""

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to serve a connection, if there is a place for it."""
        super().connection_made(JoiningTransport(transport))  # type: ignore[arg-type]
        self.place = connection_place(self.client, self._connections)
        self.app_state = {**self.app_state, "place": self.place}
        self._entered = self._connections.enter(self, self.loop.time())
        if not self._entered:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the requests of a connection that is gone; also those that waited for the response to another."""
        cycles = [self._running, *(cycle for cycle, _ in self.pipeline)]
        self.pipeline.clear()
        super().connection_lost(exc)
        for cycle in cycles:
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        if self._entered:
            self._connections.leave(self)
        self.app_state = {}

    def abort(self) -> None:
        """Close the socket at once; what the client has not taken yet is lost, in this process and in the kernel."""
        held = self.transport.get_extra_info("socket")
        with suppress(OSError):
            (unsent,) = struct.unpack("i", fcntl.ioctl(held.fileno(), termios.TIOCOUTQ, b"\0" * 4))
            if unsent:
                # A reset: else the kernel would keep megabytes for a client that does not read them.
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is answered."""
        self.place.blocked, self._moved_at = True, self.loop.time()
        super().pause_writing()
        self._connections.blocked(self, self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client has read most of its responses."""
        self.place.unblock()
        self._connections.unblocked(self)
        super().resume_writing()

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Parse what came, in pieces that are no longer than what is left of the head's maximum."""
        while self._entered and self._refused_at is None and not self.transport.is_closing():
            room = self._head_max - self._head_bytes
            if len(data) <= room:
                self._parse(data)
                return
            self._parse(data[:room])
            data = data[room:]

    def _parse(self, piece: bytes) -> None:
        self._message_ended, self._piece_bytes = False, len(piece)
        if not self._reading_head:
            self._body_read += len(piece)
            self._moved_at = self.loop.time()
        try:
            self.parser.feed_data(piece)
            if self._reading_head:
                self._count_head()
            elif self._body_read - self._body_bytes > self._head_max + self._body_bytes // _BODY_PART:
                raise InvalidHead(431, "framing of a body too large")
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
        except InvalidHead as error:
            self._refuse(error)
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, InvalidHead) else InvalidHead(400, "invalid request"))
        except httptools.HttpParserError:
            self._refuse(InvalidHead(400, "invalid request"))

    def _count_head(self) -> None:
        if self._message_ended and not self._head_begun:
            return
        if self._head_at is None:
            self._head_at = self.loop.time()
            self._connections.reading_head(self, self._head_at)
        if not self._message_ended:
            # Else it is not known how many bytes of the piece are of the next head: none are counted.
            self._head_bytes += self._piece_bytes
        if self._head_bytes >= self._head_max:
            raise InvalidHead(431, "head too large")

    def on_message_begin(self) -> None:
        """The first byte of a head."""
        self._head_begun = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of a head. Those of a trailer are dropped (RFC 9110, 6.5.1)."""
        if not self._reading_head:
            return
        # As Uvicorn's own, which a call would double the time of.
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Check the head, and begin to answer the request."""
        self._reading_head, self._head_begun, self._head_at = False, False, None
        head_bytes, self._head_bytes = self._head_bytes + self._piece_bytes, 0
        self._body_bytes = self._body_read = 0
        check_head(self.headers, self.url, self.parser.get_http_version(), self._settings)
        clip_fields(self.headers, head_bytes)
        self._body_at = self._moved_at = self.loop.time()
        self._receiving.begin(self._body_at, 0)
        self._connections.busy(self)
        super().on_headers_complete()
        if len(self.pipeline) > self._settings.pipelined_max_requests:
            raise InvalidHead(400, "too many pipelined requests")

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._reading_head = self._message_ended = True
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: the request is answered without an upgrade."""

    # What it gets

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Answer the next of the pipelined requests, if any."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        if not self.pipeline:
            self.flow.resume_reading()

    def _refuse(self, error: InvalidHead) -> None:
        """Answer a request that can't be read, and close."""
        self._connections.metrics.refused(error.reason)
        if self._running is not None and not self._running.response_complete:
            self.abort()  # a response is being sent: another one would be taken for a part of it
            return
        self._refused_at = self.loop.time()
        self._connections.busy(self)
        body = error.text(self._settings).encode()
        headers = [
            *self.server_state.default_headers,
            *error.headers,
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        lines = [b"%b: %b\r\n" % field for field in headers]
        self.transport.write(b"".join([STATUS_LINE[error.status], *lines, b"\r\n", body]))
        self.transport.write_eof()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to the WebSocket protocol, with the wrapped transport and its place."""
        self.transport.stop_joining()  # type: ignore[attr-defined]
        self.transport = transport = self.transport.transport  # type: ignore[attr-defined]
        self._connections.upgraded(self)
        self._entered = False
        super().handle_websocket_upgrade()
        websocket, vacate, place = transport.get_protocol(), self._connections.vacate, self.place
        lost = websocket.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            lost(exc)
            vacate(place)

        websocket.connection_lost = connection_lost

    # How long it may take

    def overdue(self, now: float) -> str | None:
        """Why the client has kept this connection waiting for too long, or None."""
        settings = self._settings
        unsent = self.transport.get_write_buffer_size()
        if self._refused_at is not None and now - self._refused_at > _LINGER_SECONDS:
            return "refused request"
        if self._sending.stalled(now, self.transport.written - unsent, waiting=unsent > 0):  # type: ignore[attr-defined]
            return "unread response"
        if not self._reading_head:
            if self._receiving.stalled(now, self._body_bytes, waiting=not self.flow.read_paused):
                return "body too slow"
            answered = self._running is not None and self._running.response_complete
            limit = settings.head_timeout_seconds if answered else settings.body_timeout_seconds
            if now - self._body_at > limit:
                return "body timeout"
        elif self._head_at is not None and now - self._head_at > settings.head_timeout_seconds:
            return "head timeout"
        return None

    def stalls(self, now: float) -> bool:
        """Whether the client has neither sent nor read for a moment what it should."""
        due = (not self._reading_head and not self.flow.read_paused) or self.place.blocked
        return (due and now - self._moved_at > _MOMENT_SECONDS) or self._refused_at is not None

    def settled(self) -> bool:
        """Whether all requests are answered and their responses sent."""
        running = self._running
        return (
            self._reading_head
            and self._refused_at is None
            and self._head_at is None
            and (running is None or running.response_complete)
            and not self.pipeline
            and not self.transport.get_write_buffer_size()
        )
