"""Histories, which record generated tickets at once, against the same actions performed one by one."""

from typing import Any

import pytest

from models import actions
from models.access import rights_of
from models.database import fetch
from models.tickets.history import History
from models.tickets.writes import NewTicket
from models.workflow import Actor, RefusalCode, TicketAction
from tests.conftest import Desk
from tests.models import (
    AT,
    SUPPLIER,
    SUPPORT,
    TOWN,
    act,
    assignee_of,
    check_the_counters,
    id_of,
    last_activity,
    select,
    submission,
    submit,
)

STORIES: dict[str, list[tuple[str, str]]] = {
    "submitted": [],
    "closed": [("requester", "close_ticket")],
    "accepted": [
        ("agent-1", "assign_ticket_to_me"), ("agent-1", "request_information"), ("requester", "provide_information"),
        ("agent-1", "propose_solution"), ("requester", "refuse_solution"), ("agent-1", "propose_solution"),
        ("requester", "accept_solution"),
    ],
    "transferred": [("agent-1", "assign_ticket"), ("agent-2", "transfer_to_support")],
}  # fmt: skip
ACTIONS = {
    "assign_ticket_to_me": TicketAction.ASSIGN_TO_ME, "assign_ticket": TicketAction.ASSIGN,
    "close_ticket": TicketAction.CLOSE,
}  # fmt: skip
UNIQUE = {"id", "number", "ticket_id", "position", "rowid"}


async def new_history(login: str = "requester") -> History:
    given = await submission(login)
    labels = await select(
        "SELECT c.label_fr, c.label_en, s.label_fr, s.label_en FROM subcategories s "
        "JOIN categories c ON c.id = s.category_id WHERE s.id = ?",
        given.subcategory_id,
    )
    ((issuer,),) = await select("SELECT name FROM structures WHERE identifier = ?", SUPPLIER)
    ((name, email),) = await select("SELECT display_name, email FROM users WHERE login = ?", login)
    ticket = NewTicket(
        given.short_description, given.description, given.category_id, given.subcategory_id, labels[0],
        given.object_type, given.issuer_structure_id, issuer, name, email,
    )  # fmt: skip
    return History(ticket, await id_of("structures", "identifier", TOWN), None, actor_id=given.user_id, at=AT)


async def rows(ticket_id: int) -> list[list[dict[str, Any]]]:
    """The rows of a ticket in each table, without what is unique to it."""
    found = []
    for table, key in (("tickets", "id"), ("activities", "ticket_id"), ("ticket_search", "rowid")):
        names = "words, scope" if table == "ticket_search" else "*"
        selected = await fetch(f"SELECT {names} FROM {table} WHERE {key} = ? ORDER BY 1", [ticket_id])
        found.append([{name: row[name] for name in row.keys() if name not in UNIQUE} for row in selected])  # noqa: SIM118
    return found


@pytest.mark.parametrize("story", STORIES)
async def test_a_recorded_history_has_the_rows_of_its_actions(desk: Desk, story: str) -> None:
    performed, history = await submit(desk), await new_history()
    support_id, issuer_id = await id_of("structures", "identifier", SUPPORT), history.ticket.issuer_structure_id
    for n, (login, action) in enumerate(STORIES[story], 1):
        at, state, assignee = AT + n, history.state, assignee_of(action)
        await act(desk, login, action, performed, *assignee, at=at)
        recipient = (state.recipient_structure_id, state.recipient_service_id)
        refused = history.act(
            ACTIONS.get(action) or TicketAction(action.upper()),
            (await rights_of(await desk.user(login))).acts_as(*recipient, issuer_id),
            support_id=support_id,
            chosen_id=await desk.user(assignee[0]) if assignee else None,
            at=at,
            message=lambda action=action: f"Message de {action}.",  # type: ignore[misc]
        )
        assert refused is None
    position = await actions.record_history(desk.services, [history])

    activity = await last_activity()
    assert activity["position"] == position
    recorded = activity["ticket_id"]
    expected, found = await rows(performed), await rows(recorded)
    # The number is in the search text, too.
    for tables in (expected, found):
        words = tables[2][0]["words"].split(" ")
        tables[2][0]["words"] = [word for word in words if not word.startswith("~n") and not word.startswith("1000000")]
    assert found == expected
    await check_the_counters()


async def test_a_refused_action_is_not_added_to_a_history(desk: Desk) -> None:
    history, agent = await new_history(), Actor(await desk.user("agent-1"), is_agent=True, is_requester=False)
    before = history.state, list(history.steps)
    refused = history.act(
        TicketAction.PROPOSE_SOLUTION,
        agent,
        support_id=0,
        chosen_id=None,
        at=AT,
        message=lambda: pytest.fail("not needed"),
    )
    assert refused is RefusalCode.NOT_ASSIGNED
    assert (history.state, history.steps) == before
