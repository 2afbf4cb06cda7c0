"""WebSocket on one connection: Uvicorn's protocol, but bounded.

Uvicorn's own answers each ping, whether or not the client reads; it counts no frames, keeps the parts of an unfinished
message in a list, and keeps what a client does not read after a close. Here each frame counts, one pong waits, and the
time limits are checked with those of all connections (`connections.py`), so that an idle one has no timer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from graph.endpoint.connections import Connections, Place
from graph.endpoint.transfer import Transfer
from graph.rate_limits import TokenBuckets


class TooManyMessages(Exception):
    """The client sends more frames a second than it may."""


class Frames(ServerProtocol):
    """The frames of a client, counted as they are parsed: control frames, and empty ones, too."""

    def __init__(self, per_second: int, **websockets: Any) -> None:
        super().__init__(**websockets)
        self._frames = TokenBuckets(per_second, 10 * per_second)
        self.unanswered: bytes | None = None
        """The payload of the latest ping, if it has no pong yet (RFC 6455, 5.5.3: earlier ones need none)."""
        self.messages = 0
        """Whole messages, and control frames between two messages."""
        self.partial = False
        """Whether the last bytes are of an unfinished frame; the reader of bytes sets it before they are parsed."""

    @property
    def unfinished(self) -> bool:
        """Whether the client has begun a frame or a message that it has not finished."""
        return self.partial or self.current_size is not None

    def recv_frame(self, frame: Frame) -> None:
        """Take a parsed frame. Too many make the connection fail; what follows is not parsed."""
        if self._frames.take():
            self.fail(CloseCode.POLICY_VIOLATION, "Too many messages per second")
            self.parser_exc = TooManyMessages()
            return
        self.partial = bool(self.reader.buffer)
        if frame.opcode is Opcode.PING:
            self.unanswered = bytes(frame.data)
        else:
            super().recv_frame(frame)
        if self.current_size is None:
            self.messages += 1


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket on one connection, which keeps the place that it had as an HTTP connection."""

    conn: Frames

    def __init__(self, *, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._connections, self._settings = connections, connections.settings
        self.place: Place = self.app_state["place"]
        self.conn = Frames(
            self._settings.websocket_messages_per_second, max_size=self.config.ws_max_size, logger=self.logger
        )
        self._sending: Transfer | None = None
        """How fast the client takes what waits for it, while that is more than a few bytes."""
        self._unfinished_at: float | None = None
        """Since when the client has been sending the same message."""
        self._ended_at: float | None = None
        """Since when the server has been waiting for the end of the connection."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        self._connections.upgraded(self)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application has ended: the connection ends soon, whatever its client has not read."""
        super().on_task_complete(task)
        if not self.disconnected:
            self._end()

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Parse what came, and answer the latest ping."""
        frames = self.conn
        messages, frames.partial = frames.messages, True
        super().data_received(data)
        if not self.handshake_initiated:
            self._refuse_handshake()
        if frames.messages != messages or not frames.unfinished:
            self._unfinished_at = None
        if self._unfinished_at is None and frames.unfinished:
            self._unfinished_at = self.loop.time()
        self._answer_ping()
        self._watch()

    def handle_text(self, event: Frame) -> None:
        """Begin a text message."""
        super().handle_text(event)
        self._begin_parts(event)

    def handle_bytes(self, event: Frame) -> None:
        """Begin a binary message."""
        super().handle_bytes(event)
        self._begin_parts(event)

    def _begin_parts(self, event: Frame) -> None:
        if not event.fin:
            self.frames = [bytearray(event.data)]  # type: ignore[list-item]

    def handle_cont(self, event: Frame) -> None:
        """Append a part: to one buffer, as a list of parts would grow by the empty ones."""
        self.frames[0] += event.data
        if event.fin:
            self.send_receive_event_to_app()

    def _answer_ping(self) -> None:
        """Answer the latest ping, unless a client that does not read has to read first."""
        if self.conn.unanswered is not None and self.writable.is_set() and self.conn.state is State.OPEN:
            self.conn.send_pong(self.conn.unanswered)
            self.conn.unanswered = None
            self.transport.write(b"".join(self.conn.data_to_send()))

    # How it ends

    def handle_parser_exception(self) -> None:
        """Close with the code of an invalid frame, and drop the rest: an unread rest would reset the connection before
        the client has read the code."""
        if self.close_sent or self.transport.is_closing():
            return
        assert self.conn.close_sent is not None  # noqa: S101 - set with the exception
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        many = isinstance(self.conn.parser_exc, TooManyMessages)
        self._connections.metrics.refused("too many WebSocket messages" if many else "invalid WebSocket frame")
        self._write_last()

    def _refuse_handshake(self) -> None:
        """Answer a head that `websockets` refuses, as one with too long a line: Uvicorn would leave it unanswered."""
        self.handshake_initiated = self.handshake_complete = True
        self._write_last()

    def _write_last(self) -> None:
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        # Until then the client may close first, even if the application has ended.
        self.close_timer = self.loop.call_later(self._settings.websocket_close_timeout_seconds, self.transport.close)
        self._end()

    def keepalive_timeout(self) -> None:
        """The client has not answered a ping."""
        super().keepalive_timeout()
        self._end()

    def _end(self) -> None:
        if self._ended_at is None:
            self._ended_at = self.loop.time()
        self._watch()

    # How long it may take

    def pause_writing(self) -> None:
        """The client reads more slowly than it is sent messages."""
        super().pause_writing()
        self.place.blocked = True
        self._sending = Transfer(self._settings)
        self._sending.begin(self.loop.time(), -self.transport.get_write_buffer_size())
        self._watch()

    def resume_writing(self) -> None:
        """The client has read most of its messages."""
        super().resume_writing()
        self.place.unblock()
        self._sending = None
        self._answer_ping()
        self._watch()

    def _watch(self) -> None:
        """Have the time limits checked while any of them is running."""
        if self.disconnected or (self._sending, self._unfinished_at, self._ended_at) == (None, None, None):
            self._connections.upgraded(self)
        else:
            self._connections.busy(self)

    def overdue(self, now: float) -> str | None:
        """Why the client has kept this connection waiting for too long, or None."""
        settings = self._settings
        if self._ended_at is not None and now - self._ended_at > settings.websocket_close_timeout_seconds:
            return "websocket not closed"
        # While the server does not read, it waits for itself.
        unfinished_at = None if self.read_paused else self._unfinished_at
        if unfinished_at is not None and now - unfinished_at > settings.websocket_message_timeout_seconds:
            return "websocket message timeout"
        taken = -self.transport.get_write_buffer_size()
        if self._sending is not None and self._sending.stalled(now, taken, waiting=True):
            return "unread messages"
        return None

    def stalls(self, now: float) -> bool:
        """Whether it gives way to a new connection: only once it has ended."""
        return self._ended_at is not None

    def settled(self) -> bool:
        """False: an idle WebSocket stays open."""
        return False

    def abort(self) -> None:
        """Close the socket at once; what is not sent yet is lost."""
        self.transport.abort()
