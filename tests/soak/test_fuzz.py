"""Random input gets no 5xx and no INTERNAL error, leaves nothing behind, and does not delay other clients.

Hypothesis generates bodies, documents over the schema, forms, raw requests, ranges and WebSocket messages. All tests
together take `SAISINE_FUZZ_SECONDS`: by default 10 in `make test` and 60 in `make soak`.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import ArgumentNode, ListValueNode, ObjectFieldNode, StringValueNode, Visitor, parse, print_ast, visit
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from graph.node_ids import decode
from tests.live import serving
from tests.soak.sites import SOAK
from tests.support.server import WAIT, Server

pytestmark = pytest.mark.soak
SECONDS = float(os.environ.get("SAISINE_FUZZ_SECONDS", "60" if SOAK else "10"))
PROMPT = 5.0
"""The longest wait of the normal client in seconds, on a shared machine."""
GROWTH = 48 * 1024
"""KiB that a warm process may grow by, since allocators keep some memory."""

ROOT = Path(__file__).parents[2]
SCHEMA = (ROOT / "schema.graphql").read_text("utf-8")
TYPES = ("application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", "", "a/b;=")
ACCEPTED = (
    "*/*", "application/json", "application/graphql-response+json", "text/event-stream", "text/html", "a/b", ";q=x",
    "application/json;q=nan", "text/event-stream;q=1e400", ",,,",
)  # fmt: skip
LANGUAGES = ("fr", "en;q=0.1", "*", "", "é", "en;q=nan", "fr-" * 300, ";;,,")
CLOSES = {1000, 1001, 1002, 1003, 1005, 1007, 1009, 4400, 4401, 4403, 4406, 4408, 4409, 4429}
"""Close codes for a client that breaks the protocol; 1011, 4500 and a lost connection are errors of the server."""


class Target:
    """A server with tokens of its users, existing ids, and a normal client that it must serve during the tests."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tokens = [server.token(login) for login in ("agent-1", "requester", "reader", "support")]
        self.http = httpx.Client(base_url=server.url, timeout=WAIT)
        self.seconds = 0.75 * SECONDS
        self.slowest = 0.0
        self.served = 0
        self.failure: str | None = None
        self.ids = self._ids()

    def _ids(self) -> list[str]:
        query = """{ viewer { user { id } } categories { id subcategories { id } } structures { id services { id } }
          list: tickets(tab: ALL_EXCEPT_CLOSED, first: 30) { nodes { id attachments { id } activities { nodes { id } }
            assignableAgents { id } } } }"""
        text = self.http.post("/graphql", json={"query": query}, headers=self.bearer(0)).text
        found = [part for part in text.split('"') if decode(part)[0]]
        assert len(found) > 50
        return found

    def bearer(self, number: int) -> dict[str, Any]:
        return {"Authorization": f"Bearer {self.tokens[number % len(self.tokens)]}"}

    @contextmanager
    def normal_client(self) -> Iterator[None]:
        """A client that reads the tabs again and again while the block runs."""
        stop = threading.Event()

        def read() -> None:
            with httpx.Client(base_url=self.server.url, timeout=WAIT, headers=self.bearer(0)) as client:
                while not stop.wait(0.05):
                    begun = time.monotonic()
                    try:
                        response = client.post("/graphql", json={"query": "{ tabs { tab count } }"})
                        assert len(response.json()["data"]["tabs"]) == 5
                    except Exception as error:
                        self.failure = self.failure or repr(error)
                    self.slowest = max(self.slowest, time.monotonic() - begun)
                    self.served += 1

        thread = threading.Thread(target=read)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def check(self, response: httpx.Response) -> None:
        """Check that a response is no 5xx and has no INTERNAL error."""
        assert response.status_code < 500, (response.status_code, response.text[:2000])
        assert '"INTERNAL"' not in response.text, response.text[:2000]

    def metric(self, name: str) -> float:
        text = self.http.get("/metrics").text
        return float(next(line.split()[1] for line in text.splitlines() if line.startswith(f"{name} ")))

    def footprint(self) -> tuple[int, int, float]:
        """Resident memory in KiB, number of open file descriptors, number of tasks of the event loop."""
        assert self.server.process is not None
        folder = Path(f"/proc/{self.server.process.pid}")
        status = (folder / "status").read_text("utf-8")
        memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(memory), len(list((folder / "fd").iterdir())), self.metric("saisine_tasks")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    # Cached documents take memory by design; with a small cache, growth is a leak.
    with serving(
        tmp_path_factory.mktemp("fuzz"), document_cache_max_bytes="2000000", websocket_init_timeout_seconds="2"
    ) as server:
        running = Target(server)
        yield running
        running.http.close()


def fuzz(target: Target, share: float, strategy: st.SearchStrategy[Any], at: Callable[[Any], None]) -> None:
    """Call `at` with examples of a strategy for a share of the seconds."""
    until = time.monotonic() + share * target.seconds

    # The server has state, so a failing example is reported as it is, not shrunk.
    @settings(
        max_examples=10, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def some(value: Any) -> None:
        if time.monotonic() < until:
            at(value)

    while time.monotonic() < until:
        some()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_SAMPLE = "query A($n: Int, $f: TicketFilter) { tickets(tab: CLOSED, first: $n, filter: $f) { totalCount } }"
BODY = st.one_of(
    st.binary(max_size=300),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {"query": st.sampled_from([_SAMPLE, "{", "{ a }", "subscription { tabCounts { count } }", ""]) | JSON},
        optional={
            "variables": JSON | st.fixed_dictionaries({}, optional={"n": JSON, "f": JSON}),
            "operationName": JSON | st.just("A"), "extensions": JSON, "documentId": JSON,
        },
    ).map(lambda value: json.dumps(value).encode()),
    st.integers(1, 3000).map(lambda depth: b"[" * depth),
    st.integers(1, 3000).map(lambda depth: json.dumps({"query": "{a" * depth}).encode()),
)  # fmt: skip


def _raw(headers: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    return [(k.encode(), v if isinstance(v, bytes) else v.encode()) for k, v in headers.items()]


def test_random_bodies_get_no_internal_error(target: Target) -> None:
    def post(example: tuple[bytes, str, str, str, int]) -> None:
        body, kind, accept, language, user = example
        headers = {"Content-Type": kind, "Accept": accept, "Accept-Language": language.encode()}
        with target.http.stream(
            "POST", "/graphql", content=body, headers=[*_raw(headers), *_raw(target.bearer(user))]
        ) as response:
            if "text/event-stream" in response.headers.get("content-type", ""):
                assert b"INTERNAL" not in next(response.iter_raw(), b"")
                return
            response.read()
            target.check(response)

    kinds = st.sampled_from(TYPES) | st.just(TYPES[0])
    with target.normal_client():
        fuzz(
            target,
            0.15,
            st.tuples(BODY, kinds, st.sampled_from(ACCEPTED), st.sampled_from(LANGUAGES), st.integers(0, 3)),
            post,
        )


def _texts(values: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return (st.sampled_from(values) | st.text(max_size=12)).map(nodes.String)


SCALARS = {
    "DateTime": _texts(("2026-11-24T09:30:00Z", "0001-01-01", "9999-12-31T23:59:59+14:00", "", "-")),
    "Cursor": _texts(("", "MQ", "YS4x")),
    "Upload": _texts(("",)),
}


class _ExistingIds(Visitor):
    """Replaces the values of id arguments by existing ids, so that resolvers run beyond their first checks."""

    def __init__(self, ids: Iterator[str]) -> None:
        super().__init__()
        self.ids = ids

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        return self._with_id(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        return self._with_id(node)

    def _with_id(self, node: Any) -> Any:
        name = node.name.value.lower()
        value = next(self.ids, None) if name.endswith(("id", "ids")) else None
        if value is None:
            return None
        text = StringValueNode(value=value)
        several = isinstance(node.value, ListValueNode)
        return type(node)(name=node.name, value=ListValueNode(values=(text,)) if several else text)


def test_random_documents_get_no_internal_error(target: Target) -> None:
    def run(example: tuple[str, list[str], int]) -> None:
        text, ids, user = example
        real = print_ast(visit(parse(text), _ExistingIds(iter(ids))))
        for each in (text, real):
            target.check(target.http.post("/graphql", json={"query": each}, headers=target.bearer(user)))

    ids = st.lists(st.sampled_from(target.ids), min_size=4, max_size=12)
    documents = queries(SCHEMA, custom_scalars=SCALARS) | mutations(SCHEMA, custom_scalars=SCALARS)
    with target.normal_client():
        fuzz(target, 0.3, st.tuples(documents, ids, st.integers(0, 3)), run)


def test_random_uploads_get_no_internal_error(target: Target) -> None:
    query = "mutation ($i: MessageInput!) { proposeSolution(input: $i) { ... on ActionRefused { code } } }"
    operations = st.fixed_dictionaries(
        {"query": st.just(query)},
        optional={
            "variables": st.fixed_dictionaries(
                {"i": st.fixed_dictionaries(
                    {"ticketId": st.sampled_from(target.ids), "message": st.text(max_size=5)},
                    optional={"attachments": st.lists(st.none() | st.text(max_size=3), max_size=3)},
                )}
            )
        },
    )  # fmt: skip
    paths = st.sampled_from(
        ("variables.i.attachments.0", "variables.i.attachments.-1", "variables", "", "query.0", "a.b")
    )
    name = st.sampled_from(("../../a", "a\x00b", "\u00e9\u202e.exe", "", "a" * 400, "x.pdf")) | st.text(max_size=8)
    part = st.tuples(name, st.binary(max_size=200), st.sampled_from(("text/plain", "", "a", "a/b; c=\x7f")))

    def post(example: tuple[Any, Any, list[Any], bytes | None, int]) -> None:
        given_operations, places, parts, junk, user = example
        headers = target.bearer(user)
        if junk is not None:
            kind = {"Content-Type": "multipart/form-data; boundary=x"}
            body = b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' + junk
            target.check(target.http.post("/graphql", content=body, headers={**headers, **kind}))
            return
        data = {"operations": json.dumps(given_operations), "map": json.dumps(places)}
        files = {str(n): one for n, one in enumerate(parts)}
        target.check(target.http.post("/graphql", data=data, files=files, headers=headers))

    places = st.dictionaries(st.sampled_from("012"), st.lists(paths, max_size=3) | JSON, max_size=3) | JSON
    junk = st.none() | st.binary(max_size=100) | st.just(b"{}\r\n--x--") | st.just(b"{}\r\n--x\r\n")
    example = st.tuples(operations | JSON, places, st.lists(part, max_size=3), junk, st.integers(0, 3))
    with target.normal_client():
        fuzz(target, 0.1, example, post)


def test_random_raw_requests_get_no_5xx(target: Target) -> None:
    token = target.tokens[0].encode()
    paths = st.sampled_from(
        (b"/graphql", b"/graphql?query={viewer{user{id}}}", b"/graphql?query=%ff%00", b"/attachments/", b"/metrics",
         b"/attachments/..%2f..%2fetc", b"/graphql?query", b"/graphiql/../../x", b"//", b"*", b"/console/", b"http://a/graphql")
    ) | st.binary(max_size=20).map(lambda tail: b"/" + tail)  # fmt: skip
    names = st.sampled_from(
        (b"Authorization", b"Accept", b"Content-Type", b"Accept-Language", b"Content-Length", b"Transfer-Encoding",
         b"Upgrade", b"Connection", b"Origin", b"Range", b"Expect", b"Sec-WebSocket-Key", b"Cookie", b"X")
    )  # fmt: skip
    values = st.sampled_from(
        (b"Bearer " + token, b"Bearer", b"Basic eDp4", b"bearer \xff", b"application/json", b"chunked", b"-1", b"5",
         b"99999999999999999999", b"websocket", b"Upgrade", b"null", b"http://evil.example", b"bytes=0-",
         b"100-continue")
    ) | st.binary(max_size=30)  # fmt: skip
    methods = st.sampled_from((b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE", b"CONNECT", b"G\x00"))

    def send(example: tuple[bytes, bytes, list[tuple[bytes, bytes]], bytes]) -> None:
        method, path, headers, body = example
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        request = method + b" " + path + b" HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n" + body
        with socket.create_connection(("127.0.0.1", target.server.port), timeout=WAIT) as raw:
            answer = b""
            with suppress(ConnectionError):
                raw.sendall(request)
                raw.shutdown(socket.SHUT_WR)
                while chunk := raw.recv(65536):
                    answer += chunk
        for line in answer.split(b"\r\n"):
            assert not line.startswith(b"HTTP/1.1 5"), (request, answer[:2000])

    bodies = st.sampled_from((b"", b'{"query":"{tabs{count}}"}', b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n")) | st.binary(
        max_size=40
    )
    with target.normal_client():
        fuzz(target, 0.15, st.tuples(methods, paths, st.lists(st.tuples(names, values), max_size=5), bodies), send)


def test_random_ranges_get_no_internal_error(target: Target) -> None:
    ids = [one for one in target.ids if decode(one)[0] == "Attachment"]
    assert ids
    number = st.integers(-5, 10**30) | st.integers(0, 300)
    ranges = st.one_of(
        st.tuples(number, number).map(lambda pair: f"bytes={pair[0]}-{pair[1]}"),
        number.map(lambda n: f"bytes={n}-"), number.map(lambda n: f"bytes=-{n}"),
        st.lists(st.tuples(number, number), max_size=9).map(
            lambda some: "bytes=" + ",".join(f"{first}-{last}" for first, last in some)
        ),
        st.sampled_from(("", "bytes", "bytes=", "bytes=-", "octets=0-1", "bytes=a-b", "bytes=0-0,0-0", "bytes=²-³")),
    )  # fmt: skip

    def get(example: tuple[str, str, str, int]) -> None:
        which, wanted, condition, user = example
        headers = [
            (b"Range", wanted.encode()),
            (b"If-Range", condition.encode()),
            (b"If-None-Match", condition.encode()),
        ]
        headers += [(b"Authorization", target.bearer(user)["Authorization"].encode())]
        target.check(target.http.get(f"/attachments/{which}", headers=headers))

    which = st.sampled_from(ids) | st.sampled_from(("x", "%00", "QXR0YWNobWVudDo5OQ"))
    conditions = st.sampled_from(("", '"a"', "W/", "Tue, 24 Nov 2026 09:30:00 GMT", "*"))
    with target.normal_client():
        fuzz(target, 0.08, st.tuples(which, ranges, conditions, st.integers(0, 3)), get)


_WATCH = "subscription ($t: InboxTab!) { inboxChanges(tab: $t) { kind cursor } }"
_COUNT = "subscription { tabCounts { count } }"
MESSAGE = st.one_of(
    JSON.map(json.dumps),
    st.text(max_size=30),
    st.binary(max_size=30),
    st.fixed_dictionaries(
        {"type": st.sampled_from(("subscribe", "complete", "ping", "pong", "connection_init", "next", "x"))},
        optional={
            "id": st.sampled_from(("a", "b", "")) | JSON,
            "payload": st.one_of(
                JSON,
                st.fixed_dictionaries(
                    {"query": st.sampled_from((_WATCH, "{ tabs { count } }", _COUNT, "{"))},
                    optional={"variables": st.just({"t": "CLOSED"}) | JSON, "operationName": JSON, "extensions": JSON},
                ),
            ),
        },
    ).map(json.dumps),
)  # fmt: skip


def _read_to_the_end(live: ClientConnection) -> None:
    """Read until the server has answered a last ping, or has closed the connection with an allowed code."""
    with suppress(ConnectionClosed):
        live.send('{"type": "ping", "payload": {"last": true}}')
        while True:
            message = live.recv(timeout=WAIT)
            assert '"INTERNAL"' not in str(message), message
            if '"last"' in str(message) and '"pong"' in str(message):
                return
    assert live.close_code in CLOSES, (live.close_code, live.close_reason)


def test_random_websocket_messages_end_in_an_allowed_close_code(target: Target) -> None:
    def talk(example: tuple[bool, list[str | bytes], int]) -> None:
        greets, messages, user = example
        with connect(target.server.ws_url, subprotocols=[Subprotocol("graphql-transport-ws")], close_timeout=2) as live:
            if greets:
                hello = {"type": "connection_init", "payload": {"authorization": target.bearer(user)["Authorization"]}}
                live.send(json.dumps(hello))
                assert "connection_ack" in str(live.recv(timeout=WAIT))
            with suppress(ConnectionClosed):
                for message in messages:
                    live.send(message)
            _read_to_the_end(live)

    with target.normal_client():
        fuzz(
            target,
            0.15,
            st.tuples(st.integers(0, 4).map(bool), st.lists(MESSAGE, min_size=1, max_size=8), st.integers(0, 3)),
            talk,
        )


def test_random_websocket_frames_are_survived(target: Target) -> None:
    def talk(example: bytes) -> None:
        with (
            suppress(ConnectionError, InvalidMessage),
            socket.create_connection(("127.0.0.1", target.server.port), timeout=WAIT) as raw,
        ):
            raw.sendall(
                b"GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
            )
            assert raw.recv(65536).startswith(b"HTTP/1.1 101")
            raw.sendall(example)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65536):
                pass

    head = st.tuples(st.integers(0, 255), st.integers(0, 255)).map(bytes)
    frames = st.lists(st.tuples(head, st.binary(max_size=20)).map(b"".join), min_size=1, max_size=4).map(b"".join)
    with target.normal_client():
        fuzz(target, 0.07, frames, talk)


FUZZERS = (
    test_random_bodies_get_no_internal_error,
    test_random_documents_get_no_internal_error,
    test_random_uploads_get_no_internal_error,
    test_random_raw_requests_get_no_5xx,
    test_random_websocket_messages_end_in_an_allowed_close_code,
)


def test_server_is_healthy_afterwards_and_has_not_grown(target: Target) -> None:
    assert target.served, "the normal client was never served"
    assert target.failure is None
    assert target.slowest < PROMPT
    until = time.monotonic() + WAIT
    while target.metric("saisine_websockets") or target.metric("saisine_subscriptions"):
        assert time.monotonic() < until, "WebSockets or subscriptions are still open"
    assert target.http.get("/health/ready").json()["status"] == "ok"
    if not Path("/proc/self/status").exists():
        pytest.skip("memory and descriptors are read from /proc, which only Linux has")
    # The same input again, for the rest of the time: a warm process must not grow.
    before, target.seconds = target.footprint(), 0.25 * SECONDS
    for test in FUZZERS:
        test(target)
    while (after := target.footprint())[1] > before[1] + 2 or after[2] > before[2] + 2:
        assert time.monotonic() < until + WAIT, (before, after)
    assert after[0] - before[0] < GROWTH, (before, after)
