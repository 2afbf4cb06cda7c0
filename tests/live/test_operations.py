"""Operations over a WebSocket: queries, mutations and subscriptions side by side, their errors and ends."""

from pathlib import Path
from typing import Any

import pytest

from tests.live import INBOX, TICKET_CHANGES, VIEWER, changes, errors, everybody, served, ticket_id_of, unready
from tests.support.server import Server


async def test_a_query_gives_one_next_then_complete(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.subscribe("q", VIEWER)
        assert await live.next("q") == {"viewer": {"user": {"displayName": "Camille Renard"}}}
        assert await live.receive() == {"id": "q", "type": "complete"}


async def test_a_mutation_gives_one_next_then_complete(server: Server) -> None:
    mutation = """mutation ($input: TicketInput!) { result: assignTicketToMe(input: $input) {
      ... on ActionDone { ticket { version assignee { displayName } } } ... on ActionRefused { code } } }"""
    async with everybody(server) as people, server.socket("agent-1") as live:
        submitted = await people.submit()
        await live.subscribe("m", mutation, input={"ticketId": ticket_id_of(submitted)})
        taken = {"version": 2, "assignee": {"displayName": "Camille Renard"}}
        assert await live.next("m") == {"result": {"ticket": taken}}
        assert await live.receive() == {"id": "m", "type": "complete"}
        # A refusal is data, over this transport too.
        await live.subscribe("m", mutation, input={"ticketId": ticket_id_of(submitted)})
        assert await live.next("m") == {"result": {"code": "ALREADY_ASSIGNED"}}
        assert await live.receive() == {"id": "m", "type": "complete"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ viewer"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "BAD_USER_INPUT"),
        ({"query": VIEWER, "variables": []}, "BAD_USER_INPUT"),
        ({"query": VIEWER, "operationName": 1}, "BAD_USER_INPUT"),
        ({"query": VIEWER, "operationName": "Nobody"}, "BAD_USER_INPUT"),
        ({"query": INBOX, "variables": {}}, "BAD_USER_INPUT"),
        ({"query": INBOX, "variables": {"tab": "NO_TAB"}}, "BAD_USER_INPUT"),
        ({"query": INBOX, "variables": {"tab": "CLOSED", "search": "x" * 5_000}}, "BAD_USER_INPUT"),
        ({"query": INBOX, "variables": {"tab": "CLOSED", "filter": {"serviceIds": ["x"]}}}, "BAD_USER_INPUT"),
        ({"query": TICKET_CHANGES, "variables": {"ticketId": "x"}}, "NOT_FOUND"),
    ],
)  # fmt: skip
async def test_an_invalid_request_gives_an_error_with_a_code_and_frees_its_id(
    server: Server, payload: dict[str, Any], code: str
) -> None:
    async with server.socket("agent-1") as live:
        await live.send(id="served", type="subscribe", payload=payload)
        assert set(await errors(live, "served")) == {code}
        await served(live)


async def test_two_operations_run_side_by_side(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
        await served(live)
        submitted = await people.submit()
        assert [change["ticketId"] for change in await changes(live, "w", 1)] == [ticket_id_of(submitted)]
        await served(live)


async def test_two_subscribers_each_get_the_fields_that_they_selected(server: Server) -> None:
    narrow = "subscription ($id: ID!, $after: Cursor) { change: ticketChanges(ticketId: $id, after: $after) { %s } }"
    chosen = ("cursor", "ticket { version }", "ticket { number }", "ticket { assignee { displayName } }")
    async with everybody(server) as people, server.socket("agent-1") as live, server.socket("agent-1") as other:
        submitted = await people.submit()
        number = submitted["ticket"]["number"]
        for n, fields in enumerate(chosen):
            for socket in (live, other) if n % 2 else (other, live):
                await socket.subscribe(fields, narrow % fields, id=ticket_id_of(submitted), after=submitted["cursor"])
        taken = await people.take("agent-1", submitted)
        expected = {
            "cursor": {"cursor": taken["cursor"]},
            "ticket { version }": {"ticket": {"version": 2}},
            "ticket { number }": {"ticket": {"number": number}},
            "ticket { assignee { displayName } }": {"ticket": {"assignee": {"displayName": "Camille Renard"}}},
        }
        for socket in (live, other):
            messages = [await socket.receive() for _ in chosen]
            assert {message["id"]: message["payload"]["data"]["change"] for message in messages} == expected


async def test_complete_stops_the_stream_and_frees_its_id(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
        await people.submit()
        await changes(live, "w", 1)
        await live.send(id="w", type="complete")
        await served(live)
        unseen = await people.submit()
        await live.subscribe("w", INBOX, tab="TO_PROCESS", after=unseen["cursor"])
        seen = await people.submit()
        assert [change["ticketId"] for change in await changes(live, "w", 1)] == [ticket_id_of(seen)]


async def test_complete_of_an_unknown_id_is_ignored(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.send(id="nothing", type="complete")
        await served(live)


async def test_operations_over_the_limit_are_refused_and_the_others_go_on(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        after = await people.now()
        for n in range(100):
            await live.subscribe(str(n), INBOX, tab="TO_PROCESS", after=after)
        await live.subscribe("one too many", VIEWER)
        assert await errors(live, "one too many") == ["LIMIT_EXCEEDED"]
        await people.submit()
        ids = {(await live.receive())["id"] for _ in range(100)}
        assert ids == {str(n) for n in range(100)}


@pytest.mark.parametrize(("given", "label"), [({}, "Ouvert"), ({"acceptLanguage": "en"}, "Open")])
async def test_the_language_is_french_unless_connection_init_names_another(
    server: Server, given: dict[str, str], label: str
) -> None:
    async with everybody(server) as people, server.socket("agent-1", **given) as live:
        await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
        await people.submit()
        (change,) = await changes(live, "w", 1)
        assert change["ticket"]["statusLabel"] == label
        await live.subscribe("w2", TICKET_CHANGES, ticketId="x")
        (error,) = (await live.receive())["payload"]
        assert ("does not exist" in error["message"]) == (label == "Open"), error


async def test_messages_sent_before_connection_ack_are_answered(server: Server) -> None:
    async with unready(server) as live:
        await live.send(type="connection_init", payload={"authorization": f"Bearer {server.token('agent-1')}"})
        await live.subscribe("q", VIEWER)
        assert await live.receive() == {"type": "connection_ack"}
        assert (await live.next("q"))["viewer"]["user"]["displayName"] == "Camille Renard"


async def test_a_limit_stops_one_action_of_a_request_and_leaves_the_others(tmp_path: Path) -> None:
    server = Server(tmp_path, actions_per_minute="1", actions_burst="3").start()
    try:
        async with server.client("agent-1") as agent:
            page = await agent.run(
                "{ tickets(tab: TO_PROCESS, filter: {unassigned: true}, first: 5) { nodes { id } } }"
            )
            ids = [node["id"] for node in page["tickets"]["nodes"]]
            actions = " ".join(
                f'a{n}: assignTicketToMe(input: {{ticketId: "{id}"}}) {{ __typename }}' for n, id in enumerate(ids)
            )
            body = (await agent.response(f"mutation {{ {actions} }}")).json()
            taken = await agent.run("query($i: [ID!]!) { nodes(ids: $i) { ... on Ticket { assignee { id } } } }", i=ids)
    finally:
        server.stop()
    assert body["data"] == {f"a{n}": {"__typename": "ActionDone"} if n < 3 else None for n in range(5)}
    assert [(error["path"], error["extensions"]["code"]) for error in body["errors"]] == [
        (["a3"], "LIMIT_EXCEEDED"), (["a4"], "LIMIT_EXCEEDED"),
    ]  # fmt: skip
    assert "cette action n’a pas été faite" in body["errors"][0]["message"]
    assert [node["assignee"] is not None for node in taken["nodes"]] == [True, True, True, False, False]
