"""HTTP responses on one connection: whole, in order, one for each request, and streams that start at once."""

import socket

from tests.support.server import WAIT, Server

REQUEST = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BODY = b'{"status":"ok"}'


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=WAIT)


def test_pipelined_requests_get_whole_responses_in_order(server: Server) -> None:
    missing = REQUEST.replace(b"/health/live", b"/nothing")
    with connect(server) as raw:
        raw.sendall((REQUEST + missing) * 20)
        received = b""
        while received.count(b"HTTP/1.1 ") < 40 or not received.endswith(b"Not Found"):
            chunk = raw.recv(65_536)
            assert chunk, received
            received += chunk
    responses = received.split(b"HTTP/1.1 ")[1:]
    assert [response[:3] for response in responses] == [b"200", b"404"] * 20
    assert all(response.endswith(BODY) for response in responses[::2])


def test_a_head_request_gets_a_response_without_a_body(server: Server) -> None:
    with connect(server) as raw:
        raw.sendall(REQUEST.replace(b"GET", b"HEAD").replace(b"/health/live", b"/"))
        assert raw.recv(65_536).startswith(b"HTTP/1.1 307 ")


def test_a_stream_starts_before_its_first_event(server: Server) -> None:
    body = b'{"query": "subscription { tabCounts { tab } }"}'
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token('agent-1')}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with connect(server) as raw:
        raw.sendall(head.encode() + body)
        received = raw.recv(65_536)
        while b":\n\n" not in received:
            received += raw.recv(65_536)
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_websocket_upgrade_is_answered_after_the_request_before_it(server: Server) -> None:
    upgrade = (
        b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    with connect(server) as raw:
        raw.sendall(REQUEST.replace(b"GET", b"HEAD") + upgrade)
        received = b""
        while received.count(b"HTTP/1.1 ") < 2:
            received += raw.recv(65_536)
    assert [response[:3] for response in received.split(b"HTTP/1.1 ")[1:]] == [b"200", b"101"]
