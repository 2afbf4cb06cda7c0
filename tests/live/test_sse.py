"""GraphQL over SSE, distinct connections mode: one stream an operation, for networks that cut WebSockets."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import INBOX, TAB_COUNTS, TICKET_CHANGES, VIEWER, counted, everybody, serving, stream, ticket_id_of
from tests.support.server import WAIT, Client, Server

STREAM = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that sends keep-alive comments often, so that every test meets some."""
    with serving(tmp_path_factory.mktemp("desk"), sse_keep_alive_seconds="0.1", journal_poll_seconds="0.2") as running:
        yield running


async def whole(client: Client, query: str, **variables: Any) -> str:
    """The whole stream, without its comments."""
    body = {"query": query, "variables": variables}
    response = await client.http.post("/graphql", json=body, headers=STREAM)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    return re.sub(r"^:[^\n]*\n\n", "", response.text, flags=re.M)


async def test_a_subscription_streams_its_changes_as_they_happen(server: Server) -> None:
    async with everybody(server) as people:
        client = await people.client("agent-1")
        async with stream(client, INBOX, tab="TO_PROCESS", after=await people.now()) as events:
            assert events.response.status_code == 200
            assert events.response.headers["content-type"].startswith("text/event-stream")
            for _ in range(3):
                submitted = await people.submit()
                change = (await events.next())["change"]
                assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket_id_of(submitted))
                assert change["ticket"]["statusLabel"] == "Ouvert"


async def test_missed_changes_come_before_live_ones(server: Server) -> None:
    async with everybody(server) as people:
        done = [await people.submit()]
        done += [await people.take("agent-1", done[0]), await people.act("requester", "closeTicket", done[0])]
        client = await people.client("agent-2")
        async with stream(client, TICKET_CHANGES, ticketId=ticket_id_of(done[0]), after=done[0]["cursor"]) as events:
            assert [(await events.next())["change"]["cursor"] for _ in done[1:]] == [one["cursor"] for one in done[1:]]
        async with stream(client, INBOX, tab="TO_PROCESS", after=done[-1]["cursor"]) as events:
            later = await people.submit()
            assert (await events.next())["change"]["cursor"] == later["cursor"]


async def test_tab_counts_stream_at_once_and_at_every_change(server: Server) -> None:
    async with everybody(server) as people, stream(await people.client("agent-1"), TAB_COUNTS) as events:
        assert counted(await events.next()) == await people.counts("agent-1")
        await people.submit()
        assert counted(await events.next()) == await people.counts("agent-1")


async def test_a_query_streams_one_next_event_then_complete(server: Server) -> None:
    async with everybody(server) as people:
        text = await whole(await people.client("agent-1"), VIEWER)
        matched = re.fullmatch(r"event: ?next\ndata: ?(\{[^\n]*\})\n\nevent: ?complete\ndata:[ ]?\n\n", text)
        assert matched, text
        assert json.loads(matched[1]) == {"data": {"viewer": {"user": {"displayName": "Camille Renard"}}}}


async def test_a_mutation_streams_one_next_event_then_complete(server: Server) -> None:
    mutation = """mutation ($input: TicketInput!) { result: closeTicket(input: $input) {
      ... on ActionDone { ticket { status } } } }"""
    async with everybody(server) as people:
        submitted = await people.submit()
        async with stream(
            await people.client("requester"), mutation, input={"ticketId": ticket_id_of(submitted)}
        ) as events:
            assert await events.next() == {"result": {"ticket": {"status": "CLOSED"}}}
            assert await events.event() == ("complete", "")
            assert await events.event() == ("end", "")


async def test_a_query_by_get_can_be_streamed(server: Server) -> None:
    async with everybody(server) as people:
        client = await people.client("agent-1")
        response = await client.http.get("/graphql", params={"query": VIEWER}, headers=STREAM)
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "Camille Renard" in response.text


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer not.a.token", "Basic YTpi"])
async def test_a_stream_without_a_valid_token_is_answered_401(server: Server, authorization: str | None) -> None:
    async with server.client(None) as client:
        headers = STREAM | ({} if authorization is None else {"Authorization": authorization})
        body = {"query": INBOX, "variables": {"tab": "CLOSED"}}
        response = await client.http.post("/graphql", json=body, headers=headers)
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        (INBOX, {"tab": "TO_PROCESS", "after": "garbage"}, "BAD_USER_INPUT"),
        (TICKET_CHANGES, {"ticketId": "x"}, "NOT_FOUND"),
        (INBOX, {"tab": "NO_TAB"}, "BAD_USER_INPUT"),
        ("subscription { nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { tabCounts", {}, "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_a_request_error_streams_one_next_event_then_complete(
    server: Server, query: str, variables: dict[str, Any], code: str
) -> None:
    async with everybody(server) as people:
        text = await whole(await people.client("agent-1"), query, **variables)
        matched = re.fullmatch(r"event: ?next\ndata: ?(\{[^\n]*\})\n\nevent: ?complete\ndata:[ ]?\n\n", text)
        assert matched, text
        assert {error["extensions"]["code"] for error in json.loads(matched[1])["errors"]} == {code}


async def test_a_transfer_ends_the_old_agents_stream_with_not_found(server: Server) -> None:
    async with everybody(server) as people:
        taken = await people.take("agent-1", await people.submit())
        arguments = {"ticketId": ticket_id_of(taken), "after": taken["cursor"]}
        async with stream(await people.client("agent-2"), TICKET_CHANGES, **arguments) as events:
            await people.act("agent-1", "transferToSupport", taken, "Pour vous.")
            name, data = await events.event()
            assert name == "next"
            assert json.loads(data)["errors"][0]["extensions"]["code"] == "NOT_FOUND"
            assert await events.event() == ("complete", "")
            assert await events.event() == ("end", "")


async def test_a_stream_ends_when_its_token_expires(server: Server) -> None:
    token = server.command("token", "agent-1", "--ttl", "10").stdout.strip()
    async with everybody(server) as people, server.client(None) as client:
        client.http.headers["Authorization"] = f"Bearer {token}"
        async with stream(client, INBOX, tab="TO_PROCESS", after=await people.now()) as events:
            await people.submit()
            await events.next()
            name, data = await events.event()
            assert name == "next"
            assert json.loads(data)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert await events.event() == ("complete", "")


async def test_an_idle_stream_sends_comments_and_later_events(server: Server) -> None:
    async with everybody(server) as people:
        client = await people.client("agent-1")
        body = {"query": INBOX, "variables": {"tab": "TO_PROCESS", "after": await people.now()}}
        async with client.http.stream("POST", "/graphql", json=body, headers=STREAM) as response:
            lines = response.aiter_lines()
            async with asyncio.timeout(WAIT):
                for _ in range(5):
                    assert (await anext(lines)).startswith(":")
                    assert await anext(lines) == ""
                submitted = await people.submit()
                line = await anext(lines)
                while not line.startswith("data:"):
                    line = await anext(lines)
            assert json.loads(line[5:])["data"]["change"]["ticketId"] == ticket_id_of(submitted)


async def test_a_client_that_disconnects_leaves_other_streams_alone(server: Server) -> None:
    async with everybody(server) as people:
        after = await people.now()
        async with stream(await people.client("agent-1"), INBOX, tab="TO_PROCESS", after=after) as events:
            async with stream(await people.client("agent-2"), INBOX, tab="TO_PROCESS", after=after) as leaving:
                submitted = await people.submit()
                await leaving.next()
            taken = await people.take("agent-2", submitted)
            seen = [(await events.next())["change"]["cursor"] for _ in range(2)]
            assert seen == [submitted["cursor"], taken["cursor"]]
