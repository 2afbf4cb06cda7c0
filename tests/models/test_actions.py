"""Actions on a real database: their effects, their refusals, and that a refusal changes nothing."""

from typing import Any

import pytest

from models import actions
from models.access import rights_of
from models.commands import Command
from models.inbox.lists import TicketList
from models.inbox.tabs import InboxTab
from models.journal import now
from models.search.normalise import terms
from models.workflow import TicketAction
from tests.conftest import Desk
from tests.models import (
    ACTIONS,
    AT,
    STAGES,
    SUPPORT,
    TOWN,
    WITH_MESSAGE,
    Unchanged,
    act,
    assignee_of,
    id_of,
    last_activity,
    refusal,
    select,
    snapshot,
    submit,
    ticket_at,
    ticket_state,
)

# Login, action, stage before, kind of activity, and the ticket afterwards.
EFFECTS = [
    ("agent-2", "assign_ticket_to_me", "open", "ASSIGNED", ("OPEN", "CREATION", "agent-2", TOWN, None, 2)),
    ("agent-1", "propose_solution", "taken", "SOLUTION_PROPOSED", ("RESOLVED", None, "agent-1", TOWN, None, 3)),
    (
        "agent-1", "request_information", "taken", "INFORMATION_REQUESTED",
        ("AWAITING_INFORMATION", None, "agent-1", TOWN, None, 3),
    ),
    (
        "agent-1", "transfer_to_support", "taken", "TRANSFERRED_TO_SUPPORT",
        ("OPEN", "CREATION", None, SUPPORT, None, 3),
    ),
    (
        "colleague", "provide_information", "awaiting", "INFORMATION_PROVIDED",
        ("OPEN", "INFORMATION_PROVIDED", "agent-1", TOWN, None, 4),
    ),
    ("requester", "accept_solution", "resolved", "SOLUTION_ACCEPTED", ("CLOSED", None, "agent-1", TOWN, None, 4)),
    (
        "requester", "refuse_solution", "resolved", "SOLUTION_REFUSED",
        ("OPEN", "SOLUTION_REFUSED", "agent-1", TOWN, None, 4),
    ),
    ("colleague", "close_ticket", "open", "CLOSED", ("CLOSED", None, None, TOWN, None, 2)),
    ("requester", "close_ticket", "awaiting", "CLOSED", ("CLOSED", None, "agent-1", TOWN, None, 4)),
]  # fmt: skip

ALLOWED = {
    "assign_ticket_to_me": ("agent-2", "open"),
    "assign_ticket": ("agent-1", "open"),
    "propose_solution": ("agent-1", "taken"),
    "request_information": ("agent-1", "taken"),
    "transfer_to_support": ("agent-1", "taken"),
    "provide_information": ("requester", "awaiting"),
    "accept_solution": ("requester", "resolved"),
    "refuse_solution": ("requester", "resolved"),
    "close_ticket": ("requester", "open"),
}
"""For each action, a login that may perform it and the stage of the ticket."""
AGENT_ACTIONS = [action for action, (login, _) in ALLOWED.items() if login != "requester"]
REQUESTER_ACTIONS = [action for action, (login, _) in ALLOWED.items() if login == "requester"]


def test_these_tests_know_every_action_of_the_workflow() -> None:
    assert len(ACTIONS) == len(TicketAction), "name the new action in ACTIONS of tests/models/__init__.py"
    assert set(ALLOWED) == set(ACTIONS), "name the new action in ALLOWED"
    assert {action for _, action, *_ in EFFECTS} == set(ACTIONS) - {"assign_ticket"}, "name the new action in EFFECTS"


@pytest.mark.parametrize(("login", "action", "stage", "kind", "after"), EFFECTS)
async def test_an_action_changes_the_ticket_and_records_one_activity(
    desk: Desk, login: str, action: str, stage: str, kind: str, after: tuple[Any, ...]
) -> None:
    ticket_id = await ticket_at(desk, stage)
    woken: list[None] = []
    assert desk.services.broker is not None
    desk.services.broker.listen(lambda: woken.append(None))
    before, first = await ticket_state(ticket_id), await select("SELECT submitted_at, number FROM tickets")
    counted = len(await select("SELECT 1 FROM activities"))

    position = await act(desk, login, action, ticket_id, at=AT + 60_000)

    assert await ticket_state(ticket_id) == after
    assert await select("SELECT position FROM desk") == [(position,)] == [(counted + 1,)]
    assert len(await select("SELECT 1 FROM activities")) == counted + 1
    activity = await last_activity()
    assert (activity["position"], activity["ticket_id"], activity["kind"]) == (position, ticket_id, kind)
    assert activity["actor_id"] == await id_of("users", "login", login)
    assert activity["message"] == (f"Message de {action}." if action in WITH_MESSAGE else None)
    assert (activity["status_before"], activity["state_reason_before"]) == before[:2]
    assert (activity["status"], activity["state_reason"], activity["version"]) == (*after[:2], after[5])
    assert activity["occurred_at"] == AT + 60_000
    assert await select("SELECT updated_at FROM tickets") == [(AT + 60_000,)]
    assert await select("SELECT submitted_at, number FROM tickets") == first
    assert len(woken) == 1


async def test_an_agent_assigns_a_ticket_in_every_status_except_closed(desk: Desk) -> None:
    for stage in STAGES:
        if stage in ("closed", "transferred"):
            continue
        ticket_id = await ticket_at(desk, stage)
        status, reason, *_, version = await ticket_state(ticket_id)
        await act(desk, "agent-1", "assign_ticket", ticket_id, "agent-2")
        assert await ticket_state(ticket_id) == (status, reason, "agent-2", TOWN, None, version + 1)
        activity = await last_activity()
        assert (activity["kind"], activity["status_before"], activity["status"]) == ("ASSIGNED", status, status)


async def test_a_service_agent_is_assignable_only_to_tickets_of_the_service(desk: Desk) -> None:
    unchanged = Unchanged(desk)
    of_service, of_structure = await submit(desk, service="FINANCES"), await submit(desk)
    await act(desk, "agent-1", "assign_ticket", of_service, "service-agent")
    assert (await ticket_state(of_service))[2] == "service-agent"
    fields = await unchanged.refuses("INVALID_INPUT", "agent-1", "assign_ticket", of_structure, "service-agent")
    assert fields == ["assigneeId"]


async def test_assigning_to_someone_who_is_not_an_agent_of_the_recipient_is_invalid(desk: Desk) -> None:
    unchanged = Unchanged(desk)
    for stage in STAGES.keys() - {"transferred"}:
        ticket_id = await ticket_at(desk, stage)
        for login in ("agent-1", "reader"):
            for other in ("reader", "other-agent", "support", "requester"):
                fields = await unchanged.refuses("INVALID_INPUT", login, "assign_ticket", ticket_id, other, version=99)
                assert fields == ["assigneeId"]


async def test_assigning_to_an_unknown_user_is_invalid_even_on_an_unknown_ticket(desk: Desk) -> None:
    ticket_id, user_id = await submit(desk), await desk.user("agent-1")
    for ticket, chosen in ((ticket_id, 0), (ticket_id, 12_345), (12_345, 0)):
        refused = await refusal(actions.assign_ticket(desk.services, Command(user_id, ticket, assignee_id=chosen)))
        assert (refused.code, [field.name for field in refused.fields]) == ("INVALID_INPUT", ["assigneeId"])


async def test_a_requester_who_assigns_anyone_is_forbidden(desk: Desk) -> None:
    unchanged, ticket_id = Unchanged(desk), await submit(desk)
    for named in ("agent-1", "reader", "other-agent", "requester"):
        assert await unchanged.refuses("FORBIDDEN", "requester", "assign_ticket", ticket_id, named) == []


async def test_every_action_on_a_hidden_or_missing_ticket_is_not_found(desk: Desk) -> None:
    unchanged, ticket_id = Unchanged(desk), await ticket_at(desk, "taken")
    for action in ACTIONS:
        for stranger in ("other-agent", "service-agent", "support", "other-requester"):
            await unchanged.refuses("NOT_FOUND", stranger, action, ticket_id, version=99)
        for missing_id in (0, 12_345, -1):
            await unchanged.refuses("NOT_FOUND", "agent-1", action, missing_id)


async def test_actions_of_another_role_are_forbidden_in_every_status(
    desk: Desk,
) -> None:
    unchanged = Unchanged(desk)
    for stage in ("taken", "resolved", "closed"):
        ticket_id = await ticket_at(desk, stage)
        for action in ACTIONS:
            await unchanged.refuses("FORBIDDEN", "reader", action, ticket_id, version=99)
        for action in AGENT_ACTIONS:
            await unchanged.refuses("FORBIDDEN", "requester", action, ticket_id, version=99)
        for action in REQUESTER_ACTIONS:
            await unchanged.refuses("FORBIDDEN", "agent-1", action, ticket_id, version=99)


async def test_the_support_cannot_transfer_to_itself(desk: Desk) -> None:
    unchanged, ticket_id = Unchanged(desk), await ticket_at(desk, "transferred")
    await act(desk, "support", "assign_ticket_to_me", ticket_id)
    await unchanged.refuses("FORBIDDEN", "support", "transfer_to_support", ticket_id)


async def test_every_action_with_another_version_is_a_version_conflict(
    desk: Desk,
) -> None:
    unchanged = Unchanged(desk)
    for action, (login, stage) in ALLOWED.items():
        ticket_id = await ticket_at(desk, stage)
        version = (await ticket_state(ticket_id))[5]
        for other in (version - 1, version + 1):
            await unchanged.refuses("VERSION_CONFLICT", login, action, ticket_id, version=other)
        await act(desk, login, action, ticket_id, *assignee_of(action), version=version)
        # The version is checked before the status, which may not allow the action any more either.
        again = "NOT_FOUND" if action == "transfer_to_support" else "VERSION_CONFLICT"
        await unchanged.refuses(again, login, action, ticket_id, version=version)


async def test_a_closed_ticket_refuses_every_action_of_everyone(desk: Desk) -> None:
    unchanged, ticket_id = Unchanged(desk), await ticket_at(desk, "closed")
    for action, (login, _) in ALLOWED.items():
        await unchanged.refuses("INVALID_TRANSITION", login, action, ticket_id)
        for other in ("agent-1", "agent-2", "reader", "requester", "colleague"):
            before = await snapshot(desk)
            await refusal(act(desk, other, action, ticket_id, *assignee_of(action)))
            assert await snapshot(desk) == before


async def test_only_the_assignee_can_process_a_ticket(desk: Desk) -> None:
    unchanged, free, taken = Unchanged(desk), await submit(desk), await ticket_at(desk, "taken")
    for action in ("propose_solution", "request_information", "transfer_to_support"):
        await unchanged.refuses("NOT_ASSIGNED", "agent-1", action, free)
        await unchanged.refuses("ASSIGNED_TO_SOMEONE_ELSE", "agent-2", action, taken)
    await unchanged.refuses("ASSIGNED_TO_SOMEONE_ELSE", "agent-2", "assign_ticket_to_me", taken)
    await unchanged.refuses("ALREADY_ASSIGNED", "agent-1", "assign_ticket_to_me", taken)
    before = await snapshot(desk)
    refused = await refusal(act(desk, "agent-2", "assign_ticket", taken, "agent-1"))
    assert (refused.code, refused.ticket_id) == ("ALREADY_ASSIGNED", taken)
    assert await snapshot(desk) == before


async def test_an_invalid_message_is_refused_before_the_ticket_is_read(desk: Desk) -> None:
    unchanged, maximum = Unchanged(desk), desk.services.settings.ticket_message_max_characters
    for action in WITH_MESSAGE:
        for bad in ("", " \n\t ", "a" * (maximum + 1), "nul\0", "\x1b[31m", "\ud800"):
            assert await unchanged.refuses("INVALID_INPUT", "other-agent", action, 12_345, message=bad) == ["message"]
        fields = await unchanged.refuses("INVALID_INPUT", "other-agent", action, 12_345, message="", key=" ")
        assert sorted(fields) == ["idempotencyKey", "message"]
    await act(desk, "agent-1", "propose_solution", await ticket_at(desk, "taken"), message="é" * maximum)


async def test_a_blank_long_or_malformed_idempotency_key_is_invalid(desk: Desk) -> None:
    unchanged, ticket_id, maximum = (
        Unchanged(desk),
        await submit(desk),
        desk.services.settings.idempotency_key_max_characters,
    )
    for key in ("", " ", "k" * (maximum + 1), "k\0"):
        for action in ACTIONS:
            assert await unchanged.refuses("INVALID_INPUT", "agent-1", action, ticket_id, key=key) == ["idempotencyKey"]
    await act(desk, "agent-1", "assign_ticket_to_me", ticket_id, key="k" * maximum)


async def test_after_a_transfer_the_former_agents_no_longer_see_the_ticket(desk: Desk) -> None:
    unchanged, ticket_id = Unchanged(desk), await ticket_at(desk, "transferred", service="FINANCES")
    for login in ("agent-1", "agent-2", "service-agent", "reader"):
        rights = await rights_of(await id_of("users", "login", login))
        for tab in InboxTab:
            assert await TicketList(rights, tab).count() == 0
            assert await TicketList(rights, tab, terms("facture")).count() == 0
        for action in ACTIONS:
            await unchanged.refuses("NOT_FOUND", login, action, ticket_id)
    theirs = await rights_of(await id_of("users", "login", "support"))
    assert await TicketList(theirs, InboxTab.TO_PROCESS, terms("facture")).count() == 1
    sent = await rights_of(await id_of("users", "login", "requester"))
    assert await TicketList(sent, None, terms("facture")).count() == 1
    await act(desk, "support", "assign_ticket_to_me", ticket_id)
    await act(desk, "support", "propose_solution", ticket_id)
    await act(desk, "requester", "refuse_solution", ticket_id)
    assert await ticket_state(ticket_id) == ("OPEN", "SOLUTION_REFUSED", "support", SUPPORT, None, 6)


async def test_instants_of_a_ticket_never_decrease(desk: Desk) -> None:
    ticket_id = await submit(desk, at=AT)
    await act(desk, "agent-1", "assign_ticket_to_me", ticket_id, at=AT - 5_000)
    await act(desk, "agent-1", "propose_solution", ticket_id, at=AT + 5_000)
    await act(desk, "requester", "refuse_solution", ticket_id, at=AT)
    instants = [at for (at,) in await select("SELECT occurred_at FROM activities ORDER BY position")]
    assert instants == [AT, AT, AT + 5_000, AT + 5_000]
    assert await select("SELECT submitted_at, updated_at FROM tickets") == [(AT, AT + 5_000)]


async def test_an_action_without_an_instant_happens_now(desk: Desk) -> None:
    ticket_id, before = await submit(desk), now()
    await act(desk, "agent-1", "assign_ticket_to_me", ticket_id, at=None)
    assert before <= (await last_activity())["occurred_at"] <= now()


async def test_a_message_is_stored_without_surrounding_blanks(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")
    await act(desk, "agent-1", "propose_solution", ticket_id, message="\n  C’est réglé.\n\nBonne journée ! \t")
    assert (await last_activity())["message"] == "C’est réglé.\n\nBonne journée !"
