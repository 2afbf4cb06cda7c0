"""The demo: its first tickets leave nothing out, and generated tickets can't be told from those that actions made."""

from collections import Counter, defaultdict
from itertools import product

import pytest

from models import actions, journal
from models.access import rights_of
from models.attachments.storage import storage_for
from models.broker import MemoryBroker
from models.database import close_database, fetch, migrate, open_database, transaction
from models.demo import desk, world
from models.demo.generate import BATCH, generate
from models.idempotency import Call, Services
from models.inbox.lists import tab_counts
from models.inbox.tabs import InboxTab
from models.search.index import scope_words
from models.search.normalise import answer, number_words, terms, words
from models.settings import StorageSettings
from models.tickets.tables import ObjectType
from models.validation import check_text
from models.workflow import TRANSITIONS, ActivityKind, State, StateReason, TicketStatus, next_state, submitted
from tests.models import check_the_counters

NOW = 1_790_000_000_000
SIX_WEEKS = 42 * 24 * 3_600_000
STATES = {(TicketStatus.OPEN, reason) for reason in StateReason} | {(s, None) for s in list(TicketStatus)[1:]}
JOINED = ("category_fr", "category_en", "subcategory_fr", "subcategory_en", "issuer")
TICKETS = (
    "SELECT t.*, c.label_fr category_fr, c.label_en category_en, s.label_fr subcategory_fr, s.label_en subcategory_en, "
    "i.name issuer, (SELECT id FROM structures WHERE support) support_id FROM tickets t "
    "JOIN categories c ON c.id = t.category_id JOIN structures i ON i.id = t.issuer_structure_id "
    "JOIN subcategories s ON s.id = t.subcategory_id AND s.category_id = c.id"
)
ACTION_OF = {rule.activity: action for action, rule in TRANSITIONS.items()}


@pytest.fixture
async def services(tmp_path):
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
async def filled(services):
    """The demo as it starts; the number of its tickets as `fill` says it."""
    return await desk.fill(services, now=NOW)


@pytest.fixture
async def generated(services):
    """1,500 generated tickets: a whole batch and a part of one."""
    await generate(services, 1_500, now=NOW, seed=3, progress=lambda _: None)


async def told(sql, *values):
    """The rows of a SELECT as tuples."""
    return [tuple(row) for row in await fetch(sql, values)]


async def on(identifier):
    """The tickets on a structure: status, reason, assignee's login, writer's login, service's code."""
    return await told(
        "SELECT t.status, t.state_reason, u.login, w.login, v.code FROM tickets t "
        "JOIN structures s ON s.id = t.recipient_structure_id JOIN users w ON w.email = t.contact_address "
        "LEFT JOIN users u ON u.id = t.assignee_id LEFT JOIN services v ON v.id = t.recipient_service_id "
        "WHERE s.identifier = ?",
        identifier,
    )


async def check_that_the_desk_agrees_with_itself():
    """All that actions keep true, read back: series without a gap, and each ticket what its log and its texts make."""
    log = await journal.after(0, 1_000_000)
    tickets = {row["id"]: row for row in await fetch(TICKETS)}
    found = {row[0]: (row[1], row[2]) for row in await told("SELECT rowid, words, scope FROM ticket_search")}
    rights = {user_id: await rights_of(user_id) for (user_id,) in await told("SELECT id FROM users")}
    names = defaultdict(list)
    for position, filename in await told("SELECT activity_id, filename FROM attachments ORDER BY id"):
        names[position].append(filename)
    logs = defaultdict(list)
    for row in log:
        logs[row["ticket_id"]].append(row)

    assert await told("SELECT position, ticket_id FROM desk") == [(len(log), len(tickets))]
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    assert sorted(tickets) == list(range(1, len(tickets) + 1))
    assert tickets.keys() == found.keys() == logs.keys()
    for ticket_id, ticket in tickets.items():
        state = replayed(ticket, logs[ticket_id], rights)
        scope = scope_words(state.recipient_structure_id, state.recipient_service_id, ticket["issuer_structure_id"])
        assert found[ticket_id] == (rebuilt_text(ticket, logs[ticket_id], names), scope)

    await check_the_counters()
    # FTS5 compares its index with its text, and SQLite its own indexes with its tables.
    check = "INSERT INTO ticket_search (ticket_search) VALUES ('integrity-check')"
    await transaction(lambda connection: connection.execute_query(check))
    assert await told("PRAGMA integrity_check") == [("ok",)]
    assert await told("PRAGMA foreign_key_check") == []


def replayed(ticket, log, rights):
    """The state that the rules lead to along the ticket's log, which the log and the ticket's row must say too."""
    issuer_id, state, instant = ticket["issuer_structure_id"], None, 0
    for row in log:
        event, kind = journal.event(row, journal.TicketRef(row)), ActivityKind(row["kind"])
        actor = rights[row["actor_id"]]
        assert event.before == state
        if state is None:
            assert kind is ActivityKind.SUBMITTED
            assert issuer_id in actor.sent
            state = submitted(event.after.recipient_structure_id, event.after.recipient_service_id)
        else:
            action, place = ACTION_OF[kind], (state.recipient_structure_id, state.recipient_service_id)
            named_id = event.after.assignee_id
            assert kind is not ActivityKind.ASSIGNED or rights[named_id].edited.covers(*place)
            assert (row["message"] is not None) == TRANSITIONS[action].message
            state = next_state(
                state, action, actor.acts_as(*place, issuer_id), support_id=ticket["support_id"], named_id=named_id
            )
        assert event.after == state
        assert row["occurred_at"] > instant
        instant = row["occurred_at"]

    assert state == State(
        TicketStatus(ticket["status"]), ticket["state_reason"] and StateReason(ticket["state_reason"]),
        ticket["assignee_id"], ticket["recipient_structure_id"], ticket["recipient_service_id"], ticket["version"],
    )  # fmt: skip
    assert (ticket["submitted_at"], ticket["updated_at"]) == (log[0]["occurred_at"], instant)
    return state


def rebuilt_text(ticket, log, names):
    """The search text made anew from all texts, which must be such as actions take; the log's slices must fit it."""
    ObjectType(ticket["object_type"])
    assert ticket["number"] == str(10_000_000 + ticket["id"])
    assert check_text("shortDescription", ticket["short_description"], 200) == []
    assert check_text("description", ticket["description"], 20_000) == []
    constant = [
        ticket[name] for name in ("short_description", "description", *JOINED, "contact_name", "contact_address")
    ]
    text = " ".join(number_words(ticket["number"]) + words("\n".join(constant)))
    words_from = 0
    for row in log:
        if row["message"] is not None:
            assert row["message"] == row["message"].strip()
            assert check_text("message", row["message"], 20_000) == []
        text += "".join(f" {word}" for word in words("\n".join([row["message"] or "", *names[row["position"]]])))
        assert (row["words_from"], row["words_to"]) == (words_from, len(text))
        words_from = len(text)
    assert ticket["words_length"] == len(text)
    return text


async def test_the_demo_desk_has_at_least_sixty_tickets_and_says_how_many(filled):
    town, hospital = await on(world.TOWN), await on(world.HOSPITAL)
    assert (filled,) == (await told("SELECT COUNT(*) FROM tickets"))[0]
    assert len(town) + len(hospital) >= 60
    assert (len(town) >= 40, len(hospital) >= 15) == (True, True)
    for other in (world.COURT, world.EXCISE, world.SUPPORT):
        assert len(await on(other)) >= 3


async def test_the_demo_desk_has_every_status_and_reason_and_open_tickets_assigned_and_not_on_both_structures(filled):
    for structure in (world.TOWN, world.HOSPITAL):
        tickets = await on(structure)
        assert {(status, reason) for status, reason, *_ in tickets} == STATES
        assert {assignee is None for status, _, assignee, _, _ in tickets if status == "OPEN"} == {True, False}


async def test_each_demo_agent_of_the_town_has_tickets_and_some_wait_for_one(filled):
    tickets = await on(world.TOWN)
    assert {"agent-1", "agent-2", "service-agent", "soizic.le-gall"} <= {assignee for _, _, assignee, _, _ in tickets}
    free = Counter(service for status, _, assignee, _, service in tickets if status == "OPEN" and assignee is None)
    assert (free[None] >= 2, free["FINANCES"] >= 2) == (True, True)


async def test_each_demo_requester_has_a_ticket_in_each_status_with_the_town(filled):
    seen = {(login, status) for status, _, _, login, _ in await on(world.TOWN)}
    assert seen >= set(product(["requester", "colleague", "other-requester"], TicketStatus))


async def test_some_demo_tickets_were_transferred_some_reassigned_and_some_have_attachments(filled):
    kinds = await told("SELECT DISTINCT a.kind FROM attachments f JOIN activities a ON a.position = f.activity_id")
    assert {"SUBMITTED", "SOLUTION_PROPOSED", "INFORMATION_PROVIDED"} <= {kind for (kind,) in kinds}
    counted = "SELECT COUNT(*) FROM activities WHERE kind = ?"
    assert await told(counted, "TRANSFERRED_TO_SUPPORT") >= [(2,)]
    assert await told(f"{counted} AND assignee_id_before IS NOT NULL", "ASSIGNED") >= [(2,)]


async def test_the_attachments_of_the_demo_are_in_the_storage(filled, services):
    for key, size in await told("SELECT storage_key, size FROM attachments"):
        assert sum([len(chunk) async for chunk in services.storage.read(key)]) == size


async def test_the_demo_happened_in_the_six_weeks_before_now_in_the_order_of_its_positions(filled):
    instants = [at for (at,) in await told("SELECT occurred_at FROM activities ORDER BY position")]
    assert instants == sorted(instants)
    assert instants[0] >= NOW - SIX_WEEKS
    assert instants[-1] < NOW


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_demo_desk_agrees_with_itself_whatever_its_seed(services, seed):
    await desk.fill(services, now=NOW, seed=seed)
    await check_that_the_desk_agrees_with_itself()


def test_office_time_never_leads_past_the_instant_that_it_was_asked_for():
    for hour in range(7 * 24):
        instant = NOW + hour * 3_600_000
        before = world.office_instant(world.office_time(instant) - 1)
        assert before < instant
        assert world.office_time(before) == world.office_time(instant) - 1


async def test_a_generated_desk_agrees_with_itself(generated):
    await check_that_the_desk_agrees_with_itself()


async def test_generated_tickets_go_on_where_the_desk_stands(filled, services):
    await generate(services, 40, now=NOW, seed=3, progress=lambda _: None)
    await generate(services, 40, now=NOW, seed=4, progress=lambda _: None)
    assert await told("SELECT COUNT(*), MAX(id) FROM tickets") == [(filled + 80, filled + 80)]
    await check_that_the_desk_agrees_with_itself()


async def test_a_generated_desk_is_like_one_of_years_most_closed_some_in_every_state(generated):
    counted = dict(await told("SELECT status, COUNT(*) FROM tickets GROUP BY status"))
    assert sum(counted.values()) == 1_500
    assert 0.55 < counted["CLOSED"] / 1_500 < 0.75
    assert set(await told("SELECT DISTINCT status, state_reason FROM tickets")) == STATES
    [(activities,)] = await told("SELECT COUNT(*) FROM activities")
    assert 2.5 < activities / 1_500 < 3.5
    [(transferred,)] = await told("SELECT COUNT(*) FROM activities WHERE kind = 'TRANSFERRED_TO_SUPPORT'")
    assert 0.01 < transferred / 1_500 < 0.06
    assert await told("SELECT COUNT(*) FROM activities WHERE kind = 'ASSIGNED' AND assignee_id_before > 0") >= [(2,)]


async def test_generated_tickets_were_submitted_in_the_order_of_their_numbers_and_before_now(generated):
    submissions = [at for (at,) in await told("SELECT submitted_at FROM tickets ORDER BY id")]
    assert submissions == sorted(submissions)
    assert (await told("SELECT MAX(occurred_at) FROM activities"))[0][0] < NOW


async def test_the_same_seed_generates_the_same_tickets(generated, services):
    await generate(services, 1_500, now=NOW, seed=3, progress=lambda _: None)
    again = (
        "SELECT description, status, assignee_id, submitted_at, updated_at FROM tickets WHERE id {} 1500 ORDER BY id"
    )
    assert await told(again.format("<=")) == await told(again.format(">"))


async def test_the_generator_wakes_and_tells_its_progress_once_a_batch(services):
    woken, progress = [], []
    services.broker.listen(lambda: woken.append(len(progress)))
    await generate(services, BATCH + 10, now=NOW, seed=3, progress=progress.append)
    assert (woken, progress) == ([0, 1], [BATCH, BATCH + 10])


async def test_the_counters_of_a_generated_desk_are_what_counting_by_hand_gives(generated):
    tickets = await told(
        "SELECT t.status, t.assignee_id, t.recipient_structure_id, t.recipient_service_id, f.words "
        "FROM tickets t JOIN ticket_search f ON f.rowid = t.id"
    )
    users = dict(await told("SELECT login, id FROM users"))
    logins = ("agent-1", "service-agent", "reader", "other-agent", "support", "farid.ouali")
    for login, keywords in product(logins, (None, "Facture réglement", "nguyen")):
        rights, hand = await rights_of(users[login]), Counter()
        for status, assignee_id, structure_id, service_id, text in tickets:
            seen = structure_id in rights.received.structures or service_id in rights.received.services
            if seen and answer(sorted(text.split()), terms(keywords)):
                hand[InboxTab.MY_TICKETS_TO_PROCESS] += status == "OPEN" and assignee_id == users[login]
                hand[InboxTab.TO_PROCESS] += status == "OPEN"
                hand[InboxTab.AWAITING_INFORMATION] += status == "AWAITING_INFORMATION"
                hand[InboxTab.ALL_EXCEPT_CLOSED] += status != "CLOSED"
                hand[InboxTab.CLOSED] += status == "CLOSED"
        counts, position = await tab_counts(rights, terms(keywords))
        assert (login, keywords, counts) == (login, keywords, {tab: hand[tab] for tab in InboxTab})
        assert position == await journal.latest_position()
        assert keywords or counts[InboxTab.TO_PROCESS] > 0


async def test_actions_go_on_working_on_a_generated_desk(generated, services):
    known = await world.read_world()
    agent, writer = Call(known.users["agent-1"], at=NOW), Call(known.users["requester"], at=NOW)
    category_id, subcategory_id = (
        await told("SELECT category_id, id FROM subcategories WHERE code = 'INVOICES_STATUS'")
    )[0]
    before = await journal.desk_state()
    position = await actions.submit_ticket(
        services,
        writer,
        category_id=category_id,
        subcategory_id=subcategory_id,
        object_type=ObjectType.INVOICE,
        short_description="Où en est ma facture ?",
        description="Déposée le 3 mars.",
        issuer_structure_id=min(known.rights[writer.user_id].sent),
        recipient_structure_id=known.structures[world.TOWN],
    )
    assert position == before.position + 1
    assert await told("SELECT ticket_id FROM activities WHERE position = ?", position) == [(1_501,)]
    await actions.assign_ticket_to_me(services, Call(agent.user_id, at=NOW + 1), 1_501)

    [(free,)] = await told(
        "SELECT MAX(id) FROM tickets WHERE status = 'OPEN' AND assignee_id IS NULL AND recipient_structure_id = ? "
        "AND id <= 1500",
        known.structures[world.TOWN],
    )
    await actions.assign_ticket_to_me(services, agent, free)
    await actions.propose_solution(services, Call(agent.user_id, at=NOW + 1), free, "C’est réglé.")
    await check_that_the_desk_agrees_with_itself()
