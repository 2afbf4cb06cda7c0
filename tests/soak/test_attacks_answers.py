"""What a client makes the server compute, send or wait to send: dear lists, large answers, answers never read."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.soak.raw import MIB, TEXT, asked_by, flood, frame, initialised, login, noise, opened, post, send_some
from tests.support.attack import Target, attackable
from tests.support.http_client import Api

pytestmark = [pytest.mark.attack, pytest.mark.timeout(240)]
TEXTS = 60
"""Tickets with a text of the greatest length."""
_GIVEN = """{ viewer { entitlements { structure { id } } } categories { id code subcategories { id code } }
  structures(search: "Saint-Aurèle") { id } }"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Target]]:
    """A desk with more tickets, and TEXTS long ones of `requester` for the town."""
    with ExitStack() as stack:
        made: list[Target] = []

        def current() -> Target:
            if not made or not made[-1].alive:
                folder: Path = tmp_path_factory.mktemp("attacked")
                made.append(stack.enter_context(attackable(folder, tickets=1_500)))
                submit_long_texts(made[-1])
            return made[-1]

        yield current


def submit_long_texts(target: Target) -> None:
    with Api(target.server, "requester") as requester:
        known: dict[str, Any] = requester.run(_GIVEN)
        category = next(one for one in known["categories"] if one["code"] == "INVOICES")
        given = {
            "categoryId": category["id"],
            "subcategoryId": category["subcategories"][0]["id"],
            "objectType": "INVOICE",
            "shortDescription": "Longue",
            "issuerStructureId": known["viewer"]["entitlements"][0]["structure"]["id"],
            "recipientStructureId": known["structures"][0]["id"],
        }
        for _ in range(TEXTS):
            requester.act("submitTicket", **given, description="é" * 20_000)


def aliases(field: str, count: int) -> str:
    """A field under so many new names, which no cache has seen."""
    mark = noise(6).replace("-", "_")
    return " ".join(f"a{mark}{number}: {field}" for number in range(count))


PER_TICKET = {
    "agents": "assignableAgents { id displayName }",
    "actions": "availableActions",
    "attachments": "attachments { id filename }",
    "activities": "activities(first: 100) { nodes { label actor { displayName } } }",
    "counts": "activities(first: 1) { totalCount }",
    "category": "category { subcategories { id label } }",
    "service": "recipient { service { id } }",
    "typename": "__typename",
}
ROOTS = {
    "tabs": 'tabs(search: "e") { count }',
    "pages": 'ticketPage(tab: CLOSED, page: 9, search: "a e", orderBy: { field: ASSIGNEE }) { totalCount pageCount }',
    "lists": 'tickets(tab: ALL_EXCEPT_CLOSED, first: 100, search: "e") { nodes { assignableAgents { id } } }',
    "structures": "structures { services { id name } }",
    "categories": "categories { subcategories { label } }",
    "profiles": "viewer { entitlements { structure { services { id } } } }",
}


@pytest.mark.parametrize("count", [29, 5])
@pytest.mark.parametrize("shape", PER_TICKET)
def test_lists_of_each_ticket_are_priced_or_give_way(target: Target, shape: str, count: int) -> None:
    queries = [
        f"{{ tickets(tab: ALL_EXCEPT_CLOSED, first: {first}) {{ nodes {{ {aliases(PER_TICKET[shape], count)} }} }} }}"
        for first in (100, 100, 20)
    ]
    with target.attacked() as attack:
        answers = asked_by(target, 2, [post(query, None, login(target)) for query in [*queries, *queries]])
    print(shape, [body[:70] for _, body in answers][:1], attack)
    assert all(status in (200, 400) and b'"INTERNAL"' not in body for status, body in answers)
    attack.check()


@pytest.mark.parametrize("shape", ROOTS)
def test_fields_at_the_root_are_priced_or_give_way(target: Target, shape: str) -> None:
    queries = [f"query {{ {aliases(ROOTS[shape], 20)} }}" for _ in range(3)]
    with target.attacked() as attack:
        answers = asked_by(target, 2, [post(query, None, login(target)) for query in [*queries, *queries]])
    print(shape, [body[:70] for _, body in answers][:1], attack)
    assert all(status in (200, 400) and b'"INTERNAL"' not in body for status, body in answers)
    attack.check()


def large(field: str = "description", count: int = 29) -> str:
    return f"{{ sentTickets(first: 100) {{ nodes {{ {aliases(field, count)} }} }} }}"


FRAGMENTS = (
    "{ sentTickets(first: 100) { nodes { ...A } } } fragment A on Ticket { a: description b: description ...B }"
    " fragment B on Ticket { c: description d: description ...C } fragment C on Ticket { e: description f: description"
    " x: description y: description z: description g: description h: description i: description }"
)
ROWS = "{ a: sentTickets(first: 100) { edges { node { d: description } } nodes { e: description f: description"
LARGE: dict[str, Callable[[], str]] = {
    "aliases": large,
    "fragments": lambda: FRAGMENTS,
    "lists": lambda: f"{{ {aliases('sentTickets(first: 100) { nodes { description } }', 15)} }}",
    "nodes and edges": lambda: f"{ROWS} {aliases('description', 20)} }} }} }}",
}


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("shape", LARGE)
def test_an_answer_has_a_largest_size(target: Target, shape: str, accept: str) -> None:
    query = LARGE[shape]()
    sizes, codes = [], []
    with target.attacked() as attack, httpx.Client(base_url=target.url, headers=target.bearer("requester")) as client:
        for _ in range(3):
            response = client.post("/graphql", json={"query": query}, headers={"Accept": accept}, timeout=60)
            sizes.append(len(response.content))
            codes.append("LIMIT_EXCEEDED" in response.text[-5_000:] or "LIMIT_EXCEEDED" in response.text[:5_000])
    print(shape, sizes, codes, attack)
    assert max(sizes) < 9 * MIB
    assert all(codes)
    attack.check()


def test_answers_that_nobody_reads_are_given_up(target: Target) -> None:
    """Over HTTP, SSE and WebSocket, and pipelined; each answer is within the largest size."""
    query = large(count=6)
    asked = post(query, None, login(target, "requester"))
    streamed = post(query, None, login(target, "requester"), "Accept: text/event-stream")
    message = {"id": "1", "type": "subscribe", "payload": {"query": query}}
    with target.attacked() as attack, opened(target, 15, 4_096) as connections, ExitStack() as stack:
        for number, connection in enumerate(connections):
            send_some(connection, (asked, streamed, asked * 20)[number % 3])
        for _ in range(5):
            live = stack.enter_context(initialised(target, "requester", 4_096))
            send_some(live, b"".join(frame(TEXT, json.dumps({**message, "id": str(n)}).encode()) for n in range(20)))
        until = time.monotonic() + 50
        while time.monotonic() < until and target.descriptors() > 40:
            time.sleep(0.2)
        # The connections are still open at this end: what the server holds for them is seen here.
        attack_growth = target.rss_bytes()
        held = attack.growth(seconds=15)
    print(attack, attack_growth // MIB, held // MIB)
    assert held < 64 * MIB
    attack.check(peak=400 * MIB)


def test_queries_whose_clients_have_gone_cost_no_more(target: Target) -> None:
    query = f"query {{ {aliases(ROOTS['pages'], 19)} }}"
    with target.attacked() as attack:
        for _ in range(60):
            with opened(target, 1) as (connection,):
                send_some(connection, post(query, None, login(target)))
                time.sleep(0.01)  # long enough for it to begin
        begun, since = target.cpu_seconds(), time.monotonic()
        time.sleep(3)  # an idle server is measured for a while: there is no event of doing nothing
        share = (target.cpu_seconds() - begun) / (time.monotonic() - since)
    print(attack, share)
    assert share < 0.6, "it goes on with what nobody waits for"
    attack.check()


def test_uploads_that_stop_or_are_not_read_leave_nothing(target: Target) -> None:
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: a\r\n{login(target, 'requester')}\r\nGraphQL-Require-Preflight: 1\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 50000000\r\n\r\n--x\r\n"
        'Content-Disposition: form-data; name="0"; filename="a.txt"\r\n\r\n'
    ).encode()
    with target.attacked() as attack, opened(target, 8) as connections:
        for connection in connections:
            send_some(connection, head)
            flood(connection, b"text ", 9 * MIB, 3)
    print(attack)
    attack.check()
