"""Hostile and malformed requests: each gets an error that says what is wrong."""

import asyncio
import base64
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.live import closed, everybody, ticket_id_of, unready
from tests.support.databases import on_every_database
from tests.support.server import Server

pytestmark = on_every_database

EVERYTHING = "mutation($i: MessageInput!) { transferToSupport(input: $i) { ... on ActionDone { ticket { %s } } } }"
NESTED = "activities { totalCount nodes { message } } attachments { filename }"


async def test_a_repeated_transfer_shows_nothing_that_happened_since(server: Server) -> None:
    async with everybody(server) as people, server.client("agent-1") as agent:
        ticket = await people.submit()
        await people.take("agent-1", ticket)
        given = {"ticketId": ticket_id_of(ticket), "message": "Au support.", "idempotencyKey": ticket_id_of(ticket)}
        first = await agent.run(EVERYTHING % NESTED, i=given)
        await people.take("support", ticket)
        secret = ("secret.txt", b"secret", "text/plain")
        await people.act("support", "requestInformation", ticket, "SECRET", attachments=[secret])
        assert await agent.run(EVERYTHING % NESTED, i=given) == first
        assert first["transferToSupport"]["ticket"]["activities"]["totalCount"] == 3


async def test_doubling_fragments_do_not_block_the_server(server: Server) -> None:
    doubling = "".join(f"fragment F{n} on Ticket {{ ...F{n + 1} ...F{n + 1} }} " for n in range(40))
    query = "{ ticketPage(tab: TO_PROCESS) { nodes { ...F0 } } } " + doubling + "fragment F40 on Ticket { number }"
    async with server.client("agent-1") as agent, asyncio.timeout(5):
        assert (await agent.run(query))["ticketPage"]["nodes"][0]["number"]


@pytest.mark.parametrize("name", ["categoryIds", "statuses", "assigneeIds", "serviceIds", "objectTypes"])
async def test_an_empty_filter_list_matches_no_ticket(server: Server, name: str) -> None:
    async with server.client("agent-1") as agent:
        query = f"{{ ticketPage(tab: ALL_EXCEPT_CLOSED, filter: {{ {name}: [] }}) {{ totalCount nodes {{ id }} }} }}"
        assert (await agent.run(query))["ticketPage"] == {"totalCount": 0, "nodes": []}


def forged(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize(
    ("field", "key"),
    [("STATUS", 2**40), ("NUMBER", "a\x00b"), ("NUMBER", "\ud800"), ("NUMBER", 5), ("SUBMITTED_AT", 2**70)],
    ids=str,
)
async def test_a_forged_cursor_is_bad_user_input(server: Server, field: str, key: Any) -> None:
    query = """query($after: String) { tickets(tab: TO_PROCESS, first: 1, after: $after,
      orderBy: {field: %s}) { nodes { id } } }"""
    async with server.client("agent-1") as agent:
        assert await agent.error(query % field, after=forged(field, 1, key, 1)) == "BAD_USER_INPUT"


async def test_texts_that_no_database_stores_are_refused_or_not_found(server: Server) -> None:
    async with everybody(server) as people, server.client("agent-1") as agent:
        for number in ("\x00", "1\x00", "\U0010ffff"):
            query = "query($n: String) { ticket(number: $n) { id } tickets(tab: CLOSED, search: $n) { totalCount } }"
            assert (await agent.run(query, n=number))["ticket"] is None
        ticket = await people.submit()
        for text in ("a\x00b", "\x1b[31m"):
            refused = await agent.act("assignTicketToMe", ticketId=ticket_id_of(ticket), idempotencyKey=text)
            assert (refused["code"], refused["fields"][0]["name"]) == ("INVALID_INPUT", "idempotencyKey")
            assert refused["now"]["id"] == ticket_id_of(ticket), "the ticket as it is now"


@pytest.mark.parametrize(
    "header", [{"alg": "ES256", "crit": 1}, {"alg": 5}, {"alg": "none"}, [], 1, {"alg": "HS256"}], ids=str
)
async def test_a_token_with_a_malformed_header_is_refused(server: Server, header: Any) -> None:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    token = f"Bearer {part(header)}.{part({'sub': 'agent-1'})}.eA"
    async with server.client(None) as nobody:
        response = await nobody.http.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"Authorization": token}
        )
        assert response.status_code == 401
    async with unready(server, "graphql-transport-ws") as live:
        await live.send(type="connection_init", payload={"authorization": token})
        assert await closed(live) == 4403


async def test_a_ping_nested_too_deeply_closes_with_4400(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.connection.send('{"type":"ping","payload":' + '{"a":' * 400 + "1" + "}" * 401)
        assert await closed(live) == 4400


async def test_an_unexpected_error_before_execution_is_masked(server: Server, tmp_path: Path) -> None:
    own = Server(tmp_path).start()
    try:
        async with own.client("agent-1") as agent, own.socket("agent-1") as live:
            connection = sqlite3.connect(tmp_path / "saisine.sqlite3")
            connection.execute("ALTER TABLE entitlements RENAME TO gone")
            connection.close()
            response = await agent.response("{ tabs { count } }")
            assert response.status_code == 500
            assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
            await live.subscribe("q", "{ tabs { count } }")
            message = await live.receive()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL")
    finally:
        own.stop()


async def test_too_many_files_are_refused_as_data(server: Server) -> None:
    async with everybody(server) as people, server.client("agent-1") as agent:
        ticket = await people.submit()
        await people.take("agent-1", ticket)
        files = [(f"{n}.txt", b"x", "text/plain") for n in range(14)]
        refused = await agent.act("proposeSolution", ticketId=ticket_id_of(ticket), message="Voici.", attachments=files)
        assert (refused["code"], [f["name"] for f in refused["fields"]]) == ("ATTACHMENT_REJECTED", ["attachments"])


async def test_a_failed_row_does_not_fail_others_that_share_its_read(server: Server) -> None:
    # The edges fail while the nodes, of the same tickets, still await the same attachments.
    query = """{ viewer { user { id } } tickets(tab: TO_PROCESS, first: 5) { nodes { attachments { id } }
      edges { node { attachments { id } activities(first: 1000) { totalCount } } } } }"""
    async with server.client("agent-1") as agent, server.socket("agent-1") as live:
        for _ in range(3):  # executed by graphql-core first, then compiled
            body = (await agent.response(query)).json()
            assert {error["extensions"]["code"] for error in body["errors"]} == {"BAD_USER_INPUT"}
            await live.subscribe("q", query)
            assert (await live.receive())["payload"]["errors"] == body["errors"]
            assert await live.receive() == {"id": "q", "type": "complete"}


NULLS = [
    "query($v: InboxTab = TO_PROCESS) { tickets(tab: $v) { totalCount } }",
    "query($v: InboxTab = TO_PROCESS) { ticketPage(tab: $v) { totalCount } }",
    "query($v: Int = 1) { ticketPage(tab: TO_PROCESS, page: $v) { totalCount } }",
    "query($v: OrderDirection = ASC) { tickets(tab: CLOSED, orderBy: {field: NUMBER, direction: $v}) { totalCount } }",
    'query($v: [ID!] = ["x"]) { nodes(ids: $v) { id } }',
    'query($v: ID = "x") { nodes(ids: [$v]) { id } }',
    "query($v: Boolean = true) { tickets(tab: CLOSED) { totalCount @include(if: $v) } }",
    "query($v: Boolean = true) { tickets(tab: CLOSED) @skip(if: $v) { totalCount } }",
    "subscription($v: InboxTab = CLOSED) { inboxChanges(tab: $v) { kind } }",
]


@pytest.mark.parametrize("query", NULLS)
async def test_null_in_a_variable_with_a_default_is_bad_user_input(server: Server, query: str) -> None:
    async with server.client("agent-1") as agent:
        # Twice: the first use is executed by graphql-core, the second is compiled.
        for _ in range(3 if query.startswith("query") else 0):
            (error,) = (await agent.response(query, v=None)).json()["errors"]
            assert error["extensions"] == {"code": "BAD_USER_INPUT"}, error
    async with server.socket("agent-1") as live:
        await live.subscribe("nulls", query, v=None)
        answer = await live.receive()
        (error,) = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}, error


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-27", "2026-11-27T09:30:00", "20261124T093000Z", "2026-11-27 09:30:00Z", "2026-W48-5T09:30:00Z",
        "2026-11-27T09:30Z", "2026-11-27T24:00:00Z", "2026-02-30T09:30:00Z", "2026-11-27T09:30:00+0100", "x" * 100_000,
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
async def test_an_instant_without_its_offset_is_refused_and_told_so(server: Server, instant: str) -> None:
    query = "query($v: DateTime) { tickets(tab: CLOSED, filter: {submittedTo: $v}) { totalCount } }"
    async with server.client("agent-1") as agent:
        (error,) = (await agent.response(query, v=instant)).json()["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}, error
        assert "offset from UTC" in error["message"]


@pytest.mark.parametrize(
    ("instant", "same"),
    [
        ("2026-11-27T09:30:00.5Z", "2026-11-27T10:30:00.500+01:00"),
        ("2026-11-27t09:30:00z", "2026-11-27T09:30:00.000-00:00"),
        ("2026-11-27T09:30:00.123456789Z", "2026-11-27T09:30:00.123Z"),
    ],
)
async def test_the_same_instant_is_written_in_many_ways(server: Server, instant: str, same: str) -> None:
    query = "query($v: DateTime) { tickets(tab: ALL_EXCEPT_CLOSED, filter: {submittedTo: $v}) { totalCount } }"
    async with server.client("agent-1") as agent:
        assert await agent.run(query, v=instant) == await agent.run(query, v=same)
