"""Documents within the limits that ask for much: they keep nobody waiting, and take little memory."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from graph.node_ids import encode
from tests.support.attack import Target

pytestmark = [pytest.mark.attack, pytest.mark.timeout(600)]
OWN = """id number shortDescription description submittedAt updatedAt objectType status statusLabel stateReason version
  stateReasonLabel availableActions assignee { id displayName } category { id code label }
  subcategory { id code label destination } recipient { siret name service { id code name } }
  issuer { organisationIdentifier organisationName contactName contactAddress }"""
LONG_TEXT = "Un texte bien long. " * 1_000


def aliases(field: str, count: int) -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


async def send(target: Target, bodies: Sequence[Any], login: str = "agent-1", at_once: int = 20) -> list[Any]:
    """The answers to some requests, of which so many are sent at a time."""
    gate = asyncio.Semaphore(at_once)
    async with httpx.AsyncClient(base_url=target.url, headers=target.bearer(login), timeout=120) as client:

        async def one(body: Any) -> Any:
            async with gate:
                return (await client.post("/graphql", json=body)).json()

        return await asyncio.gather(*map(one, bodies))


def codes(answers: list[Any]) -> set[str]:
    return {error["extensions"]["code"] for answer in answers for error in answer.get("errors") or []}


def test_long_ids_leave_nothing_in_memory(target: Target) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [encode("Ticket", 1) + str(n) + "A" * 1_000_000 for n in range(300)]
    with target.attacked() as attack:
        answers = asyncio.run(send(target, [{"query": query, "variables": {"ids": [each]}} for each in ids], at_once=4))
    print(attack)
    assert all(answer["data"] == {"nodes": [None]} for answer in answers)
    attack.check()


def test_lists_without_a_size_keep_nobody_waiting(target: Target) -> None:
    def many(count: int) -> dict[str, str]:
        lists = aliases("assignableAgents { id displayName }", count)
        return {"query": f"{{ tickets(tab: ALL_EXCEPT_CLOSED, first: 100) {{ nodes {{ {lists} }} }} }}"}

    assert codes(asyncio.run(send(target, [many(29)]))) == {"LIMIT_EXCEEDED"}
    with target.attacked() as attack:
        answers = asyncio.run(send(target, [many(3)] * 60))
    print(attack)
    assert not codes(answers)
    attack.check()


def test_documents_that_are_used_once_keep_nobody_waiting(target: Target) -> None:
    """graphql-core executes them: the first use of a document with fewer rows than are compiled at once."""
    fields = aliases("recipient { siret name service { id code name receivesTickets } }", 28)
    bodies = [
        {"query": f"query Q{n} {{ tickets(tab: ALL_EXCEPT_CLOSED, first: 100) {{ nodes {{ {fields} number }} }} }}"}
        for n in range(60)
    ]
    with target.attacked() as attack:
        answers = asyncio.run(send(target, bodies))
    print(attack)
    assert not codes(answers)
    attack.check()


def test_answers_over_the_maximum_are_refused_while_they_are_built(target: Target) -> None:
    submit = "mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { __typename } }"
    places = (
        "{ viewer { entitlements { structure { id } profile } } categories { id subcategories { id destination } } }"
    )
    found = asyncio.run(send(target, [{"query": places}], "requester"))[0]["data"]
    category, subcategory = next(
        (category["id"], sub["id"])
        for category in found["categories"]
        for sub in category["subcategories"]
        if sub["destination"] == "SUPPORT"
    )
    issuer = next(e["structure"]["id"] for e in found["viewer"]["entitlements"] if e["profile"] == "SENT_TICKETS")
    given = {
        "categoryId": category, "subcategoryId": subcategory, "objectType": "OTHER", "shortDescription": "Long",
        "description": LONG_TEXT, "issuerStructureId": issuer,
    }  # fmt: skip
    made = asyncio.run(send(target, [{"query": submit, "variables": {"input": given}}] * 100, "requester"))
    assert not codes(made), made[0]
    query = f"{{ sentTickets(first: 100) {{ nodes {{ {aliases('description', 28)} }} }} }}"
    with target.attacked() as attack:
        answers = asyncio.run(send(target, [{"query": query}] * 40, "requester", at_once=15))
    print(attack)
    assert codes(answers) == {"LIMIT_EXCEEDED"}
    attack.check()


def test_documents_of_all_kinds_fill_no_memory(target: Target) -> None:
    def body(number: int, choice: int) -> dict[str, Any]:
        choices = [bool(choice >> place & 1) for place in range(3)]
        conditional = " ".join(f"c{place}: number @include(if: $c{place})" for place in range(3))
        query = (
            f"query Q{number}($c0: Boolean!, $c1: Boolean!, $c2: Boolean!) {{ tickets(tab: ALL_EXCEPT_CLOSED, first: 2)"
            f" {{ nodes {{ {conditional} {aliases('category { id code label }', 20)} {OWN} }} }} }}"
        )
        return {"query": query, "variables": {f"c{place}": on for place, on in enumerate(choices)}}

    bodies = [body(number, choice) for number in range(120) for choice in range(8) for _ in range(2)]
    with target.attacked() as attack:
        answers = asyncio.run(send(target, bodies, at_once=10))
    print(attack)
    assert not codes(answers)
    attack.check()
