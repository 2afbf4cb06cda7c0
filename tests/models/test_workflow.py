"""The workflow, against the contract's table, written out by hand for every action, status and person."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from models.i18n import messages
from models.workflow import (
    TRANSITIONS,
    ActivityKind,
    Actor,
    RefusalCode,
    State,
    StateReason,
    TicketAction,
    TicketStatus,
    available_actions,
    diagram,
    next_state,
    submitted,
)

ME, SOMEONE_ELSE, COLLEAGUE = 1, 2, 3
TOWN, SERVICE, SUPPORT = 10, 11, 99

# The actor and the assignee. An agent, with a ticket that is unassigned, assigned to them, or to someone else; a
# requester; and a user who is neither (with RECEIVED_TICKETS_VIEW alone).
PEOPLE: dict[str, tuple[Actor, int | None]] = {
    "nobodys": (Actor(ME, is_agent=True, is_requester=False), None),
    "mine": (Actor(ME, is_agent=True, is_requester=False), ME),
    "anothers": (Actor(ME, is_agent=True, is_requester=False), SOMEONE_ELSE),
    "requester": (Actor(ME, is_agent=False, is_requester=True), SOMEONE_ELSE),
    "neither": (Actor(ME, is_agent=False, is_requester=False), SOMEONE_ELSE),
}

REFUSALS = {
    "forbidden": RefusalCode.FORBIDDEN,
    "transition": RefusalCode.INVALID_TRANSITION,
    "unassigned": RefusalCode.NOT_ASSIGNED,
    "someone": RefusalCode.ASSIGNED_TO_SOMEONE_ELSE,
    "already": RefusalCode.ALREADY_ASSIGNED,
}

# STATUS/REASON after the action, or the refusal. "same": status and reason stay.
TABLE = """
                                        nobodys     mine                  anothers    requester                  neither
ASSIGN_TO_ME         OPEN                 same        already               someone     forbidden                  forbidden
ASSIGN_TO_ME         AWAITING_INFORMATION transition  transition            transition  forbidden                  forbidden
ASSIGN_TO_ME         RESOLVED             transition  transition            transition  forbidden                  forbidden
ASSIGN_TO_ME         CLOSED               transition  transition            transition  forbidden                  forbidden
ASSIGN               OPEN                 same        same                  same        forbidden                  forbidden
ASSIGN               AWAITING_INFORMATION same        same                  same        forbidden                  forbidden
ASSIGN               RESOLVED             same        same                  same        forbidden                  forbidden
ASSIGN               CLOSED               transition  transition            transition  forbidden                  forbidden
PROPOSE_SOLUTION     OPEN                 unassigned  RESOLVED              someone     forbidden                  forbidden
PROPOSE_SOLUTION     AWAITING_INFORMATION transition  transition            transition  forbidden                  forbidden
PROPOSE_SOLUTION     RESOLVED             transition  transition            transition  forbidden                  forbidden
PROPOSE_SOLUTION     CLOSED               transition  transition            transition  forbidden                  forbidden
REQUEST_INFORMATION  OPEN                 unassigned  AWAITING_INFORMATION  someone     forbidden                  forbidden
REQUEST_INFORMATION  AWAITING_INFORMATION transition  transition            transition  forbidden                  forbidden
REQUEST_INFORMATION  RESOLVED             transition  transition            transition  forbidden                  forbidden
REQUEST_INFORMATION  CLOSED               transition  transition            transition  forbidden                  forbidden
TRANSFER_TO_SUPPORT  OPEN                 unassigned  same                  someone     forbidden                  forbidden
TRANSFER_TO_SUPPORT  AWAITING_INFORMATION transition  transition            transition  forbidden                  forbidden
TRANSFER_TO_SUPPORT  RESOLVED             transition  transition            transition  forbidden                  forbidden
TRANSFER_TO_SUPPORT  CLOSED               transition  transition            transition  forbidden                  forbidden
PROVIDE_INFORMATION  OPEN                 forbidden   forbidden             forbidden   transition                 forbidden
PROVIDE_INFORMATION  AWAITING_INFORMATION forbidden   forbidden             forbidden   OPEN/INFORMATION_PROVIDED  forbidden
PROVIDE_INFORMATION  RESOLVED             forbidden   forbidden             forbidden   transition                 forbidden
PROVIDE_INFORMATION  CLOSED               forbidden   forbidden             forbidden   transition                 forbidden
ACCEPT_SOLUTION      OPEN                 forbidden   forbidden             forbidden   transition                 forbidden
ACCEPT_SOLUTION      AWAITING_INFORMATION forbidden   forbidden             forbidden   transition                 forbidden
ACCEPT_SOLUTION      RESOLVED             forbidden   forbidden             forbidden   CLOSED                     forbidden
ACCEPT_SOLUTION      CLOSED               forbidden   forbidden             forbidden   transition                 forbidden
REFUSE_SOLUTION      OPEN                 forbidden   forbidden             forbidden   transition                 forbidden
REFUSE_SOLUTION      AWAITING_INFORMATION forbidden   forbidden             forbidden   transition                 forbidden
REFUSE_SOLUTION      RESOLVED             forbidden   forbidden             forbidden   OPEN/SOLUTION_REFUSED      forbidden
REFUSE_SOLUTION      CLOSED               forbidden   forbidden             forbidden   transition                 forbidden
CLOSE                OPEN                 forbidden   forbidden             forbidden   CLOSED                     forbidden
CLOSE                AWAITING_INFORMATION forbidden   forbidden             forbidden   CLOSED                     forbidden
CLOSE                RESOLVED             forbidden   forbidden             forbidden   transition                 forbidden
CLOSE                CLOSED               forbidden   forbidden             forbidden   transition                 forbidden
"""  # noqa: E501

# The « Actions » menu of each person, in the order of the contract's enum.
MENUS = """
OPEN                 nobodys    ASSIGN_TO_ME ASSIGN
OPEN                 mine       ASSIGN PROPOSE_SOLUTION REQUEST_INFORMATION TRANSFER_TO_SUPPORT
OPEN                 anothers   ASSIGN
OPEN                 requester  CLOSE
OPEN                 neither
AWAITING_INFORMATION nobodys    ASSIGN
AWAITING_INFORMATION mine       ASSIGN
AWAITING_INFORMATION anothers   ASSIGN
AWAITING_INFORMATION requester  PROVIDE_INFORMATION CLOSE
AWAITING_INFORMATION neither
RESOLVED             nobodys    ASSIGN
RESOLVED             mine       ASSIGN
RESOLVED             anothers   ASSIGN
RESOLVED             requester  ACCEPT_SOLUTION REFUSE_SOLUTION
RESOLVED             neither
CLOSED               nobodys
CLOSED               mine
CLOSED               anothers
CLOSED               requester
CLOSED               neither
"""

Case = tuple[TicketAction, TicketStatus, str, str]


def cases() -> list[Case]:
    heading, *lines = TABLE.strip("\n").splitlines()
    people = heading.split()
    found: list[Case] = []
    for line in lines:
        action, status, *results = line.split()
        found += [
            (TicketAction(action), TicketStatus(status), who, result)
            for who, result in zip(people, results, strict=True)
        ]
    return found


def state(status: TicketStatus, assignee_id: int | None, reason: StateReason | None = None) -> State:
    if status is TicketStatus.OPEN:
        reason = reason or StateReason.CREATION
    return State(status, reason, assignee_id, TOWN, SERVICE, 7)


def starting_points(status: TicketStatus, who: str) -> Iterator[tuple[State, Actor]]:
    """The ticket in this status with every possible state reason, and the actor."""
    actor, assignee_id = PEOPLE[who]
    for reason in StateReason if status is TicketStatus.OPEN else (None,):
        yield state(status, assignee_id, reason), actor


def expected(before: State, action: TicketAction, result: str) -> State | RefusalCode:
    if result in REFUSALS:
        return REFUSALS[result]
    if result == "same":
        after = before
    else:
        status, _, reason = result.partition("/")
        after = replace(before, status=TicketStatus(status), state_reason=StateReason(reason) if reason else None)
    if action is TicketAction.ASSIGN_TO_ME:
        after = replace(after, assignee_id=ME)
    elif action is TicketAction.ASSIGN:
        after = replace(after, assignee_id=COLLEAGUE)
    elif action is TicketAction.TRANSFER_TO_SUPPORT:
        after = replace(after, assignee_id=None, recipient_structure_id=SUPPORT, recipient_service_id=None)
    return replace(after, version=8)


def move(before: State, action: TicketAction, actor: Actor, version: int | None = None) -> State | RefusalCode:
    named = COLLEAGUE if action is TicketAction.ASSIGN else None
    return next_state(before, action, actor, support_id=SUPPORT, chosen_id=named, expected_version=version)


def test_the_expected_table_covers_every_action_status_and_person() -> None:
    assert {case[:3] for case in cases()} == {(a, s, who) for a in TicketAction for s in TicketStatus for who in PEOPLE}


@pytest.mark.parametrize(("action", "status", "who", "result"), cases())
def test_each_action_has_the_state_or_refusal_of_the_contract(
    action: TicketAction, status: TicketStatus, who: str, result: str
) -> None:
    for before, actor in starting_points(status, who):
        assert move(before, action, actor) == expected(before, action, result)
        assert move(before, action, actor, version=7) == expected(before, action, result)


@pytest.mark.parametrize(("action", "status", "who", "result"), cases())
def test_a_version_conflict_comes_after_forbidden_and_before_other_refusals(
    action: TicketAction, status: TicketStatus, who: str, result: str
) -> None:
    first = RefusalCode.FORBIDDEN if result == "forbidden" else RefusalCode.VERSION_CONFLICT
    for before, actor in starting_points(status, who):
        assert [move(before, action, actor, version) for version in (6, 8)] == [first, first]


def test_invalid_transition_comes_before_not_assigned() -> None:
    before, actor = state(TicketStatus.RESOLVED, None), PEOPLE["nobodys"][0]
    assert move(before, TicketAction.PROPOSE_SOLUTION, actor) is RefusalCode.INVALID_TRANSITION


@pytest.mark.parametrize("status", list(TicketStatus)[:3])
@pytest.mark.parametrize("assignee_id", [ME, SOMEONE_ELSE])
def test_assigning_to_the_present_assignee_is_already_assigned(status: TicketStatus, assignee_id: int) -> None:
    actor = PEOPLE["mine"][0]
    answer = next_state(
        state(status, assignee_id), TicketAction.ASSIGN, actor, support_id=SUPPORT, chosen_id=assignee_id
    )
    assert answer is RefusalCode.ALREADY_ASSIGNED


def test_assigning_a_closed_ticket_to_its_assignee_is_an_invalid_transition() -> None:
    before, actor = state(TicketStatus.CLOSED, ME), PEOPLE["mine"][0]
    answer = next_state(before, TicketAction.ASSIGN, actor, support_id=SUPPORT, chosen_id=ME)
    assert answer is RefusalCode.INVALID_TRANSITION


@pytest.mark.parametrize("line", MENUS.strip().splitlines())
def test_available_actions_are_those_of_the_menu_in_its_order(line: str) -> None:
    status, who, *menu = line.split()
    for before, actor in starting_points(TicketStatus(status), who):
        assert available_actions(before, actor, support_id=SUPPORT) == menu


def test_an_agent_who_is_also_requester_has_both_menus_the_agents_first() -> None:
    both = Actor(ME, is_agent=True, is_requester=True)
    assert available_actions(state(TicketStatus.OPEN, ME), both, support_id=SUPPORT) == [
        "ASSIGN", "PROPOSE_SOLUTION", "REQUEST_INFORMATION", "TRANSFER_TO_SUPPORT", "CLOSE",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["nobodys", "mine", "anothers"])
def test_the_support_cannot_transfer_and_is_not_offered_to(who: str) -> None:
    actor, assignee_id = PEOPLE[who]
    before = replace(state(TicketStatus.OPEN, assignee_id), recipient_structure_id=SUPPORT, recipient_service_id=None)
    assert move(before, TicketAction.TRANSFER_TO_SUPPORT, actor) is RefusalCode.FORBIDDEN
    assert move(before, TicketAction.TRANSFER_TO_SUPPORT, actor, version=3) is RefusalCode.FORBIDDEN
    assert TicketAction.TRANSFER_TO_SUPPORT not in available_actions(before, actor, support_id=SUPPORT)


def test_the_support_processes_its_tickets_like_other_agents() -> None:
    actor, before = PEOPLE["mine"][0], replace(state(TicketStatus.OPEN, ME), recipient_structure_id=SUPPORT)
    menu = available_actions(before, actor, support_id=SUPPORT)
    assert menu == ["ASSIGN", "PROPOSE_SOLUTION", "REQUEST_INFORMATION"]


def walk(before: State, *steps: tuple[TicketAction, str]) -> State:
    for action, who in steps:
        after = move(before, action, PEOPLE[who][0])
        assert isinstance(after, State), (action, after)
        before = after
    return before


def test_the_assignee_stays_when_the_requester_reopens_a_ticket() -> None:
    ask, answer = (TicketAction.REQUEST_INFORMATION, "mine"), (TicketAction.PROVIDE_INFORMATION, "requester")
    solve, refuse = (TicketAction.PROPOSE_SOLUTION, "mine"), (TicketAction.REFUSE_SOLUTION, "requester")
    mine = state(TicketStatus.OPEN, ME)
    back = walk(mine, ask, answer)
    assert back == replace(mine, state_reason=StateReason.INFORMATION_PROVIDED, version=9)
    assert walk(back, solve, refuse) == replace(mine, state_reason=StateReason.SOLUTION_REFUSED, version=11)


@pytest.mark.parametrize("assignee_id", [None, ME, SOMEONE_ELSE])
@pytest.mark.parametrize("recipient", [TOWN, SUPPORT])
def test_a_closed_ticket_never_changes(assignee_id: int | None, recipient: int) -> None:
    before = replace(state(TicketStatus.CLOSED, assignee_id), recipient_structure_id=recipient)
    both = Actor(ME, is_agent=True, is_requester=True)
    for actor in (both, *(actor for actor, _ in PEOPLE.values())):
        assert available_actions(before, actor, support_id=SUPPORT) == []
        assert not [action for action in TicketAction if isinstance(move(before, action, actor), State)]


def test_a_new_ticket_is_open_for_creation_and_unassigned() -> None:
    assert submitted(TOWN, SERVICE) == State(TicketStatus.OPEN, StateReason.CREATION, None, TOWN, SERVICE, 1)
    assert submitted(TOWN, None).recipient_service_id is None


def test_exactly_the_transitions_to_open_have_a_state_reason() -> None:
    assert {action for action, row in TRANSITIONS.items() if row.target is TicketStatus.OPEN} == {
        action for action, row in TRANSITIONS.items() if row.reason is not None
    }


def test_every_status_reason_activity_and_refusal_has_words() -> None:
    assert set(messages.STATUS) == set(TicketStatus)
    assert set(messages.STATE_REASON) == set(StateReason)
    assert set(messages.ACTIVITY) == set(ActivityKind)
    assert set(messages.REFUSAL) == set(RefusalCode)


def test_the_diagram_has_exactly_the_transitions_of_the_table() -> None:
    drawn = {line.strip().split(" (")[0] for line in list(diagram())[1:]}
    ways = {
        f"{status} --> {status if result == 'same' else result.split('/')[0]}: {action}"
        for action, status, _, result in cases()
        if result not in REFUSALS
    }
    assert drawn == ways | {"[*] --> OPEN: SUBMIT", "CLOSED --> [*]"}
