"""Attacks over WebSockets, against `saisine serve` with its defaults: frames, and answers that nobody reads."""

import json
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from tests.live.test_protocol import frame
from tests.support.attack import MIB, Target

pytestmark = pytest.mark.attack

PING, PONG, START, PART = 0x89, 0x8A, 0x01, 0x00
FLOODS = {
    "pings": b"",
    "long pings": frame(b"x" * 125, PING),
    "pongs": frame(b"", PONG),
    "empty parts": frame(b"", PART),
    "messages": frame(b'{"type": "pong"}'),
    "subscribes": frame(b'{"type": "subscribe", "id": "1", "payload": {"query": "{ a }"}}'),
}
UNREAD = 15
"""Clients of one viewer that read nothing."""


@contextmanager
def websocket(target: Target, login: str | None = None) -> Iterator[socket.socket]:
    """A WebSocket with a small receive buffer, after its handshake; with a login, after connection_init."""
    with target.connect(receive_buffer=4 * 1024) as client:
        head = (
            "GET /graphql HTTP/1.1", f"Host: 127.0.0.1:{target.port}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2Fpc2luZS1zYWlzaW5lLQ==",
            "Sec-WebSocket-Protocol: graphql-transport-ws", "", "",
        )  # fmt: skip
        client.sendall("\r\n".join(head).encode())
        while b"\r\n\r\n" not in client.recv(4096):
            pass
        if login is not None:
            payload = {"authorization": f"Bearer {target.token(login)}"}
            client.sendall(frame(json.dumps({"type": "connection_init", "payload": payload}).encode()))
            assert b"connection_ack" in client.recv(4096)
        yield client


def send(client: socket.socket, data: bytes, seconds: float) -> None:
    """Send the same again and again, without reading, until the time is over or the server has cut the connection."""
    until = time.monotonic() + seconds
    with suppress(OSError):
        while time.monotonic() < until:
            if select.select([], [client], [], 0.1)[1]:
                client.send(data)


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_frames_without_connection_init_is_cut(target: Target, name: str) -> None:
    flood = (FLOODS[name] or frame(b"", PING)) * 5_000
    with target.attacked() as attack:
        for _ in range(10):
            with websocket(target) as client:
                client.sendall(frame(b"{", START) if name == "empty parts" else b"")
                send(client, flood, 2)
    print(attack)
    attack.check()
    # One line a second at most says why.
    assert 1 <= len(attack.logged("too many WebSocket messages")) <= attack.seconds + 1


def aborted(http: httpx.Client, reason: str) -> float:
    """The connections that the server has aborted for a reason, by its metrics."""
    found = re.findall(rf'saisine_connections_aborted_total{{reason="{reason}"}} (\S+)', http.get("/metrics").text)
    return float(found[0]) if found else 0.0


def test_answers_that_nobody_reads_are_gone_after_half_a_minute(target: Target) -> None:
    fields = " ".join(f"d{n}: description" for n in range(25))
    query = f"{{ tickets(tab: ALL_EXCEPT_CLOSED, first: 100) {{ nodes {{ {fields} }} }} }}"
    message = {"type": "subscribe", "payload": {"query": query}}
    with target.attacked() as attack, ExitStack() as stack:
        clients = [stack.enter_context(websocket(target, "agent-1")) for _ in range(UNREAD)]
        http = stack.enter_context(httpx.Client(base_url=target.url))
        for client in clients:
            for n in range(100):
                client.sendall(frame(json.dumps({**message, "id": str(n)}).encode()))
        until = time.monotonic() + 90
        while aborted(http, "unread messages") < UNREAD and time.monotonic() < until:
            time.sleep(0.5)
        assert aborted(http, "unread messages") == UNREAD
    print(attack)
    # The queries of these clients run in turns with everybody else’s.
    attack.check(peak=256 * MIB, wait=1)
    assert attack.logged("unread messages")


def test_closed_sockets_that_nobody_reads_are_gone(target: Target) -> None:
    with target.attacked() as attack, ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(websocket(target))
            client.sendall(frame(b"no JSON"))
        until = time.monotonic() + 60
        with httpx.Client(base_url=target.url) as http:
            while "saisine_websockets 0.0\n" not in http.get("/metrics").text and time.monotonic() < until:
                time.sleep(0.2)
            assert "saisine_websockets 0.0\n" in http.get("/metrics").text
    print(attack)
    attack.check()
