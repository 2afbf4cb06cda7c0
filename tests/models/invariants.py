"""The invariants of a desk, checked on an open database after its tickets were made."""

from collections import defaultdict
from typing import Any

from models import journal
from models.access import Rights, rights_of
from models.attachments.tables import Attachment
from models.database import on_postgres, transaction
from models.directory.tables import Structure, User
from models.search.index import scope_tokens
from models.search.normalise import number_words, words
from models.tickets.tables import ObjectType, Ticket
from models.validation import check_text
from models.workflow import TRANSITIONS, ActivityKind, State, StateReason, TicketStatus, next_state, submitted
from tests.models import check_the_counters, select

ACTION_OF = {rule.activity: action for action, rule in TRANSITIONS.items()}


async def check_the_invariants() -> dict[int, State]:
    """Series have no gap, each ticket follows from its journal and its texts, counters and indexes are right.

    Returns the state of each ticket, by its id.
    """
    log = await journal.after(0, 10**9)
    joined = Ticket.all().select_related("category", "subcategory", "issuer_structure")
    tickets = {ticket.id: ticket for ticket in await joined}
    found = {row[0]: (row[1], row[2]) for row in await select("SELECT rowid, words, scope FROM ticket_search")}
    rights = {user.id: await rights_of(user.id) for user in await User.all()}
    support_id = (await Structure.get(support=True)).id
    names = defaultdict(list)
    for position, filename in await Attachment.all().order_by("id").values_list("activity_id", "filename"):
        names[position].append(filename)
    logs = defaultdict(list)
    for row in log:
        logs[row["ticket_id"]].append(row)

    assert await journal.Desk.all().values_list("position", "ticket_id") == [(len(log), len(tickets))]
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    assert sorted(tickets) == list(range(1, len(tickets) + 1))
    assert tickets.keys() == found.keys() == logs.keys()
    states: dict[int, State] = {}
    for ticket_id, ticket in tickets.items():
        states[ticket_id] = state = replayed(ticket, logs[ticket_id], rights, support_id)
        scope = scope_tokens(state.recipient_structure_id, state.recipient_service_id, ticket.issuer_structure.id)
        assert found[ticket_id] == (rebuilt_text(ticket, logs[ticket_id], names), scope)
    await check_the_counters()

    if not on_postgres():
        # FTS5 compares its index with its text, and SQLite its own indexes with its tables.
        check = "INSERT INTO ticket_search (ticket_search) VALUES ('integrity-check')"
        await transaction(lambda connection: connection.execute_query(check))
        assert await select("PRAGMA integrity_check") == [("ok",)]
        assert await select("PRAGMA foreign_key_check") == []
    return states


def replayed(ticket: Any, log: list[Any], rights: dict[int, Rights], support_id: int) -> State:
    """The state that the workflow gives for a ticket's journal; the journal and the ticket's row must have it, too."""
    issuer_id, state, instant = ticket.issuer_structure_id, None, 0
    for row in log:
        event, kind = journal.event(row, journal.TicketRef(row)), ActivityKind(row["kind"])
        actor = rights[row["actor_id"]]
        assert event.before == state, dict(row)
        if state is None:
            assert kind is ActivityKind.SUBMITTED
            assert issuer_id in actor.sent
            state = submitted(event.after.recipient_structure_id, event.after.recipient_service_id)
        else:
            action, recipient = ACTION_OF[kind], (state.recipient_structure_id, state.recipient_service_id)
            chosen_id = event.after.assignee_id
            if kind is ActivityKind.ASSIGNED:
                assert chosen_id is not None
                assert rights[chosen_id].edited.covers(*recipient)
            assert (row["message"] is not None) == TRANSITIONS[action].message
            after = next_state(
                state, action, actor.acts_as(*recipient, issuer_id), support_id=support_id, chosen_id=chosen_id
            )
            assert isinstance(after, State), dict(row)
            state = after
        assert event.after == state, dict(row)
        assert row["occurred_at"] >= instant
        instant = row["occurred_at"]

    assert state == State(
        TicketStatus(ticket.status), ticket.state_reason and StateReason(ticket.state_reason),
        ticket.assignee_id, ticket.recipient_structure_id, ticket.recipient_service_id, ticket.version,
    )  # fmt: skip
    assert (ticket.submitted_at, ticket.updated_at) == (log[0]["occurred_at"], instant)
    assert ticket.version == len(log)
    return state


def rebuilt_text(ticket: Any, log: list[Any], names: dict[int, list[str]]) -> str:
    """The search text, made again from all texts, which must be valid inputs; the journal's ranges must fit it."""
    ObjectType(ticket.object_type)
    assert ticket.number == str(10_000_000 + ticket.id)
    assert check_text("shortDescription", ticket.short_description, 200) == []
    assert check_text("description", ticket.description, 20_000) == []
    assert ticket.subcategory.category_id == ticket.category_id
    constant = [
        ticket.short_description, ticket.description, *ticket.category.label, *ticket.subcategory.label,
        ticket.issuer_structure.name, ticket.contact_name, ticket.contact_address,
    ]  # fmt: skip
    text = " ".join(number_words(ticket.number) + words("\n".join(constant)))
    words_from = 0
    for row in log:
        if row["message"] is not None:
            assert row["message"] == row["message"].strip()
            assert check_text("message", row["message"], 20_000) == []
        text += "".join(f" {word}" for word in words("\n".join([row["message"] or "", *names[row["position"]]])))
        assert (row["words_from"], row["words_to"]) == (words_from, len(text))
        words_from = len(text)
    assert ticket.words_length == len(text)
    return text
