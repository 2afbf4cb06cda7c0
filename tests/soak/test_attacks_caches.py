"""What a server remembers of many clients' texts: each cache has a budget of bytes, whatever the texts are."""

import json
from collections.abc import Callable, Iterable
from itertools import product

import pytest

from tests.soak.raw import MIB, asked_by, login, noise, post, request
from tests.support.attack import Target

pytestmark = [pytest.mark.attack, pytest.mark.timeout(240)]
SMALL = "{ __typename }"


def name() -> str:
    """A new name of GraphQL."""
    return "n" + noise(9).replace("-", "_")


def with_field(field: str, value: Callable[[], str], size: int) -> Callable[[str], Iterable[bytes]]:
    """Requests with a field whose text is new each time, and has about this size."""
    return lambda who: (post(SMALL, None, who, f"{field}: {value()}{noise(size)}") for _ in range(1_500))


def comment(size: int) -> str:
    return f"# {noise(size)}\n{SMALL}"


def strings(size: int) -> str:
    return f'{{ tickets(tab: CLOSED, search: "{noise(150)}") {{ totalCount }} }} # {noise(size)}'


MANY: dict[str, Callable[[str], Iterable[bytes]]] = {
    "Accept": with_field("Accept", lambda: "application/json, x/", 8_000),
    "Accept-Language": with_field("Accept-Language", lambda: "fr, ", 8_000),
    "Cookie": with_field("Cookie", lambda: "a=", 8_000),
    "Origin": with_field("Origin", lambda: "http://", 8_000),
    "Content-Type": lambda who: (
        request("POST", "/graphql", b"{}", who, f"Content-Type: application/json; x={noise(8_000)}")
        for _ in range(1_500)
    ),
    "tokens": lambda _: (post(SMALL, None, f"Authorization: Bearer {noise(8_000)}.a.b") for _ in range(1_500)),
    "paths": lambda who: (request("GET", f"/{noise(8_000)}", b"", who) for _ in range(1_500)),
    "attachments": lambda who: (request("GET", f"/attachments/{noise(8_000)}", b"", who) for _ in range(1_500)),
    "ids": lambda who: (
        post("query ($id: ID!) { node(id: $id) { id } }", {"id": noise(900_000)}, who) for _ in range(300)
    ),
    "small ids": lambda who: (
        post("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [noise(90) for _ in range(100)]}, who)
        for _ in range(600)
    ),
    "numbers": lambda who: (
        post("query ($n: String) { ticket(number: $n) { id } }", {"n": noise(900_000)}, who) for _ in range(100)
    ),
    "cursors": lambda who: (
        post("query ($a: String) { tickets(tab: CLOSED, after: $a) { totalCount } }", {"a": noise(500_000)}, who)
        for _ in range(150)
    ),
    "searches": lambda who: (
        post("query ($s: String) { tabs(search: $s) { count } }", {"s": f"é{noise(150)}"}, who) for _ in range(1_000)
    ),
    "texts beyond Latin": lambda who: (
        post("query ($s: String) { tabs(search: $s) { count } }", {"s": "".join(map(chr, range(n, n + 190)))}, who)
        for n in range(0x10000, 0x10000 + 190 * 1_000, 190)
    ),
    "operation names": lambda who: (post(SMALL, None, who, operationName=noise(500_000)) for _ in range(150)),
    "extensions": lambda who: (post(SMALL, None, who, extensions={"a": noise(500_000)}) for _ in range(150)),
    "unused variables": lambda who: (post(SMALL, {noise(500_000): 1}, who) for _ in range(150)),
    "documents with comments": lambda who: (post(comment(45_000), None, who) for _ in range(1_500)),
    "documents with searches": lambda who: (post(strings(40_000), None, who) for _ in range(600)),
    "invalid documents": lambda who: (
        post(f"{{ {' '.join(name() for _ in range(400))} }}", None, who) for _ in range(400)
    ),
    "documents with large values": lambda who: (
        post(f'{{ node(id: "{noise(45_000)}") {{ id }} }}', None, who) for _ in range(1_500)
    ),
    "unparsable documents": lambda who: (post(f"{{ {noise(45_000)}", None, who) for _ in range(1_000)),
    "ids of documents": lambda who: (
        request(
            "POST",
            "/graphql",
            json.dumps({"documentId": noise(50_000)}).encode(),
            who,
            "Content-Type: application/json",
        )
        for _ in range(1_000)
    ),
}


@pytest.mark.parametrize("shape", MANY)
def test_many_new_texts_are_not_remembered_beyond_a_budget(target: Target, shape: str) -> None:
    sent = list(MANY[shape](login(target)))
    with target.attacked() as attack:
        answers = asked_by(target, 4, sent)
    print(shape, len(sent), {status for status, _ in answers}, attack)
    assert all(status < 500 for status, _ in answers)
    attack.check()


def fields(count: int) -> str:
    some = "id number status version shortDescription description submittedAt updatedAt statusLabel stateReasonLabel"
    return " ".join(f"{name()}: {one}" for one, _ in zip(some.split() * count, range(count), strict=False))


def chosen(count: int) -> str:
    """A new document of three choices and so many fields."""
    parts = " ".join(f"... @include(if: ${choice}) {{ {fields(count)} }}" for choice in "abc")
    variables = "$a: Boolean!, $b: Boolean!, $c: Boolean!"
    return f"query ({variables}) {{ tickets(tab: CLOSED, first: 2) {{ nodes {{ id {parts} }} }} }}"


def test_documents_and_their_choices_are_kept_within_a_budget(target: Target) -> None:
    """Each choice of each document several times, so that each is worth compiling."""
    choices = [dict(zip("abc", values, strict=True)) for values in product((False, True), repeat=3)]
    documents = [chosen(9) for _ in range(150)]
    who = login(target)
    sent = [post(document, choice, who) for document in documents for choice in choices for _ in range(2)]
    with target.attacked() as attack:
        answers = asked_by(target, 4, sent)
    print(attack)
    assert {status for status, _ in answers} == {200}
    attack.check(growth=96 * MIB)


def test_new_documents_over_whole_lists_keep_no_answers_beyond_a_budget(target: Target) -> None:
    """Fields of cached tickets under new names: what is kept with an object grows with each document."""
    who = login(target)
    queries = [f"{{ tickets(tab: ALL_EXCEPT_CLOSED, first: 100) {{ nodes {{ {fields(25)} }} }} }}" for _ in range(150)]
    with target.attacked() as attack:
        answers = asked_by(target, 4, [post(query, None, who) for query in queries for _ in range(3)])
    print(attack)
    assert {status for status, _ in answers} == {200}
    attack.check(growth=96 * MIB)
