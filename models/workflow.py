"""The rules of a ticket: statuses, reasons, roles, actions and TRANSITIONS, the one table of what leads where.

Pure: it imports nothing of ours, reads nothing and writes nothing. `availableActions`, every refusal of an
action and the README's diagram come from this table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto


class TicketStatus(StrEnum):
    """Where a ticket stands, in the order of its life."""

    OPEN = "OPEN"
    AWAITING_INFORMATION = "AWAITING_INFORMATION"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class StateReason(StrEnum):
    """Why a ticket is OPEN (« Motif d'état »); a ticket that is not OPEN has none."""

    CREATION = "CREATION"
    INFORMATION_PROVIDED = "INFORMATION_PROVIDED"
    SOLUTION_REFUSED = "SOLUTION_REFUSED"


class TicketAction(StrEnum):
    """What may be done to a ticket, in the order of the « Actions » menu: the agent's, then the requester's."""

    ASSIGN_TO_ME = "ASSIGN_TO_ME"
    ASSIGN = "ASSIGN"
    PROPOSE_SOLUTION = "PROPOSE_SOLUTION"
    REQUEST_INFORMATION = "REQUEST_INFORMATION"
    TRANSFER_TO_SUPPORT = "TRANSFER_TO_SUPPORT"
    PROVIDE_INFORMATION = "PROVIDE_INFORMATION"
    ACCEPT_SOLUTION = "ACCEPT_SOLUTION"
    REFUSE_SOLUTION = "REFUSE_SOLUTION"
    CLOSE = "CLOSE"


class ActivityKind(StrEnum):
    """What an activity of a ticket records; one activity an action. The last two are the virus scanner's."""

    SUBMITTED = "SUBMITTED"
    ASSIGNED = "ASSIGNED"
    SOLUTION_PROPOSED = "SOLUTION_PROPOSED"
    INFORMATION_REQUESTED = "INFORMATION_REQUESTED"
    INFORMATION_PROVIDED = "INFORMATION_PROVIDED"
    SOLUTION_ACCEPTED = "SOLUTION_ACCEPTED"
    SOLUTION_REFUSED = "SOLUTION_REFUSED"
    TRANSFERRED_TO_SUPPORT = "TRANSFERRED_TO_SUPPORT"
    CLOSED = "CLOSED"
    ATTACHMENTS_CLEARED = "ATTACHMENTS_CLEARED"
    ATTACHMENTS_REJECTED = "ATTACHMENTS_REJECTED"


class RefusalCode(StrEnum):
    """Why an action is refused. Where several apply, the first in this order is answered.

    IDEMPOTENCY_KEY_REUSED stands apart: a known key is looked at before the ticket is.
    """

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    NOT_ASSIGNED = "NOT_ASSIGNED"
    ASSIGNED_TO_SOMEONE_ELSE = "ASSIGNED_TO_SOMEONE_ELSE"
    ALREADY_ASSIGNED = "ALREADY_ASSIGNED"
    ATTACHMENT_REJECTED = "ATTACHMENT_REJECTED"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


class Role(StrEnum):
    """Who may act: an agent edits what the recipient receives, the assignee is the agent who took the ticket,
    the requester side holds SENT_TICKETS on the issuing structure."""

    AGENT = "AGENT"
    ASSIGNEE = "ASSIGNEE"
    REQUESTER = "REQUESTER"


class Then(Enum):
    """What becomes of the assignee."""

    UNCHANGED = auto()
    THE_ACTOR = auto()
    THE_NAMED = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `target` or `reason` None: what they were before stays."""

    action: TicketAction
    role: Role
    sources: frozenset[TicketStatus]
    target: TicketStatus | None
    reason: StateReason | None
    activity: ActivityKind
    message: bool = False
    assignee: Then = Then.UNCHANGED
    to_support: bool = False


_OPEN, _AWAITING, _RESOLVED, _CLOSED = TicketStatus
_ONLY_OPEN = frozenset({_OPEN})

TRANSITIONS: dict[TicketAction, Transition] = {
    row.action: row
    for row in (
        Transition(
            TicketAction.ASSIGN_TO_ME, Role.AGENT, _ONLY_OPEN, None, None, ActivityKind.ASSIGNED,
            assignee=Then.THE_ACTOR,
        ),
        Transition(
            TicketAction.ASSIGN, Role.AGENT, frozenset({_OPEN, _AWAITING, _RESOLVED}), None, None,
            ActivityKind.ASSIGNED, assignee=Then.THE_NAMED,
        ),
        Transition(
            TicketAction.PROPOSE_SOLUTION, Role.ASSIGNEE, _ONLY_OPEN, _RESOLVED, None,
            ActivityKind.SOLUTION_PROPOSED, message=True,
        ),
        Transition(
            TicketAction.REQUEST_INFORMATION, Role.ASSIGNEE, _ONLY_OPEN, _AWAITING, None,
            ActivityKind.INFORMATION_REQUESTED, message=True,
        ),
        Transition(
            TicketAction.TRANSFER_TO_SUPPORT, Role.ASSIGNEE, _ONLY_OPEN, None, None,
            ActivityKind.TRANSFERRED_TO_SUPPORT, message=True, assignee=Then.NOBODY, to_support=True,
        ),
        Transition(
            TicketAction.PROVIDE_INFORMATION, Role.REQUESTER, frozenset({_AWAITING}), _OPEN,
            StateReason.INFORMATION_PROVIDED, ActivityKind.INFORMATION_PROVIDED, message=True,
        ),
        Transition(
            TicketAction.ACCEPT_SOLUTION, Role.REQUESTER, frozenset({_RESOLVED}), _CLOSED, None,
            ActivityKind.SOLUTION_ACCEPTED,
        ),
        Transition(
            TicketAction.REFUSE_SOLUTION, Role.REQUESTER, frozenset({_RESOLVED}), _OPEN,
            StateReason.SOLUTION_REFUSED, ActivityKind.SOLUTION_REFUSED, message=True,
        ),
        Transition(
            TicketAction.CLOSE, Role.REQUESTER, frozenset({_OPEN, _AWAITING}), _CLOSED, None, ActivityKind.CLOSED,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """All of a ticket that an action can change."""

    status: TicketStatus
    state_reason: StateReason | None
    assignee_id: int | None
    recipient_structure_id: int
    recipient_service_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the ticket at hand sees them."""

    user_id: int
    is_agent: bool
    is_requester: bool


def submitted(recipient_structure_id: int, recipient_service_id: int | None) -> State:
    """The state of a ticket just submitted: OPEN, « Création », nobody's."""
    return State(TicketStatus.OPEN, StateReason.CREATION, None, recipient_structure_id, recipient_service_id, 1)


def next_state(
    state: State,
    action: TicketAction,
    actor: Actor,
    *,
    support_id: int,
    named_id: int | None = None,
    expected_version: int | None = None,
) -> State | RefusalCode:
    """The state after `action`, or why not: the first refusal in the order of RefusalCode.

    `support_id` is the structure that is the Chorus Pro support, `named_id` whom ASSIGN names (an agent of the
    recipient, which the caller has checked), `expected_version` the version that the caller acts upon, if it says.
    """
    rule = TRANSITIONS[action]
    if not (actor.is_requester if rule.role is Role.REQUESTER else actor.is_agent):
        return RefusalCode.FORBIDDEN
    if rule.to_support and state.recipient_structure_id == support_id:
        return RefusalCode.FORBIDDEN
    if expected_version is not None and expected_version != state.version:
        return RefusalCode.VERSION_CONFLICT
    if state.status not in rule.sources:
        return RefusalCode.INVALID_TRANSITION
    if (refusal := _assignment_refusal(state, rule, actor, named_id)) is not None:
        return refusal

    status = rule.target or state.status
    assignee = {
        Then.UNCHANGED: state.assignee_id,
        Then.THE_ACTOR: actor.user_id,
        Then.THE_NAMED: named_id,
        Then.NOBODY: None,
    }[rule.assignee]
    moved = replace(state, recipient_structure_id=support_id, recipient_service_id=None) if rule.to_support else state
    return replace(
        moved,
        status=status,
        state_reason=(rule.reason or state.state_reason) if status is TicketStatus.OPEN else None,
        assignee_id=assignee,
        version=state.version + 1,
    )


def _assignment_refusal(state: State, rule: Transition, actor: Actor, named_id: int | None) -> RefusalCode | None:
    """Why the present assignee stands in the way, if so."""
    holder = state.assignee_id
    if rule.role is Role.ASSIGNEE:
        if holder is None:
            return RefusalCode.NOT_ASSIGNED
        return None if holder == actor.user_id else RefusalCode.ASSIGNED_TO_SOMEONE_ELSE
    if rule.assignee is Then.THE_ACTOR and holder is not None:
        return RefusalCode.ALREADY_ASSIGNED if holder == actor.user_id else RefusalCode.ASSIGNED_TO_SOMEONE_ELSE
    if rule.assignee is Then.THE_NAMED and holder is not None and holder == named_id:
        return RefusalCode.ALREADY_ASSIGNED
    return None


def available_actions(state: State, actor: Actor, *, support_id: int) -> list[TicketAction]:
    """What `actor` may do right now, in the order of the menu."""
    return [
        action for action in TicketAction if isinstance(next_state(state, action, actor, support_id=support_id), State)
    ]


def diagram() -> Iterator[str]:
    """The lines of a Mermaid state diagram of TRANSITIONS."""
    yield "stateDiagram-v2"
    yield "    [*] --> OPEN: SUBMIT (CREATION)"
    for rule in TRANSITIONS.values():
        reason = f" ({rule.reason})" if rule.reason else ""
        for source in TicketStatus:
            if source in rule.sources:
                yield f"    {source} --> {rule.target or source}: {rule.action}{reason}"
    yield "    CLOSED --> [*]"
