"""The counters equal the counts of the tickets after any actions, in any order, at the same time."""

import asyncio
from random import Random
from typing import Any

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import database
from models.access import rights_of
from models.database.migrate import migrate
from models.inbox.filters import Filter
from models.inbox.lists import TicketList, tab_counts
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab
from models.refusals import Refusal
from models.workflow import TRANSITIONS, ActivityKind, TicketStatus
from tests.conftest import Desk
from tests.models import act, assignee_of, check_the_counters, id_of, refusal, select, submit, ticket_at

NEWEST = Order()
WALKERS, STEPS = 6, 30
ACTIONS_BY_STATUS = {
    "OPEN": (
        "assign_ticket_to_me", "assign_ticket", "propose_solution", "request_information", "transfer_to_support",
        "close_ticket",
    ),
    "AWAITING_INFORMATION": ("assign_ticket", "provide_information", "provide_information", "close_ticket"),
    "RESOLVED": ("assign_ticket", "accept_solution", "refuse_solution"),
    "CLOSED": ("close_ticket",),
}  # fmt: skip
SUBMISSIONS: tuple[dict[str, Any], ...] = (
    {}, {"service": "FINANCES"}, {"code": "ACCOUNT_LOGIN", "to": None}, {"login": "other-requester"},
)  # fmt: skip


async def walk(desk: Desk, seed: int) -> None:
    """Random actions, some of them refused, on tickets that other walkers act on, too."""
    rng = Random(seed)
    for _ in range(STEPS):
        found = await select(
            "SELECT t.id, t.status, u.login FROM tickets t LEFT JOIN users u ON u.id = t.assignee_id "
            "WHERE t.status <> 'CLOSED' ORDER BY t.id DESC LIMIT 6"
        )
        if len(found) < 4 or rng.random() < 0.1:
            given: dict[str, Any] = rng.choice(SUBMISSIONS)
            rights = await rights_of(await id_of("users", "login", given.get("login", "requester")))
            await submit(desk, **given, issuer_structure_id=min(rights.sent))
            continue
        ticket_id, status, assignee = rng.choice(found)
        action = rng.choice(ACTIONS_BY_STATUS[status])
        agents = [login for login in (assignee, "agent-1", "agent-2", "support") if login]
        login = assignee if assignee and rng.random() < 0.7 else rng.choice(agents)
        if action in ("provide_information", "accept_solution", "refuse_solution", "close_ticket"):
            login = rng.choice(("requester", "other-requester"))
        try:
            await act(desk, login, action, ticket_id, *assignee_of(action, rng.choice(agents)))
        except Refusal:
            continue


async def test_counters_equal_counts_after_concurrent_random_actions(
    desk: Desk,
) -> None:
    seed, done, everything = 0, set[str](), {ActivityKind.SUBMITTED, *(rule.activity for rule in TRANSITIONS.values())}
    # Races decide what can follow: go on until every kind of activity has happened.
    while done != everything and seed < 20 * WALKERS:
        await asyncio.gather(*(walk(desk, seed + n) for n in range(WALKERS)))
        seed += WALKERS
        done = {kind for (kind,) in await select("SELECT DISTINCT kind FROM activities")}
        await check_the_counters()
    assert done == everything
    assert len(await select("SELECT DISTINCT status FROM ticket_counts WHERE tickets > 0 AND status IS NOT NULL")) > 1


async def test_action_moves_one_ticket_between_counters_and_a_refusal_moves_none(desk: Desk) -> None:
    async def counters() -> list[tuple[object, ...]]:
        found = await select(
            "SELECT v.code, c.status, u.login, c.tickets FROM ticket_counts c "
            "LEFT JOIN services v ON v.id = c.recipient_service_id LEFT JOIN users u ON u.id = c.assignee_id "
            "WHERE c.tickets <> 0 AND c.issuer_structure_id IS NULL"
        )
        return sorted(found, key=str)

    free, _ = await submit(desk, service="FINANCES"), await submit(desk, service="FINANCES")
    assert await counters() == [("FINANCES", "OPEN", None, 2)]
    await act(desk, "agent-1", "assign_ticket_to_me", free)
    taken = [("FINANCES", "OPEN", "agent-1", 1), ("FINANCES", "OPEN", None, 1)]
    assert await counters() == taken
    assert (await refusal(act(desk, "agent-2", "assign_ticket_to_me", free))).code == "ASSIGNED_TO_SOMEONE_ELSE"
    assert await counters() == taken
    await act(desk, "agent-1", "transfer_to_support", free)
    assert await counters() == [("FINANCES", "OPEN", None, 1), (None, "OPEN", None, 1)]


async def test_counts_by_counters_equal_list_lengths_for_every_countable_filter(
    desk: Desk,
) -> None:
    for stage in ("open", "taken", "awaiting", "resolved", "closed", "transferred"):
        for service in (None, "FINANCES"):
            await ticket_at(desk, stage, service=service)
    agent = await id_of("users", "login", "agent-1")
    finances = await id_of("services", "code", "FINANCES")
    filters = [
        Filter(), Filter(unassigned=True), Filter(unassigned=False), Filter(assignee_ids=frozenset([agent])),
        Filter(assignee_ids=frozenset()), Filter(service_ids=frozenset([finances])),
        Filter(statuses=frozenset([TicketStatus.OPEN, TicketStatus.CLOSED])),
        Filter(structure_ids=frozenset([agent * 1000])),
    ]  # fmt: skip
    counted = 0
    for login in ("agent-1", "service-agent", "support", "reader", "other-agent", "requester"):
        rights = await rights_of(await id_of("users", "login", login))
        for filter in filters:
            assert filter.countable
            counts, _ = await tab_counts(rights, filter=filter)
            for tab in InboxTab:
                listed = await TicketList(rights, tab, filter=filter).page((), NEWEST, offset=0, size=100)
                assert await TicketList(rights, tab, filter=filter).count() == counts[tab] == len(listed), (
                    login,
                    filter,
                    tab,
                )
                counted += len(listed)
        sent = TicketList(rights, None)
        assert await sent.count() == len(await sent.page((), NEWEST, offset=0, size=100))
    assert counted > 50


async def test_migration_counts_the_existing_tickets(desk: Desk) -> None:
    for stage in ("open", "awaiting", "closed", "transferred"):
        await ticket_at(desk, stage, service="FINANCES")
    before = await select("SELECT * FROM ticket_counts WHERE tickets > 0")
    apps = database.configuration(desk.services.settings)["apps"]
    back = MigrationExecutor(get_connection("default"), apps)
    await back.migrate([MigrationTarget(app_label="models", name="0003_invariants")])
    assert (await migrate(desk.services.settings))[0] == "0004_counters"
    assert sorted(await select("SELECT * FROM ticket_counts"), key=str) == sorted(before, key=str)
    await check_the_counters()
    await ticket_at(desk, "resolved")
    await check_the_counters()
