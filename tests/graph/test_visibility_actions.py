"""What one may not see is acted on and watched like what never was: see `test_visibility_matrix.py`."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from graphql import get_named_type

from tests.graph.visibility import (
    GHOST,
    GHOST_SERVICE,
    GHOST_STRUCTURE,
    GHOST_USER,
    GIVEN,
    MATRIX,
    MUTATIONS,
    NAMES,
    ROLES,
    SCHEMA,
    STORIES,
    Secret,
    document,
)
from tests.graph.world import ASKED, BLIND, SEES, World, answer, server, traces, world
from tests.live import served
from tests.support.server import Client, Socket

__all__ = ["server", "world"]  # the fixtures

pytestmark = pytest.mark.soak


# --- actions ------------------------------------------------------------------------------------------------------

WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"version": 999_999},
    {"version": -1},
    {"version": 1, "idempotencyKey": "key-zqmoved"},
    {"message": " "},
    {"assigneeId": "rien"},
    {"assigneeId": GHOST_USER},
)


async def actions(client: Client, secret: Secret, **more: Any) -> dict[str, Any]:
    """What each action about the ticket answers: asked all at once, for everything."""
    everywhere = {"ticketId": secret.ticket, "message": "Un message.", **more}
    variables = {
        f"{verb}_input": {k: v for k, v in everywhere.items() if k in GIVEN[_input_of(verb)]} for verb in MUTATIONS
    }
    data = await client.run(document("mutation", *MUTATIONS), **variables)
    assert set(data) == set(MUTATIONS)
    return dict(data)


def _input_of(verb: str) -> str:
    assert SCHEMA.mutation_type
    return get_named_type(SCHEMA.mutation_type.fields[verb].args["input"].type).name


@pytest.mark.parametrize("role", ASKED)
async def test_no_action_tells_a_ticket_that_one_may_not_see_from_one_that_never_was(world: World, role: str) -> None:
    client = await world.people.client(role)
    ghosts: dict[int, Any] = {}
    for name in (name for name in NAMES if MATRIX[role][name] == "."):
        secret = world.secrets[name]
        holder = (secret.filter["assigneeIds"] or [await world.people.id_of("agent-2")])[0]
        # The one exception is one's own: who moved it may hear again, under the same key, that it was done.
        for number, way in enumerate([*WAYS, {"assigneeId": await world.people.id_of(role)}]):
            if (role, name, way.get("idempotencyKey")) == ("agent-1", "moved", "key-zqmoved"):
                continue
            given = {"assigneeId": holder, **way}
            if number not in ghosts:
                ghosts[number] = await actions(client, GHOST, **given)
            got = await actions(client, secret, **given)
            assert got == ghosts[number], given
            assert not traces(secret, got)
            assert {one["code"] for one in got.values()} <= {"NOT_FOUND", "INVALID_INPUT", "IDEMPOTENCY_KEY_REUSED"}
            if not way:
                assert {one["code"] for one in got.values()} == {"NOT_FOUND"}


async def test_files_with_an_action_on_what_one_may_not_see_are_not_even_judged(world: World) -> None:
    bad = [("vide.txt", b"", "text/plain")]
    for role, name in BLIND:
        client = await world.people.client(role)
        verb = "proposeSolution" if "agent" in role else "provideInformation"
        got, ghost = [
            await client.act(verb, ticketId=one.ticket, message="Voici.", attachments=list(bad))
            for one in (world.secrets[name], GHOST)
        ]
        assert got == ghost
        assert got["code"] == "NOT_FOUND"


async def test_who_sees_a_ticket_is_told_what_the_role_lacks_before_anything_of_its_state(world: World) -> None:
    agent_of = {"town": "agent-2", "finances": "service-agent", "service": "agent-1", "other": "agent-2",
                "hospital": "other-agent", "foreign": "other-agent"}  # fmt: skip
    for role, name in SEES:
        client, secret, letter = await world.people.client(role), world.secrets[name], MATRIX[role][name]
        assignee = await world.people.id_of(agent_of.get(name, "support"))
        got = {
            verb: one["code"]
            for verb, one in (await actions(client, secret, assigneeId=assignee, version=999_999)).items()
        }
        wanted = {verb: "VERSION_CONFLICT" if side == letter else "FORBIDDEN" for verb, side in MUTATIONS.items()}
        if role == "support":
            wanted["transferToSupport"] = "FORBIDDEN"
        assert got == wanted, (role, name)
        _, body = await answer(client, "query", "ticket", {"id": secret.ticket})
        assert body["data"]["ticket"]["version"] == secret.version, "nothing has changed"


async def test_submitting_tells_nothing_of_whose_a_structure_is(world: World) -> None:
    async def ids_of(role: str) -> Any:
        query = """{ viewer { entitlements { structure { id } } }
          categories { id subcategories { id code } } structures(search: "Aurèle") { id }
          other: structures(search: "Delmas") { id services { id } } }"""
        return await (await world.people.client(role)).run(query)

    ids = await ids_of("requester")
    category, sub = next(
        (one["id"], sub["id"])
        for one in ids["categories"]
        for sub in one["subcategories"]
        if sub["code"] == "INVOICES_PAYMENT"
    )
    own, theirs, support = [
        (await ids_of(role))["viewer"]["entitlements"][0]["structure"]["id"]
        for role in ("requester", "other-requester", "support")
    ]
    town, hospital = ids["structures"][0]["id"], ids["other"][0]
    common = {"categoryId": category, "subcategoryId": sub, "objectType": "OTHER", "shortDescription": "zqsubmit",
              "description": "Rien.", "issuerStructureId": own, "recipientStructureId": town,
              "idempotencyKey": "submit", "attachments": None, "recipientServiceId": None}  # fmt: skip
    assert set(common) == GIVEN["SubmitTicketInput"]
    client = await world.people.client("requester")

    async def submit(**given: Any) -> Any:
        return await client.run(document("mutation", "submitTicket"), input={**common, **given})

    for name, hidden, ghost, code in (
        ("issuerStructureId", [theirs, town, support], GHOST_STRUCTURE, "FORBIDDEN"),
        ("recipientStructureId", [theirs, own, support], GHOST_STRUCTURE, "INVALID_INPUT"),
        ("recipientServiceId", [one["id"] for one in hospital["services"]], GHOST_SERVICE, "INVALID_INPUT"),
    ):
        unknown = await submit(**{name: ghost})
        assert unknown["submitTicket"]["code"] == code
        for one in hidden:
            assert await submit(**{name: one}) == unknown, (name, one)


async def test_a_key_of_somebody_else_is_no_key(world: World) -> None:
    # The transfer again, under its key, by its own words: only who made it hears that it was done.
    moved = world.secrets["moved"].ticket
    files = [("zqmoved.txt", b"Oui.", "text/plain")]
    for role in ROLES:
        client = await world.people.client(role)
        given = {"message": "Message : zqmoved", "idempotencyKey": "key-zqmoved"}
        got = await client.act("transferToSupport", ticketId=moved, attachments=list(files), **given)
        if role == "agent-1":
            assert got["__typename"] == "ActionDone"
        elif MATRIX[role]["moved"] == ".":
            assert got == await client.act("transferToSupport", ticketId=GHOST.ticket, attachments=list(files), **given)
        else:
            assert got["code"] == "FORBIDDEN"


# --- live ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ASKED)
async def test_watching_what_one_may_not_see_is_watching_what_never_was(world: World, role: str) -> None:
    watch = document("subscription", "ticketChanges")
    async with world.server.socket(role) as live:
        for number, name in enumerate(name for name in NAMES if MATRIX[role][name] == "."):
            for after in (None, world.before, world.moved_at, "rien"):
                told = []
                for ticket in (world.secrets[name].ticket, GHOST.ticket):
                    await live.subscribe(f"{number}", watch, ticketId=ticket, after=after)
                    told.append(await live.receive())
                assert told[0] == told[1]
                code = "BAD_USER_INPUT" if after == "rien" else "NOT_FOUND"
                assert (told[0]["type"], told[0]["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_who_sees_a_ticket_watches_it_from_its_beginning(world: World) -> None:
    watch = document("subscription", "ticketChanges")
    for role, name in SEES:
        secret = world.secrets[name]
        async with world.server.socket(role) as live:
            await live.subscribe("t", watch, ticketId=secret.ticket, after=world.before)
            for activity in secret.activities:
                change = (await live.next("t"))["ticketChanges"]
                assert (change["ticket"]["id"], change["activity"]["id"]) == (secret.ticket, activity)


# Of which tickets a role's list speaks, from before the first of them on: of a transferred one its old agents hear that
# it has left, its id and no more.
GONE = {"agent-1": {"moved"}, "agent-2": {"moved"}, "reader": {"moved"}}


async def test_a_list_speaks_of_what_one_receives_and_of_nothing_else_and_counters_move_for_nothing_else(
    world: World,
) -> None:
    watch, counts = document("subscription", "inboxChanges"), document("subscription", "tabCounts")
    async with AsyncExitStack() as stack:
        sockets: dict[str, Socket] = {}
        first: dict[str, Any] = {}
        for role in ROLES:
            live = sockets[role] = await stack.enter_async_context(world.server.socket(role))
            await live.subscribe("counts", counts)
            first[role] = await live.next("counts")
            for number, way in enumerate(
                ({"search": "zq"}, {"filter": {"objectTypes": ["INVOICE"]}, "search": "zq"}, {})
            ):
                given = {"tab": "ALL_EXCEPT_CLOSED", "after": world.before, **way}
                await live.subscribe(f"list-{number}", watch, **given)
        # A bell in each office: who hears it has heard all that came before.
        bells = {}
        for name in ("town", "finances", "hospital", "support"):
            sender, to, _, _ = STORIES[name]
            given = {}
            if to == "HOSPITAL":
                search = '{ structures(search: "Delmas") { id } }'
                found = await (await world.people.client(sender)).run(search)
                given["recipientStructureId"] = found["structures"][0]["id"]
            rung = await world.people.submit(sender, "TOWN" if to == "HOSPITAL" else to, f"zqbell {name}", **given)
            bells[name] = rung["ticket"]["id"]
        for role, live in sockets.items():
            mine = {name for name in bells if MATRIX[role][name] in "EV"}
            heard = await _until_rung(live, {bells[name] for name in mine})
            own = {world.secrets[name].ticket for name in NAMES if MATRIX[role][name] in "EV"}
            gone = {world.secrets[name].ticket for name in GONE.get(role, ())}
            changes = [one["inboxChanges"] for one in heard if "inboxChanges" in one]
            of_secrets = {one["ticketId"] for one in changes} & {one.ticket for one in world.secrets.values()}
            closed = {secret.ticket for secret in world.secrets.values() if secret.status == "CLOSED"}
            assert of_secrets - closed == (own | gone) - closed, role
            assert of_secrets <= own | gone
            for change in changes:
                if change["ticketId"] in gone:
                    assert (change["kind"], change["ticket"], change["activity"]) == ("LEFT", None, None)
                else:
                    assert change["ticket"]["id"] == change["ticketId"]
            for name in NAMES:
                if MATRIX[role][name] not in "EV" and name not in GONE.get(role, ()):
                    assert not traces(world.secrets[name], heard)
            totals = {one["tab"]: one["count"] for one in first[role]["tabCounts"]}
            moved = [{c["tab"]: c["count"] for c in one["tabCounts"]} for one in heard if "tabCounts" in one]
            assert len(moved) == len(mine), role
            if moved:
                assert moved[-1]["TO_PROCESS"] == totals["TO_PROCESS"] + len(mine)


async def _until_rung(live: Socket, bells: set[str]) -> list[Any]:
    """All that a socket is told: until each of its three lists has rung its bells, then until a query is answered."""
    heard: list[Any] = []
    waiting = {(f"list-{number}", bell) for number in range(3) for bell in bells}
    waiting |= {("counts", bell) for bell in bells}
    left = len(bells)
    while waiting:
        message = await live.receive()
        assert message["type"] == "next", message
        data = message["payload"]["data"]
        heard.append(data)
        if "inboxChanges" in data:
            waiting.discard((message["id"], data["inboxChanges"]["ticketId"]))
        else:
            left -= 1
            if not left:
                waiting -= {("counts", bell) for bell in bells}
    await served(live)
    return heard
