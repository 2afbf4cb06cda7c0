"""Attacks over HTTP: heads, bodies and framing without end, connections that say nothing, answers that nobody reads."""

import select
import socket
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress

import pytest

from tests.support.attack import MIB, Attack, Target

pytestmark = pytest.mark.attack

LIVE = b"GET /health/live HTTP/1.1\r\nHost: desk.example\r\n"
JSON_REQUEST = b"POST /graphql HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/json\r\n"
CONNECTIONS = 1_100


def send(raw: socket.socket, parts: Iterable[bytes]) -> None:
    """Send until the server closes the connection."""
    try:
        for part in parts:
            raw.sendall(part)
    except (BrokenPipeError, ConnectionResetError):
        pass


def read_to_the_end(raw: socket.socket) -> bytes:
    received = b""
    try:
        while part := raw.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received


def attack_with(target: Target, act: Callable[[], object]) -> Attack:
    with target.attacked() as attack:
        act()
    print(attack)
    attack.check()
    return attack


@pytest.mark.parametrize(
    ("begin", "part", "size"),
    [
        (LIVE, b"a:b\r\n" * 10_000, 40 * MIB),
        (LIVE + b"X: ", b"x" * 65_536, 200 * MIB),
        (LIVE + b"Accept: ", b"text/html;q=0.1," * 4_096, 8 * MIB),
        (b"GET /", b"x" * 65_536, 200 * MIB),
        (b"", b"\r\n" * 32_768, 40 * MIB),
    ],
    ids=["fields", "value", "Accept", "target", "empty lines"],
)
def test_a_head_without_end_costs_nobody_anything(target: Target, begin: bytes, part: bytes, size: int) -> None:
    def act() -> None:
        for _ in range(5):
            with target.connect() as raw:
                send(raw, [begin, *[part] * (size // len(part))])
                assert read_to_the_end(raw).startswith(b"HTTP/1.1 431 ")

    attack_with(target, act)


@pytest.mark.parametrize(
    "framing",
    [b"1\r\na\r\n" * 10_000, b"5;" + b"x" * 50_000 + b"\r\naaaaa\r\n", b"0\r\n" + b"T: x\r\n" * 10_000],
    ids=["tiny chunks", "extensions", "trailers"],
)
def test_framing_without_end_costs_nobody_anything(target: Target, framing: bytes) -> None:
    head = JSON_REQUEST + f"Authorization: Bearer {target.token()}\r\n".encode()

    def act() -> None:
        for _ in range(5):
            with target.connect() as raw:
                send(raw, [head + b"Transfer-Encoding: chunked\r\n\r\n", *[framing] * 500])
                read_to_the_end(raw)

    attack_with(target, act)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /graphql HT",
        LIVE + b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
        JSON_REQUEST + b"Content-Length: 100000\r\n\r\n{",
        LIVE + b"\r\n",
    ],
    ids=["nothing", "half a head", "half a handshake", "half a stranger's body", "one request"],
)
def test_connections_that_wait_keep_nobody_out_and_end(target: Target, said: bytes) -> None:
    def act() -> None:
        with ExitStack() as stack:
            opened = [stack.enter_context(target.connect()) for _ in range(CONNECTIONS)]
            for raw in opened:
                send(raw, [said])
            if said == LIVE + b"\r\n":  # its connection is kept for 75 seconds
                assert opened[-1].recv(65_536).startswith(b"HTTP/1.1 200 ")
            else:
                for raw in opened:
                    raw.settimeout(60)
                    read_to_the_end(raw)

    attack = attack_with(target, act)
    attack.check_logged_once("gave way to a newer connection")
    assert target.descriptors() < 1_024


def test_half_bodies_of_a_viewer_keep_nobody_out_and_end(target: Target) -> None:
    head = JSON_REQUEST + f"Authorization: Bearer {target.token()}\r\n".encode()

    def act() -> None:
        with ExitStack() as stack:
            opened = [stack.enter_context(target.connect()) for _ in range(CONNECTIONS)]
            for raw in opened:
                send(raw, [head + b"Content-Length: 1000000\r\n\r\n{" + b" " * 500_000])
            for raw in opened:
                raw.settimeout(60)
                read_to_the_end(raw)

    attack_with(target, act)


def test_responses_that_nobody_reads_are_dropped(target: Target) -> None:
    lists = " ".join(f"a{n}: tickets(tab: CLOSED, first: 100) {{ nodes {{ id description }} }}" for n in range(15))
    body = f'{{"query": "{{ {lists} }}"}}'.encode()
    head = JSON_REQUEST + f"Authorization: Bearer {target.token()}\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def act() -> None:
        with ExitStack() as stack:
            opened = [stack.enter_context(target.connect(receive_buffer=4_096)) for _ in range(15)]
            for raw in opened:
                send(raw, [(head + body) * 40])
            for raw in opened:
                gone = select.poll()
                gone.register(raw, 0)  # nothing but its end, which is told without reading
                assert gone.poll(60_000)

    attack_with(target, act).check_logged_once("unread response")


def test_pipelined_requests_whose_responses_nobody_reads_are_few(target: Target) -> None:
    def act() -> None:
        with ExitStack() as stack:
            opened = [stack.enter_context(target.connect(receive_buffer=4_096)) for _ in range(100)]
            for raw in opened:
                raw.settimeout(1)
                with suppress(TimeoutError):
                    send(raw, [(LIVE + b"\r\n") * 2_000] * 20)

    attack_with(target, act)
