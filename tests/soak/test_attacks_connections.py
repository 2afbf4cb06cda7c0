"""Connections that say nothing, stop in the middle or are many: every wait for a client ends, and each is counted."""

import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.soak.raw import (
    HANDSHAKE,
    TEXT,
    asked_by,
    check_it_says_why,
    frame,
    login,
    many_descriptors,
    opened,
    post,
    request,
    send_some,
    wait_for_ends,
)
from tests.support.attack import DESCRIPTORS, Target

pytestmark = [pytest.mark.attack, pytest.mark.timeout(180)]
COPIES = 8
LONGEST = 90.0
"""Seconds after which no connection here may be open: a head has 10, a body some more, a kept connection 75."""
_QUERY = "{ __typename }"


@pytest.fixture(autouse=True)
def descriptors() -> Iterator[None]:
    with many_descriptors():
        yield


def halves(target: Target) -> dict[str, bytes]:
    """What each kind of client sends before it falls silent."""
    who = login(target)
    whole = post(_QUERY, None, who)
    chunked = f"POST /graphql HTTP/1.1\r\nHost: a\r\n{who}\r\nContent-Type: application/json\r\n".encode()
    form = f"POST /graphql HTTP/1.1\r\nHost: a\r\n{who}\r\nGraphQL-Require-Preflight: 1\r\n".encode()
    init = json.dumps({"type": "connection_init", "payload": {"authorization": who.partition(": ")[2]}}).encode()
    return {
        "nothing": b"",
        "an empty line": b"\r\n",
        "half a method": b"PO",
        "half a head": b"GET /graphql HTTP/1.1\r\nHost: a\r\nAccept:",
        "a head without its last line": b"GET /graphql HTTP/1.1\r\nHost: a\r\n",
        "half a second head": request("GET", "/health/live") + b"GET /health",
        "a whole request, then nothing": whole,
        "half a body": whole[:-9],
        "half a body of a stranger": post(_QUERY)[:-9],
        "no body": whole[: whole.index(b"\r\n\r\n") + 4],
        "a body that is announced": chunked + b"Expect: 100-continue\r\nContent-Length: 99\r\n\r\n",
        "no chunk": chunked + b"Transfer-Encoding: chunked\r\n\r\n",
        "half a chunk": chunked + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",
        "half a chunk's size": chunked + b"Transfer-Encoding: chunked\r\n\r\nf",
        "half a trailer": chunked + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\na:",
        "half a form": form
        + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 999\r\n\r\n--x\r\nContent-",
        "half an HTTP/1.0 head": b"GET / HTTP/1.0\r\nAccept: a",
        "half a handshake": HANDSHAKE[:-2],
        "a handshake without connection_init": HANDSHAKE,
        "half a frame": HANDSHAKE + frame(TEXT, init)[:-9],
        "half a message": HANDSHAKE + frame(TEXT, init[:-9], final=False),
        "a handshake of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32),
        "a preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    }


def trickles(target: Target) -> dict[str, tuple[bytes, bytes]]:
    """What each kind of slow client sends at once, and of what it sends one byte a second."""
    who = login(target)
    body = (
        f"POST /graphql HTTP/1.1\r\nHost: a\r\n{who}\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n"
    )
    chunked = body.replace("Content-Length: 99999", "Transfer-Encoding: chunked")
    stranger = body.replace(who, "A: b")
    form = body.replace("application/json", "multipart/form-data; boundary=x\r\nGraphQL-Require-Preflight: 1")
    return {
        "slow head": (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 99),
        "slow empty lines": (b"", b"\r\n" * 99),
        "slow body": (body.encode(), b" " * 999),
        "slow body of a stranger": (stranger.encode(), b" " * 999),
        "slow form": (form.encode(), b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"a" * 999),
        "slow chunks": (chunked.encode(), b"1\r\n \r\n" * 99),
        "slow chunk extension": (chunked.encode() + b"1;", b"a" * 999),
        "slow handshake": (HANDSHAKE[:-2], b"a: b\r\n" * 99),
        "slow message": (HANDSHAKE + frame(TEXT, b" " * 9_999)[:20], b" " * 999),
        "slow fragments": (HANDSHAKE + frame(TEXT, b" ", final=False), frame(0, b" ", final=False) * 99),
    }


def test_every_wait_for_a_silent_or_slow_client_ends(target: Target) -> None:
    silent, slow = halves(target), trickles(target)
    with target.attacked() as attack, opened(target, COPIES * (len(silent) + len(slow))) as connections:
        named: dict[socket.socket, str] = {}
        sending: dict[socket.socket, Iterator[int]] = {}
        for connection, name in zip(connections, [*silent, *slow] * COPIES, strict=True):
            named[connection] = name
            send_some(connection, silent.get(name, b"") or slow.get(name, (b"", b""))[0])
            if name in slow:
                sending[connection] = iter(slow[name][1])
        each_second = trickling(sending)
        left = wait_for_ends(named, LONGEST, each_second)
    print(attack, sorted(left))
    assert not left
    attack.check()
    check_it_says_why(attack)
    assert target.descriptors() < 100


def trickling(sending: dict[socket.socket, Iterator[int]]) -> Callable[[], None]:
    def send() -> None:
        for connection, data in sending.items():
            send_some(connection, bytes([next(data, 32)]))

    return send


@pytest.mark.parametrize(
    "said", [b"", b"G", b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{", HANDSHAKE], ids=str
)
def test_more_connections_of_one_address_than_descriptors_leave_others_served(target: Target, said: bytes) -> None:
    with target.attacked() as attack, opened(target, DESCRIPTORS + 100) as connections:
        for connection in connections:
            send_some(connection, said)
        until = time.monotonic() + 3
        while time.monotonic() < until and target.descriptors() < DESCRIPTORS:
            time.sleep(0.1)
    print(attack, len(connections))
    attack.check()
    check_it_says_why(attack)


def test_connections_made_and_cut_by_the_thousand_leave_nothing(target: Target) -> None:
    before = target.descriptors()
    sent = (b"", b"GET", HANDSHAKE, post(_QUERY, None, login(target)), post(_QUERY, None, login(target))[:-5])
    with target.attacked() as attack:
        for number in range(2_500):
            with target.connect() as connection:
                if number % 2:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                send_some(connection, sent[number % len(sent)])
            if number % 25 == 0:
                # Whoever connects waits behind those before: nobody can connect faster than the server accepts.
                assert asked_by(target, 1, [request("GET", "/health/live")])[0][0] == 200
    print(attack)
    attack.check()
    until = time.monotonic() + 20
    while target.descriptors() > before + 5:
        assert time.monotonic() < until, (before, target.descriptors())
        time.sleep(0.1)


def test_streams_of_one_viewer_leave_others_served(target: Target) -> None:
    subscription = post("subscription { tabCounts { count } }", None, login(target), "Accept: text/event-stream")
    with target.attacked() as attack, opened(target, DESCRIPTORS + 100, 4_096) as connections:
        for connection in connections:
            send_some(connection, subscription)
        left = wait_for_ends(dict.fromkeys(connections, "stream"), 5)
    print(attack, len(connections), len(left))
    attack.check(peak=256 * 1024 * 1024)
