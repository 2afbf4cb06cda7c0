"""What one client may send, hold and wait for over HTTP: heads, bodies, responses, connections."""

import asyncio
import resource
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from graph.endpoint.address import network_of
from tests.live import TAB_COUNTS, in_production
from tests.support.server import WAIT, Server

LIVE = b"GET /health/live HTTP/1.1\r\nHost: desk.example\r\n"
JSON_REQUEST = b"POST /graphql HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/json\r\n"
QUERY = b'{"query": "{ viewer { user { displayName } } }"}'
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(QUERY), QUERY)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in production that waits for nobody."""
    with in_production(
        tmp_path_factory.mktemp("desk"), graphiql="true", head_timeout_seconds="0.4", transfer_timeout_seconds="0.4",
        keep_alive_seconds="0.8", sse_keep_alive_seconds="0.1",
    ) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in production with the default limits, but for the hosts that it answers under."""
    with in_production(
        tmp_path_factory.mktemp("patient"), allowed_hosts='["desk.example", "127.0.0.1"]', connections_per_address="3"
    ) as running:
        yield running


def connect(server: Server, address: str = "127.0.0.1", receive_buffer: int | None = None) -> socket.socket:
    made = socket.socket()
    made.settimeout(WAIT)
    if receive_buffer is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.bind((address, 0))
    made.connect(("127.0.0.1", server.port))
    return made


def until_closed(raw: socket.socket) -> bytes:
    """All that the server sends before it closes the connection."""
    received = b""
    try:
        while part := raw.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received


def response_to(server: Server, *parts: bytes) -> bytes:
    """What the server sends before it closes a connection over which it gets these parts."""
    with connect(server) as raw:
        try:
            for part in parts:
                raw.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has closed the connection already
        return until_closed(raw)


def bearer(server: Server, login: str = "agent-1") -> bytes:
    return f"Authorization: Bearer {server.token(login)}\r\n".encode()


async def aborted(server: Server, reason: str) -> int:
    """How many connections were aborted for this reason, according to /metrics."""
    async with server.client(None) as client:
        text = (await client.http.get("/metrics")).text
    prefix = f'saisine_connections_aborted_total{{reason="{reason}"}} '
    return sum(int(float(line.removeprefix(prefix))) for line in text.splitlines() if line.startswith(prefix))


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET /", *[b"a" * 1_000] * 40],
        [LIVE, b"X: ", *[b"a" * 1_000] * 40],
        [LIVE, *[b"a:b\r\n" * 1_000] * 20],
        [LIVE, *[f"N{n}: a\r\n".encode() for n in range(100)], b"\r\n"],
        [LIVE, b"X: " + b"a" * 200_000, b"\r\n\r\n"],
        [b"\r\n" * 20_000],
    ],
    ids=["target", "value", "many fields", "101 fields", "one packet", "empty lines"],
)
def test_a_head_that_is_too_large_gets_431_and_the_connection_closes(patient: Server, parts: list[bytes]) -> None:
    response = response_to(patient, *parts)
    assert response.startswith(b"HTTP/1.1 431 "), response[:200]
    assert response.count(b"HTTP/1.1 ") == 1
    assert b"32768 octets ou 100 champs" in response


def test_a_head_of_a_hundred_fields_is_answered(patient: Server) -> None:
    fields = b"".join(b"N%d: a\r\n" % n for n in range(98))
    assert response_to(patient, LIVE, fields, b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_long_header_fields_are_looked_at_in_part_only(patient: Server) -> None:
    request = JSON_REQUEST + bearer(patient) + b"Connection: close\r\nContent-Length: %d\r\n" % len(QUERY)
    accept = b"Accept: " + b"text/x;q=0.1," * 2_000 + b"application/json\r\n\r\n"
    assert b"HTTP/1.1 406 " in response_to(patient, request, accept, QUERY)
    assert b"displayName" in response_to(patient, request, b"Accept-Language: " + b"en," * 9_000 + b"\r\n\r\n", QUERY)


def test_fields_of_a_trailer_are_dropped(patient: Server) -> None:
    trailer = b"0\r\n" + bearer(patient) + b"X-Forwarded-For: 203.0.113.9\r\n\r\n"
    with connect(patient) as raw:
        raw.sendall(JSON_REQUEST + CHUNKED + trailer)
        assert raw.recv(65_536).startswith(b"HTTP/1.1 401 ")
        # Neither do they count for the next request of the connection.
        raw.sendall(JSON_REQUEST + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
        assert until_closed(raw).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "framing",
    [
        [b"1\r\na\r\n" * 1_000] * 20,
        [b"1;" + b"x" * 1_000, *[b"x" * 1_000] * 100],
        [b"0\r\n", *[b"T: " + b"x" * 1_000 + b"\r\n"] * 100],
        [b"0\r\nT: ", *[b"x" * 1_000] * 100],
    ],
    ids=["tiny chunks", "extension", "trailers", "trailer"],
)
def test_framing_that_is_larger_than_its_body_ends_the_connection(patient: Server, framing: list[bytes]) -> None:
    head = JSON_REQUEST + bearer(patient) + b"Transfer-Encoding: chunked\r\n\r\n"
    assert b"displayName" not in response_to(patient, head, *framing)
    with connect(patient) as raw:
        raw.sendall(head + CHUNKED.partition(b"\r\n\r\n")[2] + b"0\r\n\r\n")
        assert b"displayName" in raw.recv(65_536)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "head timeout"),
        (b"GET / HT", "head timeout"),
        (b"GET /graphql HTTP/1.1\r\nHost: desk.example\r\nUpgrade: websocket\r\n", "head timeout"),
        (LIVE + b"\r\n" + LIVE, "head timeout"),
        (JSON_REQUEST + b"%bContent-Length: 90000\r\n\r\n{", "body too slow"),
    ],
    ids=["nothing", "half a head", "half a handshake", "half a second head", "half a body"],
)
async def test_a_client_that_sends_too_little_is_cut(desk: Server, sent: bytes, reason: str) -> None:
    before = await aborted(desk, reason)
    sent = sent.replace(b"%b", bearer(desk))
    await asyncio.to_thread(response_to, desk, sent)  # returns once the server closes
    assert await aborted(desk, reason) > before


async def test_a_body_that_trickles_is_cut(desk: Server) -> None:
    before = await aborted(desk, "body too slow")
    with connect(desk) as raw:
        raw.sendall(JSON_REQUEST + bearer(desk) + b"Content-Length: 90000\r\n\r\n")
        ended = threading.Event()

        def trickle() -> None:
            try:
                while not ended.wait(0.05):
                    raw.sendall(b" ")
            except OSError:
                pass

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            await asyncio.to_thread(until_closed, raw)
        finally:
            ended.set()
            thread.join()
    assert await aborted(desk, "body too slow") > before


async def test_a_client_that_does_not_read_its_response_is_cut(desk: Server) -> None:
    before = await aborted(desk, "unread response")
    with connect(desk, receive_buffer=4_096) as raw:
        raw.sendall(b"GET /graphiql/index.js HTTP/1.1\r\nHost: desk.example\r\n\r\n")
        async with asyncio.timeout(WAIT):
            while await aborted(desk, "unread response") == before:
                pass
        assert len(await asyncio.to_thread(until_closed, raw)) < 4_000_000
    assert any('"reason": "unread response"' in line for line in desk.printed)


async def test_unread_responses_of_all_clients_have_a_budget(tmp_path: Path) -> None:
    with (
        in_production(tmp_path, graphiql="true", unread_responses_max_bytes=str(2**20)) as server,
        ExitStack() as stack,
    ):
        for _ in range(40):
            raw = stack.enter_context(connect(server, receive_buffer=4_096))
            raw.sendall(b"GET /graphiql/index.js HTTP/1.1\r\nHost: desk.example\r\n\r\n")
        async with asyncio.timeout(WAIT):
            while not await aborted(server, "too many unread responses"):
                pass
        async with server.client(None) as client:
            assert len((await client.http.get("/graphiql/index.js")).content) > 4_000_000


def test_an_answered_connection_is_kept_for_the_settings_time(desk: Server) -> None:
    with connect(desk) as raw:
        started = time.monotonic()
        raw.sendall(LIVE + b"\r\n")
        assert until_closed(raw).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - started >= 0.8


def test_a_stranger_gets_401_before_sending_a_body(patient: Server) -> None:
    with connect(patient) as raw:
        raw.sendall(JSON_REQUEST + b"Content-Length: 1000\r\n\r\n")
        assert raw.recv(65_536).startswith(b"HTTP/1.1 401 ")


async def test_unfinished_bodies_of_an_address_have_a_budget(tmp_path: Path) -> None:
    with in_production(tmp_path, bodies_per_address_max_bytes="200000") as server:
        head = JSON_REQUEST + bearer(server) + b"Content-Length: 150000\r\n\r\n"
        with connect(server) as first, connect(server) as second:
            # Whichever part comes last makes it too much.
            first.sendall(head + b" " * 120_000)
            second.sendall(head + b" " * 120_000)
            readable, _, _ = await asyncio.to_thread(select.select, [first, second], [], [], WAIT)
            assert readable[0].recv(65_536).startswith(b"HTTP/1.1 429 ")
        async with asyncio.timeout(WAIT), server.client("agent-1") as client:
            # Those that were given up leave room.
            while (
                await client.http.post(
                    "/graphql", content=b" " * 199_000 + QUERY, headers={"Content-Type": "application/json"}
                )
            ).status_code != 200:
                pass


def test_a_stranger_may_send_less_than_a_viewer_where_the_schema_is_shown(tmp_path: Path) -> None:
    with in_production(tmp_path, introspection="true") as server, httpx.Client(base_url=server.url) as client:
        body = {"query": "{ __typename __schema { queryType { name } } }", "operationName": ""}
        assert client.post("/graphql", json=body).status_code == 200
        body["operationName"] = " " * 200_000
        assert client.post("/graphql", json=body).status_code == 413
        client.headers["Authorization"] = f"Bearer {server.token('agent-1')}"
        assert client.post("/graphql", json=body).status_code == 400


async def test_documents_of_strangers_are_prepared_few_at_a_time(tmp_path: Path) -> None:
    body = {"query": "{ __schema { types { " + "name description " * 200 + "} } }"}
    with in_production(tmp_path, introspection="true", anonymous_max_documents="1") as server:
        async with server.client(None) as nobody, server.client("agent-1") as client, asyncio.timeout(WAIT):
            statuses: set[int] = set()
            while 429 not in statuses:
                asked = [nobody.http.post("/graphql", json=body) for _ in range(10)]
                statuses |= {response.status_code for response in await asyncio.gather(*asked)}
                assert (await client.http.post("/graphql", json=body)).status_code == 200
            assert statuses <= {200, 401, 429}
            assert (await nobody.http.post("/graphql", json={"query": "{ __typename }"})).status_code == 401


async def test_a_websocket_leaves_its_place(patient: Server) -> None:
    async def opened() -> int:
        async with patient.client(None) as client:
            text = (await client.http.get("/metrics")).text
        return next(
            int(float(line.split()[1])) for line in text.splitlines() if line.startswith("saisine_connections ")
        )

    async with asyncio.timeout(WAIT):
        before = await opened()
        async with patient.socket("agent-1"):
            assert await opened() > before - 2
            for _ in range(5):
                async with patient.socket("agent-1"):
                    pass
        while await opened() > before:
            pass


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /health/live HTTP/1.1\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: desk.example\r\nHost: desk.example\r\n", 400),
        (b"GET /health/live HTTP/1.0\r\nHost: desk.example\r\nHost: other.example\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: evil.example\r\n", 421),
        (b"GET /health/live HTTP/1.1\r\nHost: desk.example.evil.example\r\n", 421),
        (b"GET http://evil.example/health/live HTTP/1.1\r\nHost: desk.example\r\n", 421),
        (b"GET http://desk.example/health/live HTTP/1.1\r\nHost: desk.example\r\n", 200),
        (b"GET /health/live HTTP/1.1\r\nHost: DESK.example:8443\r\n", 200),
        (b"GET /health/live/ HTTP/1.1\r\nHost: desk.example\r\n", 404),
    ],
)
def test_a_request_names_one_allowed_host_and_is_never_redirected(
    patient: Server, request_: bytes, status: int
) -> None:
    assert response_to(patient, request_, b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 %d " % status)


def test_an_invalid_request_behind_a_stream_is_not_answered_within_it(desk: Server) -> None:
    head = JSON_REQUEST + bearer(desk) + b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n"
    body = b'{"query": "%b"}' % TAB_COUNTS.encode()
    with connect(desk) as raw:
        raw.sendall(head % len(body) + body)
        assert raw.recv(65_536).startswith(b"HTTP/1.1 200 ")
        raw.sendall(b"nonsense\r\n\r\n")
        assert b"HTTP/1.1 " not in until_closed(raw)


async def test_a_stream_ends_with_its_connection_also_before_a_pipelined_request(desk: Server) -> None:
    async def subscriptions() -> int:
        async with desk.client(None) as client:
            text = (await client.http.get("/metrics")).text
        return next(int(float(line.split()[1])) for line in text.splitlines() if line.startswith("saisine_subscr"))

    body = b'{"query": "%b"}' % TAB_COUNTS.encode()
    head = JSON_REQUEST + bearer(desk) + b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with asyncio.timeout(WAIT):
        with connect(desk) as raw:
            raw.sendall(head + body + LIVE + b"\r\n")
            while not await subscriptions():
                pass
        while await subscriptions():
            pass


async def test_idle_connections_of_an_address_give_way_to_its_newer_ones(patient: Server) -> None:
    idle = [connect(patient, "127.0.0.3") for _ in range(10)]
    try:
        transport = httpx.AsyncHTTPTransport(local_address="127.0.0.3")
        async with httpx.AsyncClient(transport=transport, base_url=patient.url) as client:
            assert (await client.get("/health/live")).status_code == 200
        assert until_closed(idle[0]) == b""
    finally:
        for raw in idle:
            raw.close()


async def test_idle_connections_of_many_take_nobodys_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    with in_production(tmp_path_factory.mktemp("small")) as small:
        assert small.process is not None
        resource.prlimit(small.process.pid, resource.RLIMIT_NOFILE, (100, 100))
        idle: list[socket.socket] = []
        try:
            for _ in range(3):
                idle += [connect(small) for _ in range(60)]
                for address in ("127.0.0.1", "127.0.0.2"):
                    transport = httpx.AsyncHTTPTransport(local_address=address)
                    async with httpx.AsyncClient(transport=transport, base_url=small.url) as client:
                        assert (await client.get("/health/ready")).json()["status"] == "ok"
        finally:
            for raw in idle:
                raw.close()
        assert any('"reason": "gave way to a newer connection"' in line for line in small.printed)


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::ffff:203.0.113.7", "203.0.113.7"), ("unix", "unix"),
    ],
)  # fmt: skip
def test_an_ipv6_address_counts_by_its_network(host: str, key: str) -> None:
    assert network_of(host) == key
