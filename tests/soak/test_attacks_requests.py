"""Heads and bodies without an end: what a client sends is counted as it comes, and never held beyond a small bound."""

import pytest

from tests.soak.raw import (
    MIB,
    WRONG,
    answer_to,
    asked_by,
    check_it_says_why,
    flood,
    login,
    noise,
    opened,
    post,
    repeated,
    request,
    wait_for_ends,
)
from tests.support.attack import Target

pytestmark = pytest.mark.attack
GET = b"GET /graphql HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
LARGE = 64 * MIB

HEADS: dict[str, tuple[bytes | list[bytes], ...]] = {
    "many small fields": (GET, repeated(b"a:b\r\n", LARGE)),
    "many empty fields": (GET, repeated(b"a:\r\n", LARGE)),
    "a value without an end": (GET, b"Accept: ", repeated(b"a/b,", LARGE)),
    "a cookie without an end": (GET, b"Cookie: ", repeated(b"a=b; ", LARGE)),
    "a token without an end": (GET, b"Authorization: Bearer ", repeated(b"a.b", LARGE)),
    "a name without an end": (GET, repeated(b"name", LARGE)),
    "folded lines": (GET, b"a: b", repeated(b"\r\n b", LARGE)),
    "blanks before a value": (GET, b"a:", repeated(b" \t", LARGE)),
    "a path without an end": (b"GET /", repeated(b"path/", LARGE)),
    "a query without an end": (b"GET /graphql?", repeated(b"a=%20&", LARGE)),
    "a method without an end": (repeated(b"POST", LARGE),),
    "empty lines before a request": (repeated(b"\r\n", LARGE),),
    "a version without an end": (b"GET / HTTP/1.", repeated(b"1", LARGE)),
    "a head of an upgrade": (GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n", repeated(b"a:b\r\n", LARGE)),
    "a head of HTTP/1.0": (b"GET / HTTP/1.0\r\n", repeated(b"a:b\r\n", LARGE)),
}


@pytest.mark.parametrize("shape", HEADS)
def test_a_head_without_an_end_is_refused_as_it_comes(target: Target, shape: str) -> None:
    with target.attacked() as attack:
        answer = answer_to(target, *HEADS[shape])
    print(shape, answer[:60], attack)
    assert not answer or answer.startswith(WRONG), answer[:200]
    attack.check()


def test_a_hundred_heads_in_a_row_say_why_in_few_lines(target: Target) -> None:
    with target.attacked() as attack:
        for _ in range(100):
            answer = answer_to(target, GET, repeated(b"a:b\r\n", MIB // 8))
            assert not answer or answer.startswith(b"HTTP/1.1 431"), answer[:200]
    attack.check()
    check_it_says_why(attack)


PARSED = {
    "Accept": "a/b;q=0.1,", "Accept-Language": "xx-yy;q=0.1,", "Cookie": "a=b; ", "X-Forwarded-For": "1.2.3.4, ",
    "Range": "bytes=0-1,", "If-None-Match": 'W/"a",', "Content-Type": "multipart/form-data; a=b;", "Origin": "http://a.",
    "Accept-Encoding": "gzip;q=0.1,", "Authorization": "Bearer a.", "Forwarded": "for=1.2.3.4;", "Host": "a.",
    "Sec-WebSocket-Protocol": "graphql-ws, ", "GraphQL-Preflight": "a,",
}  # fmt: skip


def test_long_fields_within_the_limit_hold_nobody(target: Target) -> None:
    sent = []
    for name, value in PARSED.items():
        text = (value * 30_000)[:30_000]
        fields = [f"{name}: {text}"] + ([] if name == "Authorization" else [login(target)])
        sent += [post("{ __typename }", None, *fields), request("GET", "/console/", b"", f"{name}: {text}")] * 8
    with target.attacked() as attack:
        answers = asked_by(target, 4, sent)
    print(attack)
    assert all(status < 500 for status, _ in answers)
    attack.check()


_FORM = b"POST /graphql HTTP/1.1\r\nHost: a\r\nGraphQL-Require-Preflight: 1\r\n"
_BOUNDARY = b"Content-Type: multipart/form-data; boundary=x\r\n"
BODIES: dict[str, tuple[bytes | list[bytes], ...]] = {
    "a chunk extension without an end": (CHUNKED, b"\r\n1;", repeated(b"ext=1;", LARGE)),
    "a chunk size of zeros": (CHUNKED, b"\r\n", repeated(b"0", LARGE)),
    "chunks of one byte": (CHUNKED, b"\r\n", repeated(b"1\r\n \r\n", LARGE)),
    "chunks with extensions": (CHUNKED, b"\r\n", repeated(b"1;" + b"x" * 1_000 + b"\r\n \r\n", LARGE)),
    "a trailer without an end": (CHUNKED, b"\r\n0\r\n", repeated(b"a:b\r\n", LARGE)),
    "a trailer's value without an end": (CHUNKED, b"\r\n0\r\na: ", repeated(b"b", LARGE)),
    "a body of ten gigabytes": (
        CHUNKED.replace(b"Transfer-Encoding: chunked", b"Content-Length: 10000000000"), b"\r\n", repeated(b" ", LARGE),
    ),
    "a part header without an end": (
        _FORM + _BOUNDARY + b"Content-Length: 50000000\r\n\r\n--x\r\n", repeated(b"Content-Disposition: ", LARGE),
    ),
    "a file name without an end": (
        _FORM + _BOUNDARY + b"Content-Length: 50000000\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="0"; filename="', repeated(b"name", LARGE),
    ),
    "parts without an end": (
        _FORM + _BOUNDARY + b"Content-Length: 50000000\r\n\r\n",
        repeated(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n', LARGE),
    ),
    "headers of a part without an end": (
        _FORM + _BOUNDARY + b"Content-Length: 50000000\r\n\r\n--x\r\n", repeated(b"a: b\r\n", LARGE),
    ),
    "dashes that are no boundary": (
        _FORM + _BOUNDARY + b"Content-Length: 50000000\r\n\r\n--x\r\n\r\n", repeated(b"\r\n--", LARGE),
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", ["stranger", "requester"])
@pytest.mark.parametrize("shape", BODIES)
def test_a_body_without_an_end_is_refused_as_it_comes(target: Target, shape: str, who: str) -> None:
    parts = [*BODIES[shape]]
    if who == "requester":
        head = parts[0]
        assert isinstance(head, bytes)
        line, _, rest = head.partition(b"\r\n")
        parts[0] = line + b"\r\n" + login(target, who).encode() + b"\r\n" + rest
    with target.attacked() as attack:
        answer = answer_to(target, *parts)
    print(shape, answer[:60], attack)
    refused = (*WRONG, b"HTTP/1.1 401") if who == "stranger" else WRONG
    assert not answer or answer.startswith(refused), answer[:200]
    attack.check()


def test_one_form_of_many_parts_or_of_long_names_is_refused(target: Target) -> None:
    head = 'Content-Disposition: form-data; name="{}"'
    bodies = [
        "".join(f"--x\r\n{head.format(n)}\r\n\r\nb\r\n" for n in range(10_000)) + "--x--\r\n",
        f'--x\r\n{head.format("0")}; filename="{"n" * MIB}"\r\n\r\nb\r\n--x--\r\n',
        f"--x\r\n{head.format('0')}\r\nX: {'n' * 10 * MIB}\r\n\r\nb\r\n--x--\r\n",
        f"--x\r\n{head.format('n' * MIB)}\r\n\r\nb\r\n--x--\r\n",
        f"--x\r\n{head.format('map')}\r\n\r\n" + '{"0":[' + '"a",' * 200_000 + '"a"]}\r\n--x--\r\n',
        f"--x\r\n{head.format('operations')}\r\n\r\n{'[' * MIB}\r\n--x--\r\n",
    ]
    fields = (
        "Content-Type: multipart/form-data; boundary=x",
        "GraphQL-Require-Preflight: 1",
        login(target, "requester"),
    )
    with target.attacked() as attack:
        answers = asked_by(target, 2, [request("POST", "/graphql", body.encode(), *fields) for body in bodies] * 2)
    print(attack, [status for status, _ in answers])
    assert all(status in (0, 400, 413) for status, _ in answers)
    attack.check()


@pytest.mark.parametrize("path", ["/health/live", "/graphql?query={__typename}", "/metrics", "/nothing/", "/console"])
def test_pipelined_requests_whose_answers_nobody_reads_are_not_held(target: Target, path: str) -> None:
    one = request("GET", path, b"", login(target))
    with target.attacked() as attack, opened(target, 4, 4_096) as connections:
        sent = [flood(connection, one * 100, 10_000 * len(one), 3) for connection in connections]
    print(path, sent, attack)
    attack.check()


def test_pipelined_requests_are_all_answered_to_one_who_reads(target: Target) -> None:
    with target.attacked() as attack, target.connect() as connection:
        connection.sendall(
            request("GET", "/health/live") * 1_000 + request("GET", "/health/live", b"", "Connection: close")
        )
        left = wait_for_ends({connection: "reader"}, 20)
    print(attack)
    assert not left
    attack.check()


def test_strangers_documents_cost_nearly_nothing(target: Target) -> None:
    documents = [
        "query { " + " ".join(f"a{n}{noise(4).replace('-', '_')}: __typename" for n in range(240)) + " }"
        for _ in range(400)
    ]
    deep = ["{ a" * 300 + " }" * 300, "{" + "...F" * 900 + "}", "query Q(" + "$a: Int " * 300 + ") { a }"]
    sent = [post(one) for one in [*documents, *(f"# {noise(9)}\n{one}" for one in deep * 100)]]
    with target.attacked() as attack:
        answers = asked_by(target, 8, sent)
    print(attack)
    assert {status for status, _ in answers} == {401}
    assert attack.cpu < 0.004 * len(sent), "less than 4 ms a document: it is not parsed"
    attack.check()


def test_pages_that_everybody_may_load_cost_nearly_nothing(target: Target) -> None:
    paths = ("/console/", "/graphql", "/health/ready", "/metrics", "/", "/console/assets/none.js", "/favicon.ico")
    fields = ("Accept: text/html", "Accept-Encoding: gzip, br")
    with target.attacked() as attack:
        answers = asked_by(target, 8, [request("GET", path, b"", *fields) for path in paths * 100])
    print(attack)
    wrong = {(path, answer) for path, answer in zip(paths * 100, answers, strict=True) if answer[0] >= 500}
    assert not wrong
    assert attack.cpu < 0.006 * len(answers)
    attack.check()
