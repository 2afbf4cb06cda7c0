"""The workflow of a ticket: statuses, state reasons, roles, actions, and TRANSITIONS, the table of all transitions.

Pure: it imports no other module of Saisine, reads nothing and writes nothing. `availableActions`, the README's diagram
and the refusals FORBIDDEN to ALREADY_ASSIGNED are computed from this table. Who decides the others: `models/README.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto


class TicketStatus(StrEnum):
    """The status of a ticket (« Statut »), in the order of its life."""

    OPEN = "OPEN"
    AWAITING_INFORMATION = "AWAITING_INFORMATION"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class StateReason(StrEnum):
    """Why a ticket is OPEN (« Motif d’état »). Other statuses have no reason."""

    CREATION = "CREATION"
    INFORMATION_PROVIDED = "INFORMATION_PROVIDED"
    SOLUTION_REFUSED = "SOLUTION_REFUSED"


class TicketAction(StrEnum):
    """The actions on a ticket, in the order of the « Actions » menu: the agent's, then the requester's."""

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
    """What an activity records (« Activités »). Each action records one. The virus scanner records the last two."""

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
    """Why an action is refused. Where several codes apply, the first in this order is returned.

    IDEMPOTENCY_KEY_REUSED is outside this order: a key is checked before the ticket is read.
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
    """Who may perform an action.

    AGENT holds RECEIVED_TICKETS_EDIT on the recipient, ASSIGNEE is the agent whom the ticket is assigned to, REQUESTER
    holds SENT_TICKETS on the issuing structure.
    """

    AGENT = "AGENT"
    ASSIGNEE = "ASSIGNEE"
    REQUESTER = "REQUESTER"


class NextAssignee(Enum):
    """The assignee after a transition. CHOSEN is the agent that the action names."""

    UNCHANGED = auto()
    ACTOR = auto()
    CHOSEN = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of TRANSITIONS. None as `target` or `reason` keeps the status or reason; `message` requires a message."""

    action: TicketAction
    role: Role
    sources: frozenset[TicketStatus]
    target: TicketStatus | None
    reason: StateReason | None
    activity: ActivityKind
    message: bool = False
    assignee: NextAssignee = NextAssignee.UNCHANGED
    to_support: bool = False


_OPEN, _AWAITING, _RESOLVED, _CLOSED = TicketStatus
_ONLY_OPEN = frozenset({_OPEN})

TRANSITIONS: dict[TicketAction, Transition] = {
    row.action: row
    for row in (
        Transition(
            TicketAction.ASSIGN_TO_ME, Role.AGENT, _ONLY_OPEN, None, None, ActivityKind.ASSIGNED,
            assignee=NextAssignee.ACTOR,
        ),
        Transition(
            TicketAction.ASSIGN, Role.AGENT, frozenset({_OPEN, _AWAITING, _RESOLVED}), None, None,
            ActivityKind.ASSIGNED, assignee=NextAssignee.CHOSEN,
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
            ActivityKind.TRANSFERRED_TO_SUPPORT, message=True, assignee=NextAssignee.NOBODY, to_support=True,
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
    """The fields of a ticket that actions change."""

    status: TicketStatus
    state_reason: StateReason | None
    assignee_id: int | None
    recipient_structure_id: int
    recipient_service_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Actor:
    """A user and their roles on one ticket."""

    user_id: int
    is_agent: bool
    is_requester: bool


def submitted(recipient_structure_id: int, recipient_service_id: int | None) -> State:
    """The state of a new ticket: OPEN, « Création », unassigned."""
    return State(TicketStatus.OPEN, StateReason.CREATION, None, recipient_structure_id, recipient_service_id, 1)


def next_state(
    state: State,
    action: TicketAction,
    actor: Actor,
    *,
    support_id: int,
    chosen_id: int | None = None,
    expected_version: int | None = None,
) -> State | RefusalCode:
    """The state after `action`, or the first refusal in the order of RefusalCode.

    `support_id` is the structure of the Chorus Pro support. `chosen_id` is the agent that ASSIGN names; the caller has
    checked that it is an agent of the recipient. `expected_version` is the version that the user has seen, None to
    skip the check.
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
    if (refusal := _assignment_refusal(state, rule, actor, chosen_id)) is not None:
        return refusal

    status = rule.target or state.status
    assignee = {
        NextAssignee.UNCHANGED: state.assignee_id,
        NextAssignee.ACTOR: actor.user_id,
        NextAssignee.CHOSEN: chosen_id,
        NextAssignee.NOBODY: None,
    }[rule.assignee]
    moved = replace(state, recipient_structure_id=support_id, recipient_service_id=None) if rule.to_support else state
    return replace(
        moved,
        status=status,
        state_reason=(rule.reason or state.state_reason) if status is TicketStatus.OPEN else None,
        assignee_id=assignee,
        version=state.version + 1,
    )


def _assignment_refusal(state: State, rule: Transition, actor: Actor, chosen_id: int | None) -> RefusalCode | None:
    """NOT_ASSIGNED, ASSIGNED_TO_SOMEONE_ELSE or ALREADY_ASSIGNED, if the present assignee causes it."""
    assignee_id = state.assignee_id
    if rule.role is Role.ASSIGNEE:
        if assignee_id is None:
            return RefusalCode.NOT_ASSIGNED
        return None if assignee_id == actor.user_id else RefusalCode.ASSIGNED_TO_SOMEONE_ELSE
    if rule.assignee is NextAssignee.ACTOR and assignee_id is not None:
        return RefusalCode.ALREADY_ASSIGNED if assignee_id == actor.user_id else RefusalCode.ASSIGNED_TO_SOMEONE_ELSE
    if rule.assignee is NextAssignee.CHOSEN and assignee_id is not None and assignee_id == chosen_id:
        return RefusalCode.ALREADY_ASSIGNED
    return None


def available_actions(state: State, actor: Actor, *, support_id: int) -> list[TicketAction]:
    """The actions that `actor` may perform now, in the order of the « Actions » menu."""
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
