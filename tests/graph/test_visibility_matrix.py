"""What one may not see tells nothing: role by role, ticket by ticket, way by way, it reads like what never was.

The tables and the documents that ask for everything stand in `visibility.py`, the desk in `world.py`; who acts and
who watches in `test_visibility_actions.py`.
"""

import itertools
import json
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from tests.graph.visibility import (
    AT_LARGE,
    FIELDS,
    GHOST,
    GHOST_STRUCTURE,
    GHOST_USER,
    GIVEN,
    MATRIX,
    MUTATIONS,
    NAMES,
    ORDERS,
    ROLES,
    SCHEMA,
    STORIES,
    TABS,
    Secret,
    bring_about,
    probes,
)
from tests.graph.world import ASKED, BLIND, SEES, World, answer, server, traces, world
from tests.support.server import Client

__all__ = ["server", "world"]  # the fixtures

pytestmark = pytest.mark.soak


# --- the tables have all that the schema has ----------------------------------------------------------------------


def test_every_field_of_every_type_has_a_row() -> None:
    roots = {kind and kind.name for kind in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)}
    fields = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind.name not in roots and not kind.name.startswith("__")
        for name in kind.fields
    }
    assert fields == set(FIELDS)


def test_every_root_field_and_every_argument_is_asked() -> None:
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    assert SCHEMA.subscription_type
    asked: dict[str, set[str]] = {}
    full = Secret("", "", "", "", [""], [""], {key: [""] for key in _filter_fields()}, "")
    for name, ways in itertools.chain(probes(full, full).items(), AT_LARGE.items()):
        asked.setdefault(name, set()).update(*ways)
    for name in ("tickets", "sentTickets"):
        asked[name] |= {"after", "before"}  # by `test_a_cursor_of_a_ticket_that_has_gone_leads_to_nothing_of_it`
    assert asked == {name: set(one.args) for name, one in SCHEMA.query_type.fields.items()}
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


async def test_every_field_of_a_filter_is_asked(world: World) -> None:
    for secret in world.secrets.values():
        assert set(secret.filter) == _filter_fields()


async def test_the_tickets_stand_where_the_stories_say(world: World) -> None:
    assert {name: secret.status for name, secret in world.secrets.items()} == {
        name: status for name, (*_, status) in STORIES.items()
    }


# --- reads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ASKED)
async def test_what_one_may_not_see_is_read_like_what_never_was(world: World, role: str) -> None:
    client = await world.people.client(role)
    ghosts: dict[tuple[str, int], Any] = {}
    for name in (name for name in NAMES if MATRIX[role][name] == "."):
        secret = world.secrets[name]
        for field, ways in probes(secret, secret).items():
            for number, (way, ghostly) in enumerate(zip(ways, probes(GHOST, secret)[field], strict=True)):
                if (field, number) not in ghosts:
                    ghosts[field, number] = await answer(client, "query", field, ghostly)
                status, body = await answer(client, "query", field, way)
                assert (status, body) == ghosts[field, number], (field, way)
                assert "errors" not in body, body
                assert not traces(secret, body)


@pytest.mark.parametrize("role", ASKED)
async def test_what_one_may_see_is_found_by_every_way_that_leads_there(world: World, role: str) -> None:
    client = await world.people.client(role)
    user = await world.people.id_of(role)
    for name, letter in MATRIX[role].items():
        secret = world.secrets[name]
        mine = user in (secret.filter["assigneeIds"] or ())
        for field, ways in probes(secret, secret).items() if letter != "." else ():
            for way in ways:
                _, body = await answer(client, "query", field, way)
                here = letter in "EV" if field in ("tickets", "ticketPage") else letter == "S"
                if field in ("tickets", "ticketPage"):
                    here &= secret.status in TABS[way["tab"]] and (mine or way["tab"] != "MY_TICKETS_TO_PROCESS")
                if field == "tabs":
                    full = {tab for tab, statuses in TABS.items() if secret.status in statuses and letter in "EV"}
                    full -= set() if mine else {"MY_TICKETS_TO_PROCESS"}
                    counts = {one["tab"]: one["count"] for one in body["data"]["tabs"]}
                    assert counts == {tab: int(tab in full) for tab in TABS}, way
                elif field in ("ticket", "node", "nodes"):
                    assert traces(secret, body), (field, way)
                else:
                    assert bool(traces(secret, body)) == here, (field, way)
                    total = body["data"][field]["totalCount"]
                    assert total == int(here), (field, way)


async def test_who_sees_a_ticket_sees_the_same_and_of_actions_and_agents_what_the_role_may(world: World) -> None:
    everyones = {f.partition(".")[2] for f, who in FIELDS.items() if who == "ticket" and f.startswith("Ticket.")}
    filled: set[str] = set()
    for role, name in SEES:
        client = await world.people.client(role)
        _, body = await answer(client, "query", "ticket", {"id": world.secrets[name].ticket})
        seen, other = body["data"]["ticket"], world.secrets[name].seen
        for field in everyones:
            assert seen[field] == other[field], (role, name, field)
            filled |= {field} if seen[field] else set()
        letter, status = MATRIX[role][name], world.secrets[name].status
        assert bool(seen["assignableAgents"]) == (letter == "E" and status != "CLOSED"), (role, name)
        assert bool(seen["availableActions"]) == (letter in "ES" and status != "CLOSED" and may_act(letter, status))
    assert filled == everyones, "each field is probed where it says something"


def may_act(letter: str, status: str) -> bool:
    """Whether the side has anything to do, by the contract's table: an agent may always assign."""
    return letter == "E" or status in ("OPEN", "AWAITING_INFORMATION", "RESOLVED")


async def test_a_cursor_of_a_ticket_that_has_gone_leads_to_nothing_of_it(world: World) -> None:
    for role, name in BLIND:
        client, secret = await world.people.client(role), world.secrets[name]
        tab = {"tab": "CLOSED" if secret.status == "CLOSED" else "ALL_EXCEPT_CLOSED"}
        for field, of_tab in {"tickets": tab, "sentTickets": {}}.items():
            for way in ({"first": 1, "after": secret.edge}, {"last": 1, "before": secret.edge}):
                _, body = await answer(client, "query", field, {**way, **of_tab})
                assert not traces(secret, body)
                assert "errors" not in body


async def test_the_bytes_of_an_attachment_are_given_or_answered_like_what_never_was(world: World) -> None:
    kept = ("content-type", "content-length", "content-disposition", "cache-control", "accept-ranges", "etag")
    for role in ROLES:
        client = (await world.people.client(role)).http
        for headers in ({}, {"Range": "bytes=0-1", "Accept-Language": "en"}):
            ghost = await client.get(f"/attachments/{GHOST.attachments[0]}", headers=headers)
            assert ghost.status_code == 404
            for name, secret in world.secrets.items():
                got = await client.get(f"/attachments/{secret.attachments[-1]}", headers=headers)
                if MATRIX[role][name] != ".":
                    assert got.status_code in (200, 206)
                    assert got.content
                    continue
                assert (got.status_code, got.content) == (404, ghost.content)
                assert {h: got.headers.get(h) for h in kept} == {h: ghost.headers.get(h) for h in kept}
                assert set(got.headers) == set(ghost.headers)
    async with world.server.client(None) as passer_by:
        ids = (secret.attachments[-1], GHOST.attachments[0])
        got, ghost = [await passer_by.http.get(f"/attachments/{one}") for one in ids]
        assert (got.status_code, got.content) == (ghost.status_code, ghost.content)
        assert got.status_code == 401


# Whom a role must not know: nothing that they see names them. The demo's other tickets name many.
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


async def test_a_person_whom_nothing_names_to_one_does_not_exist(world: World) -> None:
    for role, unknown in UNKNOWN.items():
        client = await world.people.client(role)
        ghost = await answer(client, "query", "node", {"id": GHOST_USER})
        assert ghost == (200, {"data": {"node": None}})
        for login in unknown.split():
            assert await answer(client, "query", "node", {"id": await world.people.id_of(login)}) == ghost, (
                role,
                login,
            )
        _, own = await answer(client, "query", "node", {"id": await world.people.id_of(role)})
        assert own["data"]["node"]["displayName"]


async def test_the_directory_of_recipients_is_everyones_and_a_profile_ones_own(world: World) -> None:
    public = {
        field: [await answer(await world.people.client(role), "query", field, {}) for role in ROLES]
        for field in ("categories", "structures")
    }
    for answers in public.values():
        assert all(one == answers[0] for one in answers)
        assert len(json.dumps(answers[0])) > 500
    held = {}
    for role in ROLES:
        _, body = await answer(await world.people.client(role), "query", "viewer", {})
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


async def test_a_company_that_receives_nothing_is_there_for_its_own_people_alone(world: World) -> None:
    mine = "{ viewer { entitlements { structure { id } } } }"
    ids = {}
    for role in (role for role in ROLES if role != "nobody"):
        held = await (await world.people.client(role)).run(mine)
        ids[role] = held["viewer"]["entitlements"][0]["structure"]["id"]
    for role, (owner, one) in itertools.product(ROLES, ids.items()):
        got = await answer(await world.people.client(role), "query", "node", {"id": one})
        senders = {"requester", "colleague", "other-requester"}
        if owner in senders and ids.get(role) != one:
            ghost = await answer(await world.people.client(role), "query", "node", {"id": GHOST_STRUCTURE})
            assert got == ghost == (200, {"data": {"node": None}})
        else:
            assert got[1]["data"]["node"]["name"]


# --- the whole -----------------------------------------------------------------------------------------------------


async def at_large(client: Client) -> dict[str, Any]:
    """All that one reads without naming a ticket."""
    return {
        f"{field} {way}": await answer(client, "query", field, way) for field, ways in AT_LARGE.items() for way in ways
    }


@pytest.mark.parametrize("role", ASKED)
async def test_nothing_that_one_reads_moves_by_what_one_may_not_see(world: World, role: str) -> None:
    client = await world.people.client(role)
    before = await at_large(client)
    assert all("errors" not in body for _, body in before.values())
    for name in (name for name in NAMES if MATRIX[role][name] == "."):
        await bring_about(world.people, name, f"zqagain{name}{role.replace('-', '')}")
    assert await at_large(client) == before
