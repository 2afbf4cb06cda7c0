# ruff: noqa: UP031 - documents are full of braces
"""Limits and costs of documents: refusals have a code and a text, and no document is expensive to prepare."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLList, GraphQLObjectType, get_introspection_query, get_nullable_type

from graph.app import document_limits
from graph.documents.documents import INLINE_MAX_CHARACTERS, Documents, Prepared
from graph.documents.limits import LimitExceeded
from graph.documents.rows import declared_rows
from graph.errors import limit_exceeded
from graph.schema import schema
from graph.settings import Settings
from tests.clients.documents import EXAMPLES, files_of, operation, whole
from tests.support.server import Server

SETTINGS = Settings(data_dir=Path("var"))
CLIENTS = [
    whole(file) for client in EXAMPLES.iterdir() if client.is_dir() for file in files_of(client) if operation(file)
]


def documents(**other: Any) -> Documents:
    limits = document_limits(SETTINGS.model_copy(update=other))
    return Documents(schema._schema, limits=limits, cache_max_bytes=0)


def prepare(text: str) -> Prepared:
    return documents().prepare(text)


def many(template: str, count: int) -> str:
    return " ".join(template.replace("#", str(n)) for n in range(count))


def nested(opening: str, inside: str, closing: str, count: int) -> str:
    return opening * count + inside + closing * count


BOMB = "{ ...F0 } " + " ".join(
    f"fragment F{n} on Category {{ a: subcategories {{ ...F{n + 1} }} b: subcategories {{ ...F{n + 1} }} }}"
    for n in range(15)
)


@pytest.mark.parametrize(
    "text",
    [
        '{ node(id: "%s") { id } }' % ("x" * 50_000),
        "{ %s }" % ("__typename " * 1_000),
        "#\n" * 2_000 + "{ __typename }",
        "{ %s }" % many("a#: __typename", 31),
        "{ %s }" % ("__typename " * 51),
        "{ %s }" % many("a#: categories { id }", 21),
        "{ %s }" % ("...F " * 101) + "fragment F on Query { __typename }",
        many("query A# { __typename }", 51),
        nested("{ viewer ", "{ user }", "}", 21),
        nested("{ ... on Query ", "{ __typename }", "}", 21),
        nested("{ a ", "", "}", 400),
        "{ __typename %s }" % ("@include(if: true) " * 5),
        "{ viewer { %s } }" % many("user @a @b @c @d { id }", 13),
        "{ nodes(ids: [%s]) { id } }" % ("1," * 501),
        "{ nodes(ids: %s) { id } }" % nested("[", "1", "]", 21),
        "{ tickets(tab: CLOSED, filter: %s) { totalCount } }" % nested("{a: ", "1", "}", 300),
        BOMB + "fragment F15 on Category { id }",
    ],
    ids=lambda text: text[:40],
)
def test_document_over_a_limit_is_refused_with_a_code_and_a_text(text: str) -> None:
    prepared = prepare(text)
    assert (prepared.code, len(prepared.errors)) == ("LIMIT_EXCEEDED", 1)
    (error,) = prepared.errors
    assert error.extensions == {"code": "LIMIT_EXCEEDED"}
    assert isinstance(error, LimitExceeded)
    told = limit_exceeded(error).text
    assert (told.fr[:8], told.en[:7]) == ("Au plus ", "At most")


@pytest.mark.parametrize(
    "text",
    [
        "{ ...F } fragment F on Query { ...F }",
        "{ ...F } fragment F on Query { viewer { ...G } } fragment G on Viewer { ...F }",
        "{ ...F } " + many("fragment F on Query { ...F }", 2),
        "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % 40} }}" for n in range(40)),
    ],
    ids=lambda text: text[:60],
)
def test_circular_fragments_are_a_validation_error(text: str) -> None:
    assert prepare(text).code == "GRAPHQL_VALIDATION_FAILED"


def test_documents_of_tools_and_clients_are_within_the_limits() -> None:
    assert CLIENTS
    everything = dict.fromkeys(
        ("specified_by_url", "directive_is_repeatable", "schema_description", "input_value_deprecation"), True
    )
    for text in (get_introspection_query(), get_introspection_query(**everything), *CLIENTS):
        assert prepare(text).errors == ()


@pytest.mark.parametrize(
    ("text", "variables", "cost"),
    [
        ("{ categories { id } }", None, 1 + 20),
        ("{ tickets(tab: CLOSED) { totalCount } }", None, 1 + 20),
        ("{ categories { id subcategories { id } } }", None, 1 + 20 + 20 * 10),
        ("{ a: categories { id } b: categories { id } }", None, 2 + 20 + 20),
        ("{ structures { services { id } } }", None, 1 + 500 + 500 * 10),
        ("{ tabs { count } }", None, 1 + 5),
        ("{ tickets(tab: CLOSED, first: 9) { nodes { assignableAgents { id } } } }", None, 1 + 9 + 9 * 20),
        ("{ tickets(tab: CLOSED, first: 9) { a: nodes { id } b: nodes { id } edges { cursor } } }", None, 1 + 9 + 9),
        ('{ tickets(tab: CLOSED, search: "a", first: 9) { nodes { id } } }', None, 1 + 9 + 100),
        ('{ tickets(tab: CLOSED, search: "a", first: 9) { totalCount } }', None, 1 + 9 + 200),
        ('{ tickets(tab: CLOSED, search: "", first: 9) { totalCount } }', None, 1 + 9),
        ("{ tickets(tab: CLOSED, search: null, first: 9) { totalCount } }", None, 1 + 9),
        ('{ tabs(search: "a") { count } structures(search: "a") { id } }', None, 2 + 5 + 500 + 200),
        ("query ($s: String) { sentTickets(search: $s) { nodes { id } } }", {"s": "a"}, 1 + 20 + 100),
        ("query ($s: String) { sentTickets(search: $s) { nodes { id } } }", {"s": None}, 1 + 20),
        ("query ($s: String) { sentTickets(search: $s) { nodes { id } } }", {}, 1 + 20),
        ('query ($s: String = "a") { sentTickets(search: $s) { nodes { id } } }', {}, 1 + 20 + 100),
        ("{ tickets(tab: CLOSED, first: 100) { nodes { id } edges { node { id } } } }", None, 1 + 100),
        ("{ ticketPage(tab: CLOSED, pageSize: 7) { nodes { id } } }", None, 1 + 7),
        ("{ a: tickets(tab: CLOSED, last: 3) { totalCount } b: viewer { user { id } } }", None, 2 + 3),
        ("{ tickets(tab: CLOSED, first: 10) { nodes { activities(first: 5) { totalCount } } } }", None, 1 + 10 + 50),
        ("{ tickets(tab: CLOSED, first: 10) { nodes { activities { totalCount } } } }", None, 1 + 10 + 500),
        ("{ tickets(tab: CLOSED, first: 1000000000) { totalCount } }", None, 1 + 100),
        ("{ tickets(tab: CLOSED, first: -5) { totalCount } }", None, 1),
        ("query ($n: Int) { tickets(tab: CLOSED, first: $n) { totalCount } }", {"n": 30}, 1 + 30),
        ("query ($n: Int) { tickets(tab: CLOSED, first: $n) { totalCount } }", {}, 1 + 100),
        ("query ($n: Int) { tickets(tab: CLOSED, first: $n) { totalCount } }", {"n": "x"}, 1 + 100),
        ("query ($n: Int = 9) { tickets(tab: CLOSED, first: $n) { totalCount } }", None, 1 + 9),
        ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a", "b"]}, 1 + 2),
        ('{ nodes(ids: ["a", "b", "c"]) { ... on Ticket { activities(first: 2) { totalCount } } } }', None, 1 + 3 + 6),
        (
            """query ($n: Int) { ...A ...B } fragment A on Query { tickets(tab: CLOSED, first: $n) { nodes { id } } }
            fragment B on Query { tickets(tab: CLOSED, first: $n) { nodes { ...T } } }
            fragment T on Ticket { activities(first: $n) { totalCount } }""",
            {"n": 4}, 1 + 4 + 16,
        ),
    ],
)  # fmt: skip
def test_cost_is_root_fields_plus_rows_multiplied_by_nesting(
    text: str, variables: dict[str, Any] | None, cost: int
) -> None:
    prepared = prepare(text)
    assert prepared.errors == ()
    operation = prepared.operation(None)
    assert operation is not None
    assert prepared.cost(operation, variables) == cost


def test_every_list_has_an_argument_for_its_size_or_an_assumed_size() -> None:
    undeclared = [
        f"{type_.name}.{name}"
        for type_ in schema._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if isinstance(get_nullable_type(field.type), GraphQLList)
        and declared_rows(field) is None
        and "ids" not in field.args
    ]
    assert undeclared == []


def test_operations_of_one_document_have_their_own_costs() -> None:
    prepared = prepare("query A { tickets(tab: CLOSED, first: 5) { totalCount } } query B { viewer { user { id } } }")
    costs = [prepared.cost(prepared.operation(name), None) for name in ("A", "B")]  # type: ignore[arg-type]
    assert costs == [6, 1]


EXPENSIVE = [
    "{ %s }" % ("__typename " * 50), "{ %s }" % many("a#", 20), "{ viewer { user { %s } } }" % many("displayNam#", 480),
    "{ %s }" % ("...F " * 100) + "fragment F on Query { __typename }", BOMB + "fragment F15 on Category { id }",
    "{ ...F0 } " + " ".join(
        f"fragment F{n} on Query {{ {' '.join(f'...F{m}' for m in range(n + 1, min(n + 4, 30)))} __typename }}"
        for n in range(30)
    ),
    "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ __typename ...F{(n + 1) % 49} }}" for n in range(49)),
    "{ %s }" % ("... { viewer { user { id } } } " * 60), "{ viewer { user { %s } } }" % many("a#: id @x @y", 30),
    "query (%s) { __typename }" % many("$a#: Int", 240), "query (%s) { __typename }" % many("$a#: Foo#", 240),
    many("query A# { __typename }", 50), "{ nodes(ids: [%s]) { id } }" % ("1," * 490),
    "{ tickets(tab: CLOSED, filter: { %s }) { totalCount } }" % many("statusses#: 1", 240),
    "{ tickets(tab: CLOSED, filter: { statuses: [%s] }) { totalCount } }" % many("OPE#", 490),
    "{ tickets(%s) { totalCount } }" % many("ab#: 1", 320), '{ node(id: "%s") { id } }' % ("a" * 49_900),
    '{ node(id: "%s") { id } }' % ("\\u0041" * 8_300), '{ node(id: """%s""") { id } }' % ("a\n" * 24_900),
    "#\n" * 990 + "{ __typename }", "#" + "a" * 49_000 + "\n{ __typename }", "{ %s }" % ("a" * 49_000),
    "{ a: " + "9" * 49_000, '{ node(id: """' + "a" * 49_000, "{ x" * 400, "[" * 40_000,
    '{ node(id: """' + "a" * 5_000_000,
    *(nested("{ a ", "", "}", depth) for depth in (20, 200, 249)), "{ nodes(ids: %s) }" % nested("[", "1", "]", 480),
]  # fmt: skip


@pytest.mark.parametrize(
    "text", [text for text in EXPENSIVE if len(text) > INLINE_MAX_CHARACTERS], ids=lambda text: text[:50]
)
async def test_other_tasks_run_while_a_long_document_is_prepared(text: str) -> None:
    rounds = 0

    async def count() -> None:
        nonlocal rounds
        while True:
            await asyncio.sleep(0)
            rounds += 1

    counting = asyncio.create_task(count())
    verdict = await documents().prepared(text)
    counting.cancel()
    assert rounds
    assert verdict.code == prepare(text).code


@pytest.mark.parametrize(
    "text", [text for text in EXPENSIVE if len(text) <= INLINE_MAX_CHARACTERS], ids=lambda text: text[:50]
)
def test_short_document_blocks_the_event_loop_for_less_than_50_ms(text: str) -> None:
    # CPU time, which other processes don't change; the best of several runs, which one interruption doesn't change.
    whole = documents()
    spent = []
    for _ in range(5):
        begun = time.process_time()
        whole.prepare(text)
        spent.append(time.process_time() - begun)
        if spent[-1] < 0.05:
            return
    pytest.fail(f"{min(spent) * 1000:.0f} ms")


def test_garbage_collection_skips_the_program_after_start() -> None:
    program = """import gc, time; from graph import app\nfrom graph.server import server
def spent():
    begun = time.process_time(); gc.collect(); return time.process_time() - begun
gc.collect(); before = min(spent() for _ in range(3))
server.freeze_garbage()
print(min(spent() for _ in range(3)) / before)"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert float(ran.stdout) < 0.2


async def test_operation_with_too_many_rows_or_values_in_variables_is_refused(server: Server) -> None:
    query = """query ($n: Int, $i: [ID!]!) { nodes(ids: $i) { id }
      a: tickets(tab: CLOSED, first: $n) { nodes { activities(first: $n) { totalCount } } }
      b: tickets(tab: CLOSED, first: $n) { nodes { activities(first: $n) { totalCount } } } }"""
    async with server.client("agent-1") as client:
        await client.run(query, n=20, i=["a"])
        assert await client.error(query, n=100, i=["a"]) == "LIMIT_EXCEEDED"
        refused = (await client.response(query, n=100, i=[])).json()["errors"][0]
        assert "20203" in refused["message"]
        assert await client.error(query, n=1, i=["a"] * 2_000) == "LIMIT_EXCEEDED"
        assert await client.error(query, n=1, i=[[["a"] * 1_000], ["b"] * 1_000]) == "LIMIT_EXCEEDED"
