"""Frames without regard to what the server answers: each counts as a message, and no answer waits for a reader."""

import json
import time
from collections.abc import Callable

import pytest

from tests.soak.raw import (
    CLOSE,
    CONTINUATION,
    HANDSHAKE,
    MIB,
    PING,
    PONG,
    TEXT,
    flood,
    frame,
    initialised,
    login,
    opened,
    send_some,
    wait_for_ends,
    websocket,
)
from tests.support.attack import Target

pytestmark = [pytest.mark.attack, pytest.mark.timeout(180)]
SIZE = 24 * MIB
BINARY = 2


def message(**fields: object) -> bytes:
    return frame(TEXT, json.dumps(fields).encode())


FLOODS: dict[str, bytes] = {
    "pings of the largest size": frame(PING, b"p" * 125),
    "empty pings": frame(PING),
    "pongs": frame(PONG, b"p" * 125),
    "empty texts": frame(TEXT),
    "blanks": frame(TEXT, b" "),
    "fragments of nothing": frame(TEXT, b"", final=False) + frame(CONTINUATION, final=False) * 999,
    "fragments of one byte": frame(TEXT, b" ", final=False) + frame(CONTINUATION, b" ", final=False) * 999,
    "pings between fragments": frame(TEXT, b" ", final=False) + frame(PING, b"p" * 125) * 999,
    "closes": frame(CLOSE, b"\x03\xe8"),
    "large texts": frame(TEXT, b" " * 200_000),
    "a text without an end": frame(TEXT, b" " * SIZE),
    "binary": frame(BINARY, b"\0" * 60_000),
    "pings of the protocol": message(type="ping", payload={"a": "b" * 2_000}),
    "pongs of the protocol": message(type="pong"),
    "subscribes before the init": message(type="subscribe", id="1", payload={"query": "{ __typename }"}),
    "unknown messages": message(type="x" * 1_000),
    "deep messages": frame(TEXT, b"[" * 10_000),
}


@pytest.mark.parametrize("shape", FLOODS)
def test_a_flood_before_the_init_is_ended_and_nothing_is_kept(target: Target, shape: str) -> None:
    with target.attacked() as attack, websocket(target, 4_096) as connection:
        sent = flood(connection, FLOODS[shape], SIZE)
        left = wait_for_ends({connection: shape}, 20)
    print(shape, sent // 1024, "KiB", attack)
    assert not left
    attack.check()


VIEWERS: dict[str, Callable[[int], bytes]] = {
    "pings": lambda _: frame(PING, b"p" * 125),
    "pings of the protocol": lambda _: message(type="ping", payload={"a": "b" * 2_000}),
    "queries": lambda n: message(type="subscribe", id=str(n), payload={"query": "{ __typename }"}),
    "invalid queries": lambda n: message(type="subscribe", id=str(n), payload={"query": f"{{ a{n} }}"}),
    "long ids": lambda n: message(type="subscribe", id=f"{n}" * 20_000, payload={"query": "{ __typename }"}),
    "subscriptions": lambda n: message(
        type="subscribe", id=str(n), payload={"query": "subscription { tabCounts { count } }"}
    ),
    "subscribe and complete": lambda n: (
        message(type="subscribe", id=str(n), payload={"query": "subscription { tabCounts { count } }"})
        + message(type="complete", id=str(n))
    ),
    "completes": lambda n: message(type="complete", id=str(n)),
}


@pytest.mark.parametrize("shape", VIEWERS)
def test_a_flood_of_a_viewer_is_ended_and_nothing_is_kept(target: Target, shape: str) -> None:
    with target.attacked() as attack, initialised(target, "agent-1", 4_096) as connection:
        sent = flood(connection, b"".join(VIEWERS[shape](n) for n in range(5_000)), SIZE)
        left = wait_for_ends({connection: shape}, 20)
    print(shape, sent // 1024, "KiB", attack, left)
    assert not left, "it goes on with one who sends more than 200 messages a second"
    attack.check()


def test_floods_of_many_connections_leave_others_served(target: Target) -> None:
    with target.attacked() as attack, opened(target, 60, 4_096) as connections:
        for connection in connections:
            send_some(connection, HANDSHAKE + frame(PING, b"p" * 125) * 200)
        for _ in range(20):
            for connection in connections:
                send_some(connection, frame(PING, b"p" * 125) * 400)
        left = wait_for_ends(dict.fromkeys(connections, "ping"), 30)
    print(attack, len(connections), len(left))
    assert not left
    attack.check()


def test_a_closed_websocket_is_gone_though_its_client_reads_nothing(target: Target) -> None:
    """Closed with 4408, 4400 or 1008; the client neither reads nor closes."""
    before = target.descriptors()
    sent = (b"", frame(TEXT, b"{"), frame(PING, b"p" * 125) * 5_000, frame(0xB, b""), frame(TEXT, b"\xff\xfe"))
    with target.attacked() as attack, opened(target, 50, 4_096) as connections:
        for number, connection in enumerate(connections):
            send_some(connection, HANDSHAKE + sent[number % len(sent)])
        until = time.monotonic() + 45
        while target.descriptors() > before + 6 and time.monotonic() < until:
            time.sleep(0.2)
        held = target.descriptors() - before
    print(attack, held)
    assert held <= 6, "closed means gone"
    attack.check()


def test_handshakes_with_much_beside_are_refused_or_served(target: Target) -> None:
    heads = [
        HANDSHAKE.replace(b"graphql-transport-ws", b"graphql-transport-ws, " * 1_000),
        HANDSHAKE.replace(b"AAAA", b"A" * 8_000, 1),
        HANDSHAKE.replace(
            b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: " + b"permessage-deflate, " * 1_000 + b"\r\n\r\n"
        ),
        HANDSHAKE.replace(b"Host: ", f"{login(target)}\r\nHost: ".encode()) + b"x" * 60_000,
        HANDSHAKE.replace(b"GET", b"POST"),
        HANDSHAKE.replace(b"13", b"1" * 9_000),
    ]
    with target.attacked() as attack, opened(target, 10 * len(heads)) as connections:
        for connection, head in zip(connections, heads * 10, strict=True):
            send_some(connection, head + frame(TEXT, b"{"))
        left = wait_for_ends({one: str(head[:200]) for one, head in zip(connections, heads * 10, strict=True)}, 40)
    print(attack, left)
    assert not left
    attack.check()
