"""Reads, by role and ticket: a hidden ticket gives the same response as a missing one, a visible ticket is found.

The tables and the documents are in `visibility.py`, the server in `world.py`. Actions and subscriptions are tested in
`test_visibility_actions.py`.
"""

import itertools
import json
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from tests.graph.visibility import (
    FIELDS,
    GENERAL_QUERIES,
    GIVEN,
    HISTORIES,
    MATRIX,
    MISSING,
    MISSING_STRUCTURE,
    MISSING_USER,
    MUTATIONS,
    NAMES,
    ORDERS,
    ROLES,
    SCHEMA,
    TABS,
    ProbedTicket,
    make_ticket,
    probes,
)
from tests.graph.world import HIDDEN, TESTED_ROLES, VISIBLE, World, server, status_and_body, traces, world
from tests.support.server import Client

__all__ = ["server", "world"]  # the fixtures

pytestmark = pytest.mark.soak


# --- the tables cover the schema ----------------------------------------------------------------------------------


def test_table_of_fields_has_every_field_of_the_schema() -> None:
    roots = {kind and kind.name for kind in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)}
    fields = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind.name not in roots and not kind.name.startswith("__")
        for name in kind.fields
    }
    assert fields == set(FIELDS)


def test_probes_cover_every_root_field_and_argument() -> None:
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    assert SCHEMA.subscription_type
    probed: dict[str, set[str]] = {}
    full = ProbedTicket("", "", "", "", [""], [""], {key: [""] for key in _filter_fields()}, "")
    for name, requests in itertools.chain(probes(full, full).items(), GENERAL_QUERIES.items()):
        probed.setdefault(name, set()).update(*requests)
    for name in ("tickets", "sentTickets"):
        probed[name] |= {"after", "before"}  # by `test_page_cursor_of_a_hidden_ticket_reveals_nothing`
    assert probed == {name: set(one.args) for name, one in SCHEMA.query_type.fields.items()}
    assert set(MUTATIONS) | {"submitTicket"} == set(SCHEMA.mutation_type.fields)
    inputs = {get_named_type(one.args["input"].type) for one in SCHEMA.mutation_type.fields.values()}
    assert all(set(one.args) == {"input"} for one in SCHEMA.mutation_type.fields.values())
    assert {one.name: set(one.fields) for one in inputs if isinstance(one, GraphQLInputObjectType)} == GIVEN
    assert {name: set(one.args) for name, one in SCHEMA.subscription_type.fields.items()} == {
        "inboxChanges": {"tab", "search", "filter", "after"},
        "ticketChanges": {"ticketId", "after"},
        "tabCounts": set(),
    }
    assert set(TABS) == set(SCHEMA.type_map["InboxTab"].values)  # type: ignore[attr-defined]
    assert set(ORDERS) == set(SCHEMA.type_map["TicketOrderField"].values)  # type: ignore[attr-defined]


def _filter_fields() -> set[str]:
    kind = SCHEMA.type_map["TicketFilter"]
    assert isinstance(kind, GraphQLInputObjectType)
    return set(kind.fields)


async def test_probes_cover_every_field_of_the_filter(world: World) -> None:
    for probed in world.tickets.values():
        assert set(probed.filter) == _filter_fields()


async def test_each_ticket_has_the_status_of_its_history(world: World) -> None:
    assert {name: probed.status for name, probed in world.tickets.items()} == {
        name: status for name, (*_, status) in HISTORIES.items()
    }


# --- reads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", TESTED_ROLES)
async def test_hidden_ticket_reads_like_a_missing_ticket(world: World, role: str) -> None:
    client = await world.people.client(role)
    expected_by_request: dict[tuple[str, int], Any] = {}
    for name in (name for name in NAMES if MATRIX[role][name] == "."):
        probed = world.tickets[name]
        for field, requests in probes(probed, probed).items():
            requests_for_missing = probes(MISSING, probed)[field]
            for number, (variables, missing_variables) in enumerate(zip(requests, requests_for_missing, strict=True)):
                if (field, number) not in expected_by_request:
                    expected_by_request[field, number] = await status_and_body(
                        client, "query", field, missing_variables
                    )
                status, body = await status_and_body(client, "query", field, variables)
                assert (status, body) == expected_by_request[field, number], (field, variables)
                assert "errors" not in body, body
                assert not traces(probed, body)


@pytest.mark.parametrize("role", TESTED_ROLES)
async def test_visible_ticket_is_found_by_every_request_for_it(world: World, role: str) -> None:
    client = await world.people.client(role)
    user = await world.people.id_of(role)
    for name, relation in MATRIX[role].items():
        probed = world.tickets[name]
        mine = user in (probed.filter["assigneeIds"] or ())
        for field, requests in probes(probed, probed).items() if relation != "." else ():
            for variables in requests:
                _, body = await status_and_body(client, "query", field, variables)
                here = relation in "EV" if field in ("tickets", "ticketPage") else relation == "S"
                if field in ("tickets", "ticketPage"):
                    tab = variables["tab"]
                    here &= probed.status in TABS[tab] and (mine or tab != "MY_TICKETS_TO_PROCESS")
                if field == "tabs":
                    full = {tab for tab, statuses in TABS.items() if probed.status in statuses and relation in "EV"}
                    full -= set() if mine else {"MY_TICKETS_TO_PROCESS"}
                    counts = {one["tab"]: one["count"] for one in body["data"]["tabs"]}
                    assert counts == {tab: int(tab in full) for tab in TABS}, variables
                elif field in ("ticket", "node", "nodes"):
                    assert traces(probed, body), (field, variables)
                else:
                    assert bool(traces(probed, body)) == here, (field, variables)
                    total = body["data"][field]["totalCount"]
                    assert total == int(here), (field, variables)


async def test_visible_ticket_has_the_same_fields_for_all_and_actions_by_role(world: World) -> None:
    everyones = {f.partition(".")[2] for f, who in FIELDS.items() if who == "ticket" and f.startswith("Ticket.")}
    filled: set[str] = set()
    for role, name in VISIBLE:
        client = await world.people.client(role)
        _, body = await status_and_body(client, "query", "ticket", {"id": world.tickets[name].ticket})
        seen, other = body["data"]["ticket"], world.tickets[name].seen
        for field in everyones:
            assert seen[field] == other[field], (role, name, field)
            filled |= {field} if seen[field] else set()
        relation, status = MATRIX[role][name], world.tickets[name].status
        assert bool(seen["assignableAgents"]) == (relation == "E" and status != "CLOSED"), (role, name)
        assert bool(seen["availableActions"]) == (relation in "ES" and status != "CLOSED" and may_act(relation, status))
    assert filled == everyones, "each field has a value in some ticket"


def may_act(relation: str, status: str) -> bool:
    """Whether the side has an action in this status, by the contract's table: an agent can always assign."""
    return relation == "E" or status in ("OPEN", "AWAITING_INFORMATION", "RESOLVED")


async def test_page_cursor_of_a_hidden_ticket_reveals_nothing(world: World) -> None:
    for role, name in HIDDEN:
        client, probed = await world.people.client(role), world.tickets[name]
        tab = {"tab": "CLOSED" if probed.status == "CLOSED" else "ALL_EXCEPT_CLOSED"}
        for field, of_tab in {"tickets": tab, "sentTickets": {}}.items():
            for variables in ({"first": 1, "after": probed.edge}, {"last": 1, "before": probed.edge}):
                _, body = await status_and_body(client, "query", field, {**variables, **of_tab})
                assert not traces(probed, body)
                assert "errors" not in body


async def test_hidden_attachment_downloads_like_a_missing_attachment(world: World) -> None:
    compared = ("content-type", "content-length", "content-disposition", "cache-control", "accept-ranges", "etag")
    for role in ROLES:
        client = (await world.people.client(role)).http
        for headers in ({}, {"Range": "bytes=0-1", "Accept-Language": "en"}):
            missing = await client.get(f"/attachments/{MISSING.attachments[0]}", headers=headers)
            assert missing.status_code == 404
            for name, probed in world.tickets.items():
                got = await client.get(f"/attachments/{probed.attachments[-1]}", headers=headers)
                if MATRIX[role][name] != ".":
                    assert got.status_code in (200, 206)
                    assert got.content
                    continue
                assert (got.status_code, got.content) == (404, missing.content)
                assert {h: got.headers.get(h) for h in compared} == {h: missing.headers.get(h) for h in compared}
                assert set(got.headers) == set(missing.headers)
    async with world.server.client(None) as anonymous:
        ids = (probed.attachments[-1], MISSING.attachments[0])
        got, missing = [await anonymous.http.get(f"/attachments/{one}") for one in ids]
        assert (got.status_code, got.content) == (missing.status_code, missing.content)
        assert got.status_code == 401


# Users that no ticket visible to the role names. (The other tickets of the demo name many users.)
UNKNOWN = {
    "agent-1": "other-agent support nobody",
    "service-agent": "other-agent support nobody",
    "reader": "other-agent support nobody",
    "other-agent": "agent-1 agent-2 service-agent reader support nobody",
    "support": "reader nobody",
    "requester": "reader nobody",
    "other-requester": "reader nobody",
    "nobody": "agent-1 agent-2 service-agent reader other-agent support requester colleague other-requester",
}


async def test_user_named_by_no_visible_ticket_reads_like_a_missing_user(world: World) -> None:
    for role, unknown in UNKNOWN.items():
        client = await world.people.client(role)
        missing = await status_and_body(client, "query", "node", {"id": MISSING_USER})
        assert missing == (200, {"data": {"node": None}})
        for login in unknown.split():
            assert await status_and_body(client, "query", "node", {"id": await world.people.id_of(login)}) == missing, (
                role,
                login,
            )
        _, own = await status_and_body(client, "query", "node", {"id": await world.people.id_of(role)})
        assert own["data"]["node"]["displayName"]


async def test_recipients_are_public_and_entitlements_are_the_viewers_own(world: World) -> None:
    public = {
        field: [await status_and_body(await world.people.client(role), "query", field, {}) for role in ROLES]
        for field in ("categories", "structures")
    }
    for responses in public.values():
        assert all(one == responses[0] for one in responses)
        assert len(json.dumps(responses[0])) > 500
    held = {}
    for role in ROLES:
        _, body = await status_and_body(await world.people.client(role), "query", "viewer", {})
        assert body["data"]["viewer"]["user"]["id"] == await world.people.id_of(role)
        held[role] = [
            (one["profile"], one["structure"]["name"].split()[0], (one["service"] or {}).get("code"))
            for one in body["data"]["viewer"]["entitlements"]
        ]
    assert held == {
        "agent-1": [("RECEIVED_TICKETS_EDIT", "Commune", None)],
        "agent-2": [("RECEIVED_TICKETS_EDIT", "Commune", None)],
        "service-agent": [("RECEIVED_TICKETS_EDIT", "Commune", "FINANCES")],
        "reader": [("RECEIVED_TICKETS_VIEW", "Commune", None)],
        "other-agent": [("RECEIVED_TICKETS_EDIT", "Centre", None)],
        "support": [("RECEIVED_TICKETS_EDIT", "Support", None)],
        "requester": [("SENT_TICKETS", "Ateliers", None)],
        "colleague": [("SENT_TICKETS", "Ateliers", None)],
        "other-requester": [("SENT_TICKETS", "Bâtisseurs", None)],
        "nobody": [],
    }


async def test_structure_that_receives_nothing_is_visible_to_its_own_users_only(world: World) -> None:
    mine = "{ viewer { entitlements { structure { id } } } }"
    ids = {}
    for role in (role for role in ROLES if role != "nobody"):
        held = await (await world.people.client(role)).run(mine)
        ids[role] = held["viewer"]["entitlements"][0]["structure"]["id"]
    for role, (owner, one) in itertools.product(ROLES, ids.items()):
        got = await status_and_body(await world.people.client(role), "query", "node", {"id": one})
        senders = {"requester", "colleague", "other-requester"}
        if owner in senders and ids.get(role) != one:
            missing = await status_and_body(await world.people.client(role), "query", "node", {"id": MISSING_STRUCTURE})
            assert got == missing == (200, {"data": {"node": None}})
        else:
            assert got[1]["data"]["node"]["name"]


# --- requests that name no ticket ---------------------------------------------------------------------------------


async def general_responses(client: Client) -> dict[str, Any]:
    """The responses to all requests that name no ticket."""
    return {
        f"{field} {variables}": await status_and_body(client, "query", field, variables)
        for field, requests in GENERAL_QUERIES.items()
        for variables in requests
    }


@pytest.mark.parametrize("role", TESTED_ROLES)
async def test_new_hidden_tickets_change_no_response(world: World, role: str) -> None:
    client = await world.people.client(role)
    before = await general_responses(client)
    assert all("errors" not in body for _, body in before.values())
    for name in (name for name in NAMES if MATRIX[role][name] == "."):
        await make_ticket(world.people, name, f"zqagain{name}{role.replace('-', '')}")
    assert await general_responses(client) == before
