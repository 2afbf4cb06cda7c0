"""How answers travel: an answer is one piece, and what streams begins at once."""

import socket

from tests.support.server import WAIT, Server

ASKED = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
ANSWERED = b'{"status":"ok"}'


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=WAIT)


def test_an_answer_is_one_piece(server: Server) -> None:
    with connected(server) as raw:
        for _ in range(50):
            raw.sendall(ASKED)
            piece = raw.recv(65_536)
            assert piece.startswith(b"HTTP/1.1 200 OK\r\n")
            assert piece.endswith(b"\r\n\r\n" + ANSWERED)


def test_several_that_are_asked_at_once_are_whole_and_in_order(server: Server) -> None:
    asked = ASKED.replace(b"/health/live", b"/nothing")
    with connected(server) as raw:
        raw.sendall((ASKED + asked) * 20)
        found = b""
        while found.count(b"HTTP/1.1 ") < 40 or not found.endswith(b"Not Found"):
            piece = raw.recv(65_536)
            assert piece, found
            found += piece
    answers = found.split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200", b"404"] * 20
    assert all(answer.endswith(ANSWERED) for answer in answers[::2])


def test_an_answer_without_a_body_comes_too(server: Server) -> None:
    with connected(server) as raw:
        raw.sendall(ASKED.replace(b"GET", b"HEAD").replace(b"/health/live", b"/"))
        assert raw.recv(65_536).startswith(b"HTTP/1.1 307 ")


def test_what_streams_begins_before_anything_has_happened(server: Server) -> None:
    body = b'{"query": "subscription { tabCounts { tab } }"}'
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token('agent-1')}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with connected(server) as raw:
        raw.sendall(head.encode() + body)
        found = raw.recv(65_536)
        while b":\n\n" not in found:
            found += raw.recv(65_536)
        assert found.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_websocket_does_not_overtake_the_answer_before_it(server: Server) -> None:
    upgrade = (
        b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    with connected(server) as raw:
        raw.sendall(ASKED.replace(b"GET", b"HEAD") + upgrade)
        found = b""
        while found.count(b"HTTP/1.1 ") < 2:
            found += raw.recv(65_536)
    assert [answer[:3] for answer in found.split(b"HTTP/1.1 ")[1:]] == [b"200", b"101"]
