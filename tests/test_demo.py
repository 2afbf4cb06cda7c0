"""The demo: its first tickets cover every state, and generated tickets are as the actions would have made them."""

from collections import Counter
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from models import actions, journal
from models.access import rights_of
from models.attachments.storage import storage_for
from models.attachments.tables import Attachment
from models.broker.memory import MemoryBroker
from models.commands import Command, Submission
from models.database import close_database, migrate, open_database
from models.demo import desk, world
from models.demo.generate import BATCH, generate
from models.directory.tables import Subcategory, User
from models.inbox.lists import tab_counts
from models.inbox.tabs import InboxTab
from models.search.normalise import matches, terms
from models.services import Services
from models.settings import StorageSettings
from models.tickets.tables import Activity, ObjectType, Ticket
from models.workflow import StateReason, TicketStatus
from tests.models import select
from tests.models.invariants import check_the_invariants

NOW = 1_790_000_000_000
SIX_WEEKS = 42 * 24 * 3_600_000
STATES = {(TicketStatus.OPEN, reason) for reason in StateReason} | {(s, None) for s in list(TicketStatus)[1:]}


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    settings = StorageSettings(_env_file=None, data_dir=tmp_path)
    await open_database(settings)
    try:
        await migrate.migrate(settings)
        await world.load_world()
        await journal.open_journal()
        yield Services(settings, storage_for(settings), MemoryBroker())
    finally:
        await close_database()


@pytest.fixture
async def filled(services: Services) -> int:
    """The first tickets of the demo; their number, from `fill`."""
    return await desk.fill(services, now=NOW)


@pytest.fixture
async def generated(services: Services) -> None:
    """1,500 generated tickets: one full batch and a part of another."""
    await generate(services, 1_500, now=NOW, seed=3, progress=lambda _: None)


async def on(identifier: str) -> list[tuple[Any, ...]]:
    """The tickets of a recipient structure: status, reason, assignee's login, requester's login, service's code."""
    logins = dict(await User.all().values_list("email", "login"))
    found = await Ticket.filter(recipient_structure__identifier=identifier).values_list(
        "status", "state_reason", "assignee__login", "contact_address", "recipient_service__code"
    )
    return [(status, reason, assignee, logins[address], code) for status, reason, assignee, address, code in found]


async def check_the_tickets() -> None:
    """The invariants, and each activity of a ticket is later than the one before."""
    await check_the_invariants()
    instants = await Activity.all().values_list("ticket_id", "occurred_at")
    assert len(set(instants)) == len(instants)


async def test_the_demo_has_at_least_sixty_tickets_and_returns_their_number(filled: int) -> None:
    town, hospital = await on(world.TOWN), await on(world.HOSPITAL)
    assert filled == await Ticket.all().count()
    assert len(town) + len(hospital) >= 60
    assert (len(town) >= 40, len(hospital) >= 15) == (True, True)
    for other in (world.COURT, world.EXCISE, world.SUPPORT):
        assert len(await on(other)) >= 3


async def test_both_structures_of_the_demo_have_tickets_in_every_state(filled: int) -> None:
    for structure in (world.TOWN, world.HOSPITAL):
        tickets = await on(structure)
        assert {(status, reason) for status, reason, *_ in tickets} == STATES
        assert {assignee is None for status, _, assignee, _, _ in tickets if status == "OPEN"} == {True, False}


async def test_each_demo_agent_of_the_town_has_tickets_and_some_are_unassigned(filled: int) -> None:
    tickets = await on(world.TOWN)
    assert {"agent-1", "agent-2", "service-agent", "soizic.le-gall"} <= {assignee for _, _, assignee, _, _ in tickets}
    free = Counter(service for status, _, assignee, _, service in tickets if status == "OPEN" and assignee is None)
    assert (free[None] >= 2, free["FINANCES"] >= 2) == (True, True)


async def test_each_demo_requester_has_a_ticket_of_the_town_in_each_status(filled: int) -> None:
    seen = {(login, status) for status, _, _, login, _ in await on(world.TOWN)}
    assert seen >= set(product(["requester", "colleague", "other-requester"], TicketStatus))


async def test_demo_tickets_include_transfers_reassignments_and_attachments(filled: int) -> None:
    kinds = await Attachment.all().values_list("activity__kind", flat=True)
    assert {"SUBMITTED", "SOLUTION_PROPOSED", "INFORMATION_PROVIDED"} <= set(kinds)
    assert await Activity.filter(kind="TRANSFERRED_TO_SUPPORT").count() >= 2
    assert await Activity.filter(kind="ASSIGNED", assignee_id_before__isnull=False).count() >= 2


async def test_the_attachments_of_the_demo_are_in_the_storage(filled: int, services: Services) -> None:
    for key, size in await Attachment.all().values_list("storage_key", "size"):
        assert sum([len(chunk) async for chunk in services.storage.read(key)]) == size


async def test_demo_activities_are_ordered_and_in_the_six_weeks_before_now(filled: int) -> None:
    instants: list[Any] = await Activity.all().order_by("position").values_list("occurred_at", flat=True)
    assert instants == sorted(instants)
    assert instants[0] >= NOW - SIX_WEEKS
    assert instants[-1] < NOW


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_demo_keeps_the_invariants_with_any_seed(services: Services, seed: int) -> None:
    await desk.fill(services, now=NOW, seed=seed)
    await check_the_tickets()


def test_office_instant_is_the_inverse_of_office_time() -> None:
    for hour in range(7 * 24):
        instant = NOW + hour * 3_600_000
        before = world.office_instant(world.office_time(instant) - 1)
        assert before < instant
        assert world.office_time(before) == world.office_time(instant) - 1


async def test_a_generated_desk_keeps_the_invariants(generated: None) -> None:
    await check_the_tickets()


async def test_generated_tickets_continue_the_numbers_of_the_desk(filled: int, services: Services) -> None:
    await generate(services, 40, now=NOW, seed=3, progress=lambda _: None)
    await generate(services, 40, now=NOW, seed=4, progress=lambda _: None)
    ids: list[Any] = await Ticket.all().order_by("id").values_list("id", flat=True)
    assert ids == list(range(1, filled + 81))
    await check_the_tickets()


async def test_a_generated_desk_has_every_state_and_mostly_closed_tickets(generated: None) -> None:
    states = Counter(await Ticket.all().values_list("status", "state_reason"))
    assert states.total() == 1_500
    assert set(states) == STATES
    assert 0.55 < states["CLOSED", None] / 1_500 < 0.75
    assert 2.5 < await Activity.all().count() / 1_500 < 3.5
    assert 0.01 < await Activity.filter(kind="TRANSFERRED_TO_SUPPORT").count() / 1_500 < 0.06
    assert await Activity.filter(kind="ASSIGNED", assignee_id_before__isnull=False).count() >= 2


async def test_generated_tickets_are_submitted_in_the_order_of_their_numbers(generated: None) -> None:
    submissions = await Ticket.all().order_by("id").values_list("submitted_at", flat=True)
    assert submissions == sorted(submissions)
    assert not await Activity.filter(occurred_at__gte=NOW).exists()


async def test_the_same_seed_generates_the_same_tickets(generated: None, services: Services) -> None:
    await generate(services, 1_500, now=NOW, seed=3, progress=lambda _: None)
    columns = ("description", "status", "assignee_id", "submitted_at", "updated_at")
    tickets = await Ticket.all().order_by("id").values_list(*columns)
    assert tickets[:1_500] == tickets[1_500:]


async def test_the_generator_wakes_listeners_and_reports_progress_once_a_batch(services: Services) -> None:
    woken: list[int] = []
    progress: list[int] = []
    assert services.broker is not None
    services.broker.listen(lambda: woken.append(len(progress)))
    await generate(services, BATCH + 10, now=NOW, seed=3, progress=progress.append)
    assert (woken, progress) == ([0, 1], [BATCH, BATCH + 10])


async def test_the_counters_of_a_generated_desk_equal_a_count_of_its_tickets(generated: None) -> None:
    tickets = await select(
        "SELECT t.status, t.assignee_id, t.recipient_structure_id, t.recipient_service_id, f.words "
        "FROM tickets t JOIN ticket_search f ON f.rowid = t.id"
    )
    users = dict(await User.all().values_list("login", "id"))
    logins = ("agent-1", "service-agent", "reader", "other-agent", "support", "farid.ouali")
    for login, keywords in product(logins, (None, "Facture réglement", "nguyen")):
        rights, hand = await rights_of(users[login]), Counter[InboxTab]()
        for status, assignee_id, structure_id, service_id, text in tickets:
            seen = structure_id in rights.received.structures or service_id in rights.received.services
            if seen and matches(sorted(text.split()), terms(keywords)):
                hand[InboxTab.MY_TICKETS_TO_PROCESS] += status == "OPEN" and assignee_id == users[login]
                hand[InboxTab.TO_PROCESS] += status == "OPEN"
                hand[InboxTab.AWAITING_INFORMATION] += status == "AWAITING_INFORMATION"
                hand[InboxTab.ALL_EXCEPT_CLOSED] += status != "CLOSED"
                hand[InboxTab.CLOSED] += status == "CLOSED"
        counts, position = await tab_counts(rights, terms(keywords))
        assert (login, keywords, counts) == (login, keywords, {tab: hand[tab] for tab in InboxTab})
        assert position == await journal.latest_position()
        assert keywords or counts[InboxTab.TO_PROCESS] > 0


async def test_actions_work_on_a_generated_desk(generated: None, services: Services) -> None:
    known = await world.read_world()
    agent, writer = known.users["agent-1"], known.users["requester"]
    subcategory = await Subcategory.get(code="INVOICES_STATUS")
    before = await journal.desk_state()
    submission = Submission(
        writer,
        category_id=subcategory.category_id,
        subcategory_id=subcategory.id,
        object_type=ObjectType.INVOICE,
        short_description="Où en est ma facture ?",
        description="Déposée le 3 mars.",
        issuer_structure_id=min(known.rights[writer].sent),
        recipient_structure_id=known.structures[world.TOWN],
        at=NOW,
    )
    position = await actions.submit_ticket(services, submission)
    assert position == before.position + 1
    assert (await Activity.get(position=position)).ticket_id == 1_501
    await actions.assign_ticket_to_me(services, Command(agent, 1_501, at=NOW + 1))

    free = Ticket.filter(status="OPEN", assignee=None, recipient_structure_id=known.structures[world.TOWN])
    ticket = await free.filter(id__lte=1_500).order_by("-id").first()
    assert ticket is not None
    await actions.assign_ticket_to_me(services, Command(agent, ticket.id, at=NOW))
    await actions.propose_solution(services, Command(agent, ticket.id, message="C’est réglé.", at=NOW + 1))
    await check_the_tickets()
