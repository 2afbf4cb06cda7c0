"""Bytes on sockets, as no client library would send them. Helpers only, without tests."""

import base64
import json
import os
import resource
import select
import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException, HTTPResponse
from typing import Any

from tests.support.attack import Attack, Target

MIB = 1024 * 1024
PIECE = 64 * 1024
WRONG = (b"HTTP/1.1 400", b"HTTP/1.1 408", b"HTTP/1.1 413", b"HTTP/1.1 414", b"HTTP/1.1 431")
"""The answers to a head or a body that is too large, too slow or none."""


def repeated(text: bytes, size: int) -> list[bytes]:
    """A text again and again, in pieces, until so many bytes."""
    piece = text * max(1, PIECE // len(text))
    return [piece] * (size // len(piece) + 1)


def answer_to(target: Target, *parts: bytes | Iterable[bytes], wait: float = 20) -> bytes:
    """Send the parts on a connection of their own until the server closes it: the beginning of its answer.

    Empty if the connection was reset with the answer, as happens to one who goes on sending. Fails if the server
    neither answers nor closes.
    """
    with target.connect() as connection:
        connection.settimeout(wait)
        received = b""
        with suppress(ConnectionError):
            for part in parts:
                for piece in (part,) if isinstance(part, bytes) else part:
                    connection.sendall(piece)
                    if select.select([connection], [], [], 0)[0]:
                        break  # it has answered
        with suppress(ConnectionError):
            received = connection.recv(PIECE)
        return received


def request(method: str, path: str, body: bytes = b"", *fields: str) -> bytes:
    """A whole request, as bytes."""
    length = [f"Content-Length: {len(body)}"] if body else []
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *fields, *length])
    return f"{head}\r\n\r\n".encode("latin-1") + body


def post(query: str, variables: dict[str, Any] | None = None, *fields: str, **more: Any) -> bytes:
    """A GraphQL request, as bytes."""
    body = json.dumps({"query": query, "variables": variables or {}, **more}).encode()
    return request("POST", "/graphql", body, "Content-Type: application/json", *fields)


def login(target: Target, name: str = "agent-1") -> str:
    return f"Authorization: Bearer {target.token(name)}"


class Kept:
    """A connection that is kept for one request after the other, and made anew where the server closes it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection: socket.socket | None = None

    def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Status and body; 0 if the server closed the connection without an answer."""
        connection = self._connection = self._connection or self._target.connect()
        try:
            connection.sendall(sent)
            response = HTTPResponse(connection)
            response.begin()
            body = response.read()
        except (ConnectionError, HTTPException):
            self.close()
            return 0, b""
        if response.will_close:
            self.close()
        return response.status, body

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def asked_by(target: Target, clients: int, requests: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """The answers to requests, in their order; several clients send them at a time."""
    everything = list(requests)
    answers = [(0, b"")] * len(everything)

    def ask(number: int) -> None:
        kept = Kept(target)
        try:
            for at in range(number, len(everything), clients):
                answers[at] = kept.ask(everything[at])
        finally:
            kept.close()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(clients)))
    return answers


@contextmanager
def many_descriptors(count: int = 4_096) -> Iterator[None]:
    """Let this process have so many."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


@contextmanager
def opened(target: Target, count: int, receive_buffer: int | None = None) -> Iterator[list[socket.socket]]:
    """As many connections as the server accepts, at most so many; all are closed at the end."""
    with ExitStack() as stack:
        found = []
        with suppress(ConnectionError, TimeoutError):
            for _ in range(count):
                found.append(stack.enter_context(target.connect(receive_buffer)))
        yield found


def send_some(connection: socket.socket, data: bytes) -> None:
    """Send what fits; the server may have closed it."""
    with suppress(OSError):
        connection.setblocking(False)
        connection.send(data)


def wait_for_ends(
    connections: dict[socket.socket, str], seconds: float, each_second: Callable[[], None] = lambda: None
) -> set[str]:
    """Read until the server has closed the connections: the names of those that it has not closed in time."""
    left, until = dict(connections), time.monotonic() + seconds
    with selectors.DefaultSelector() as readable:
        for connection in left:
            readable.register(connection, selectors.EVENT_READ)
        while left and time.monotonic() < until:
            turn = time.monotonic() + 1
            while (remaining := turn - time.monotonic()) > 0 and left:
                for key, _ in readable.select(remaining):
                    one = key.fileobj
                    assert isinstance(one, socket.socket)
                    if has_ended(one):
                        readable.unregister(one)
                        del left[one]
            each_second()
    return {*left.values()}


def has_ended(connection: socket.socket) -> bool:
    """Read what has come: whether the server has closed the connection."""
    try:
        return not connection.recv(PIECE)
    except BlockingIOError:
        return False
    except OSError:
        return True


HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, CONTINUATION, CLOSE, PING, PONG = 1, 0, 8, 9, 10


def frame(kind: int, data: bytes = b"", *, final: bool = True) -> bytes:
    """A masked WebSocket frame; its mask is zero, so the data stands as it is."""
    first = (0x80 if final else 0) | kind
    if len(data) < 126:
        size = bytes([0x80 | len(data)])
    elif len(data) < 65_536:
        size = bytes([0x80 | 126]) + struct.pack("!H", len(data))
    else:
        size = bytes([0x80 | 127]) + struct.pack("!Q", len(data))
    return bytes([first]) + size + bytes(4) + data


def websocket(target: Target, receive_buffer: int | None = None) -> socket.socket:
    """A WebSocket after its handshake, before connection_init."""
    connection = target.connect(receive_buffer)
    connection.sendall(HANDSHAKE)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    return connection


def initialised(target: Target, name: str, receive_buffer: int | None = None) -> socket.socket:
    """A WebSocket of a viewer."""
    connection = websocket(target, receive_buffer)
    payload = {"authorization": f"Bearer {target.token(name)}"}
    connection.sendall(frame(TEXT, json.dumps({"type": "connection_init", "payload": payload}).encode()))
    assert b"connection_ack" in connection.recv(PIECE)
    return connection


def flood(connection: socket.socket, data: bytes, size: int, seconds: float = 5) -> int:
    """Send some data again and again without reading, until the server closes or takes no more: the bytes sent."""
    piece, sent, until = data * max(1, PIECE // len(data)), 0, time.monotonic() + seconds
    connection.settimeout(1)
    while sent < size and time.monotonic() < until:
        try:
            sent += connection.send(piece)
        except OSError:
            break
    return sent


def check_it_says_why(attack: Attack) -> None:
    """The server says why it refuses: a line a second at most, and none if it has said so a moment ago."""
    until = time.monotonic() + 5
    while "warning" not in attack.target.log() and time.monotonic() < until:
        time.sleep(0.05)
    assert "warning" in attack.target.log(), "nothing is logged"
    assert len(attack.logged()) <= attack.seconds + 5, "".join(attack.logged()[:20])


def noise(size: int) -> str:
    """Some random text, which nothing can have cached."""
    return base64.urlsafe_b64encode(os.urandom(size)).decode()[:size]
