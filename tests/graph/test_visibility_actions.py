"""Actions and subscriptions, by role and ticket: a hidden ticket gives the same response as a missing one.

Reads are tested in `test_visibility_matrix.py`.
"""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from graphql import get_named_type

from tests.graph.visibility import (
    GIVEN,
    HISTORIES,
    MATRIX,
    MISSING,
    MISSING_SERVICE,
    MISSING_STRUCTURE,
    MISSING_USER,
    MUTATIONS,
    NAMES,
    ROLES,
    SCHEMA,
    ProbedTicket,
    document,
)
from tests.graph.world import HIDDEN, TESTED_ROLES, VISIBLE, World, server, status_and_body, traces, world
from tests.live import served
from tests.support.server import Client, Socket

__all__ = ["server", "world"]  # the fixtures

pytestmark = pytest.mark.soak


# --- actions ------------------------------------------------------------------------------------------------------

INPUTS: tuple[dict[str, Any], ...] = (
    {},
    {"version": 999_999},
    {"version": -1},
    {"version": 1, "idempotencyKey": "key-zqmoved"},
    {"message": " "},
    {"assigneeId": "rien"},
    {"assigneeId": MISSING_USER},
)


async def actions(client: Client, probed: ProbedTicket, **more: Any) -> dict[str, Any]:
    """The result of every action on the ticket, from one document with every field."""
    everywhere = {"ticketId": probed.ticket, "message": "Un message.", **more}
    variables = {
        f"{action}_input": {k: v for k, v in everywhere.items() if k in GIVEN[_input_of(action)]}
        for action in MUTATIONS
    }
    data = await client.run(document("mutation", *MUTATIONS), **variables)
    assert set(data) == set(MUTATIONS)
    return dict(data)


def _input_of(action: str) -> str:
    assert SCHEMA.mutation_type
    return str(get_named_type(SCHEMA.mutation_type.fields[action].args["input"].type).name)


@pytest.mark.parametrize("role", TESTED_ROLES)
async def test_actions_on_hidden_and_missing_tickets_answer_the_same(world: World, role: str) -> None:
    client = await world.people.client(role)
    expected_by_request: dict[int, Any] = {}
    for name in (name for name in NAMES if MATRIX[role][name] == "."):
        probed = world.tickets[name]
        holder = (probed.filter["assigneeIds"] or [await world.people.id_of("agent-2")])[0]
        # One exception: the user who transferred the ticket may repeat that call under its key.
        for number, variables in enumerate([*INPUTS, {"assigneeId": await world.people.id_of(role)}]):
            if (role, name, variables.get("idempotencyKey")) == ("agent-1", "moved", "key-zqmoved"):
                continue
            given = {"assigneeId": holder, **variables}
            if number not in expected_by_request:
                expected_by_request[number] = await actions(client, MISSING, **given)
            got = await actions(client, probed, **given)
            assert got == expected_by_request[number], given
            assert not traces(probed, got)
            assert {one["code"] for one in got.values()} <= {"NOT_FOUND", "INVALID_INPUT", "IDEMPOTENCY_KEY_REUSED"}
            if not variables:
                assert {one["code"] for one in got.values()} == {"NOT_FOUND"}


async def test_action_on_a_hidden_ticket_does_not_validate_its_files(world: World) -> None:
    bad = [("vide.txt", b"", "text/plain")]
    for role, name in HIDDEN:
        client = await world.people.client(role)
        action = "proposeSolution" if "agent" in role else "provideInformation"
        got, missing = [
            await client.act(action, ticketId=one.ticket, message="Voici.", attachments=list(bad))
            for one in (world.tickets[name], MISSING)
        ]
        assert got == missing
        assert got["code"] == "NOT_FOUND"


async def test_forbidden_action_is_refused_before_the_version_is_compared(world: World) -> None:
    agent_of = {"town": "agent-2", "finances": "service-agent", "service": "agent-1", "other": "agent-2",
                "hospital": "other-agent", "foreign": "other-agent"}  # fmt: skip
    for role, name in VISIBLE:
        client, probed, relation = await world.people.client(role), world.tickets[name], MATRIX[role][name]
        assignee = await world.people.id_of(agent_of.get(name, "support"))
        got = {
            action: one["code"]
            for action, one in (await actions(client, probed, assigneeId=assignee, version=999_999)).items()
        }
        wanted = {action: "VERSION_CONFLICT" if side == relation else "FORBIDDEN" for action, side in MUTATIONS.items()}
        if role == "support":
            wanted["transferToSupport"] = "FORBIDDEN"
        assert got == wanted, (role, name)
        _, body = await status_and_body(client, "query", "ticket", {"id": probed.ticket})
        assert body["data"]["ticket"]["version"] == probed.version, "nothing has changed"


async def test_submit_refuses_hidden_and_missing_structures_alike(world: World) -> None:
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

    for name, hidden, missing, code in (
        ("issuerStructureId", [theirs, town, support], MISSING_STRUCTURE, "FORBIDDEN"),
        ("recipientStructureId", [theirs, own, support], MISSING_STRUCTURE, "INVALID_INPUT"),
        ("recipientServiceId", [one["id"] for one in hospital["services"]], MISSING_SERVICE, "INVALID_INPUT"),
    ):
        unknown = await submit(**{name: missing})
        assert unknown["submitTicket"]["code"] == code
        for one in hidden:
            assert await submit(**{name: one}) == unknown, (name, one)


async def test_idempotency_key_of_another_user_replays_nothing(world: World) -> None:
    # The transfer is repeated word for word under its key: only its author gets ActionDone.
    moved = world.tickets["moved"].ticket
    files = [("zqmoved.txt", b"Oui.", "text/plain")]
    for role in ROLES:
        client = await world.people.client(role)
        given = {"message": "Message : zqmoved", "idempotencyKey": "key-zqmoved"}
        got = await client.act("transferToSupport", ticketId=moved, attachments=list(files), **given)
        if role == "agent-1":
            assert got["__typename"] == "ActionDone"
        elif MATRIX[role]["moved"] == ".":
            assert got == await client.act(
                "transferToSupport", ticketId=MISSING.ticket, attachments=list(files), **given
            )
        else:
            assert got["code"] == "FORBIDDEN"


# --- live ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", TESTED_ROLES)
async def test_subscription_to_a_hidden_ticket_ends_like_one_to_a_missing_ticket(world: World, role: str) -> None:
    watch = document("subscription", "ticketChanges")
    async with world.server.socket(role) as live:
        for number, name in enumerate(name for name in NAMES if MATRIX[role][name] == "."):
            for after in (None, world.before, world.moved_at, "rien"):
                messages = []
                for ticket in (world.tickets[name].ticket, MISSING.ticket):
                    await live.subscribe(f"{number}", watch, ticketId=ticket, after=after)
                    messages.append(await live.receive())
                assert messages[0] == messages[1]
                code = "BAD_USER_INPUT" if after == "rien" else "NOT_FOUND"
                assert (messages[0]["type"], messages[0]["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_subscription_to_a_visible_ticket_delivers_all_its_activities(world: World) -> None:
    watch = document("subscription", "ticketChanges")
    for role, name in VISIBLE:
        probed = world.tickets[name]
        async with world.server.socket(role) as live:
            await live.subscribe("t", watch, ticketId=probed.ticket, after=world.before)
            for activity in probed.activities:
                change = (await live.next("t"))["ticketChanges"]
                assert (change["ticket"]["id"], change["activity"]["id"]) == (probed.ticket, activity)


# The tickets that left a role's lists: after the transfer, its old agents get LEFT with the id, and no fields.
GONE = {"agent-1": {"moved"}, "agent-2": {"moved"}, "reader": {"moved"}}


async def test_changes_and_counts_are_delivered_for_received_tickets_only(
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
            searches: tuple[dict[str, Any], ...] = (
                {"search": "zq"}, {"filter": {"objectTypes": ["INVOICE"]}, "search": "zq"}, {},
            )  # fmt: skip
            for number, variables in enumerate(searches):
                given = {"tab": "ALL_EXCEPT_CLOSED", "after": world.before, **variables}
                await live.subscribe(f"list-{number}", watch, **given)
        # One last ticket for each recipient: a subscriber that gets it has got all earlier changes.
        sentinels = {}
        for name in ("town", "finances", "hospital", "support"):
            sender, to, _, _ = HISTORIES[name]
            given = {}
            if to == "HOSPITAL":
                search = '{ structures(search: "Delmas") { id } }'
                found = await (await world.people.client(sender)).run(search)
                given["recipientStructureId"] = found["structures"][0]["id"]
            submitted = await world.people.submit(
                sender, "TOWN" if to == "HOSPITAL" else to, f"zqsentinel {name}", **given
            )
            sentinels[name] = submitted["ticket"]["id"]
        for role, live in sockets.items():
            mine = {name for name in sentinels if MATRIX[role][name] in "EV"}
            received = await _until_sentinels(live, {sentinels[name] for name in mine})
            own = {world.tickets[name].ticket for name in NAMES if MATRIX[role][name] in "EV"}
            gone = {world.tickets[name].ticket for name in GONE.get(role, ())}
            changes = [one["inboxChanges"] for one in received if "inboxChanges" in one]
            of_probed = {one["ticketId"] for one in changes} & {one.ticket for one in world.tickets.values()}
            closed = {probed.ticket for probed in world.tickets.values() if probed.status == "CLOSED"}
            assert of_probed - closed == (own | gone) - closed, role
            assert of_probed <= own | gone
            for change in changes:
                if change["ticketId"] in gone:
                    assert (change["kind"], change["ticket"], change["activity"]) == ("LEFT", None, None)
                else:
                    assert change["ticket"]["id"] == change["ticketId"]
            for name in NAMES:
                if MATRIX[role][name] not in "EV" and name not in GONE.get(role, ()):
                    assert not traces(world.tickets[name], received)
            totals = {one["tab"]: one["count"] for one in first[role]["tabCounts"]}
            moved = [{c["tab"]: c["count"] for c in one["tabCounts"]} for one in received if "tabCounts" in one]
            assert len(moved) == len(mine), role
            if moved:
                assert moved[-1]["TO_PROCESS"] == totals["TO_PROCESS"] + len(mine)


async def _until_sentinels(live: Socket, sentinels: set[str]) -> list[Any]:
    """All messages of a socket until each of its three lists has got every sentinel and a query is answered."""
    received: list[Any] = []
    waiting = {(f"list-{number}", sentinel) for number in range(3) for sentinel in sentinels}
    waiting |= {("counts", sentinel) for sentinel in sentinels}
    left = len(sentinels)
    while waiting:
        message = await live.receive()
        assert message["type"] == "next", message
        data = message["payload"]["data"]
        received.append(data)
        if "inboxChanges" in data:
            waiting.discard((message["id"], data["inboxChanges"]["ticketId"]))
        else:
            left -= 1
            if not left:
                waiting -= {("counts", sentinel) for sentinel in sentinels}
    await served(live)
    return received
