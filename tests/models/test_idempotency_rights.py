"""A call repeated under its key, by one whose rights have changed since: its first result, or NOT_FOUND."""

import asyncio

import pytest

from models import actions
from models.database import Transaction, transaction
from models.directory.tables import Entitlement, Profile, User
from models.refusals import Refusal
from tests.conftest import Desk
from tests.models import (
    ACTIONS,
    WITH_MESSAGE,
    act,
    assignee_of,
    command,
    id_of,
    refusal,
    snapshot,
    submission,
    ticket_at,
    upload,
)

BEFORE = {
    "assign_ticket_to_me": ("open", "agent-1"),
    "assign_ticket": ("open", "agent-1"),
    "propose_solution": ("taken", "agent-1"),
    "request_information": ("taken", "agent-1"),
    "transfer_to_support": ("taken", "agent-1"),
    "provide_information": ("awaiting", "requester"),
    "accept_solution": ("resolved", "requester"),
    "refuse_solution": ("resolved", "requester"),
    "close_ticket": ("open", "requester"),
}
"""The stage at which each action is possible, and who does it."""


async def hand_profiles(login: str, heir: str) -> None:
    """Give all profiles of one user to another one."""
    await Entitlement.filter(user__login=login).update(user_id=await id_of("users", "login", heir))


@pytest.fixture(autouse=True)
async def _nobody(desk: Desk) -> None:
    await User.create(login="nobody", display_name="Personne", sort_key="personne", email="nobody@example.org")


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_repeated_action_of_one_who_lost_the_right_is_not_found(desk: Desk, action: str) -> None:
    stage, login = BEFORE[action]
    ticket_id = await ticket_at(desk, stage)
    files = [upload("a.txt", b"a")] if action in WITH_MESSAGE else []

    async def call(**given: str) -> int:
        fresh = [upload("a.txt", b"a")] if files else []
        return await act(desk, login, action, ticket_id, *assignee_of(action), key="k", files=fresh, **given)

    position = await call()
    assert await call() == position
    await hand_profiles(login, "nobody")
    before = await snapshot(desk)
    refused = await refusal(call())
    assert (refused.code, refused.ticket_id, refused.fields) == ("NOT_FOUND", None, ())
    if action in WITH_MESSAGE:
        assert (await refusal(call(message="Autre."))).code == "IDEMPOTENCY_KEY_REUSED"
    assert await snapshot(desk) == before
    await hand_profiles("nobody", login)
    assert await call() == position


async def test_a_repeated_submission_of_one_who_lost_the_right_is_not_found(desk: Desk) -> None:
    async def submit() -> int:
        what = await submission(key="k", files=[upload("a.txt", b"a")])
        return await actions.submit_ticket(desk.services, what)

    position = await submit()
    await hand_profiles("requester", "nobody")
    before = await snapshot(desk)
    refused = await refusal(submit())
    assert (refused.code, refused.ticket_id, refused.fields) == ("NOT_FOUND", None, ())
    assert await snapshot(desk) == before
    await hand_profiles("nobody", "requester")
    assert await submit() == position


async def test_a_repeated_action_of_one_who_may_only_read_now_gives_its_result(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")
    position = await act(desk, "agent-1", "propose_solution", ticket_id, key="k")
    await Entitlement.filter(user__login="agent-1").update(profile=Profile.RECEIVED_TICKETS_VIEW)
    assert await act(desk, "agent-1", "propose_solution", ticket_id, key="k") == position


async def test_the_agent_who_transferred_gets_the_result_while_their_right_there_lasts(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")
    position = await act(desk, "agent-1", "transfer_to_support", ticket_id, key="k")
    assert await act(desk, "agent-1", "transfer_to_support", ticket_id, key="k") == position
    await hand_profiles("agent-1", "nobody")
    assert (await refusal(act(desk, "agent-1", "transfer_to_support", ticket_id, key="k"))).code == "NOT_FOUND"


async def test_repetitions_during_a_withdrawal_give_the_result_or_are_not_found(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")
    position = await act(desk, "agent-1", "propose_solution", ticket_id, key="k")
    repeated = await command("agent-1", "propose_solution", ticket_id, key="k")

    async def repeat() -> int | str:
        try:
            return await actions.propose_solution(desk.services, repeated)
        except Refusal as refused:
            return str(refused.code)

    async def take(tx: Transaction) -> None:
        await Entitlement.filter(user__login="agent-1").using_db(tx).delete()

    async def withdrawn() -> None:
        await transaction(take)
        # Each repetition that begins after the withdrawal is refused.
        assert await repeat() == "NOT_FOUND"

    answers = await asyncio.gather(*(repeat() for _ in range(5)), withdrawn(), *(repeat() for _ in range(5)))
    assert {answer for answer in answers if answer is not None} <= {position, "NOT_FOUND"}
    assert await repeat() == "NOT_FOUND"
