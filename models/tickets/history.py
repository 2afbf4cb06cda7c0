"""The history of a ticket that is written at once: its submission and the actions performed on it since.

For generated tickets. `workflow.next_state` decides every state here, as it does for the actions of people.
"""

from collections.abc import Callable
from typing import NamedTuple

from models.search import index
from models.search.normalise import number_words
from models.tickets.writes import NewTicket, activity_values, added_words, ticket_number, ticket_values
from models.workflow import TRANSITIONS, ActivityKind, Actor, RefusalCode, State, TicketAction, next_state, submitted


class HistoryStep(NamedTuple):
    """An activity without its position. `words` is what it adds to the search text, `at` is in milliseconds."""

    kind: ActivityKind
    before: State | None
    after: State
    actor_id: int
    message: str | None
    at: int
    words: str


class HistoryRows(NamedTuple):
    """Values for INSERT_TICKET, `index.INSERT` and INSERT_ACTIVITY."""

    ticket: list[object]
    search: list[object]
    activities: list[list[object]]


class History:
    """A new ticket and its activities so far. `words` is the search text of the submission, without the number."""

    __slots__ = ("state", "steps", "ticket", "words")

    def __init__(self, ticket: NewTicket, structure_id: int, service_id: int | None, *, actor_id: int, at: int) -> None:
        self.ticket = ticket
        self.words = " ".join(ticket.other_words())
        self.state = submitted(structure_id, service_id)
        self.steps = [HistoryStep(ActivityKind.SUBMITTED, None, self.state, actor_id, None, at, "")]

    def act(
        self,
        action: TicketAction,
        actor: Actor,
        *,
        support_id: int,
        chosen_id: int | None,
        at: int,
        message: Callable[[], str],
    ) -> RefusalCode | None:
        """Add an action if the workflow allows it; else return the refusal. `message` is called if one is needed."""
        after = next_state(self.state, action, actor, support_id=support_id, chosen_id=chosen_id)
        if isinstance(after, RefusalCode):
            return after
        rule = TRANSITIONS[action]
        text = message() if rule.message else None
        words = added_words(text, (), 0)
        self.steps.append(HistoryStep(rule.activity, self.state, after, actor.user_id, text, at, words))
        self.state = after
        return None

    def rows(self, ticket_id: int, position: int) -> HistoryRows:
        """The rows to insert, the activities at the positions after `position`."""
        state, last = self.state, self.steps[-1]
        text, words_to = " ".join([*number_words(ticket_number(ticket_id)), self.words]), 0
        activities = []
        for step_position, step in enumerate(self.steps, position + 1):
            words_from, text = words_to, text + step.words
            words_to = len(text)
            activities.append(
                activity_values(
                    step_position, ticket_id, step.kind, step.before, step.after, actor_id=step.actor_id,
                    message=step.message, at=step.at, words_from=words_from, words_to=words_to,
                )
            )  # fmt: skip
        ticket = ticket_values(ticket_id, self.ticket, state, self.steps[0].at, words_to, last.at)
        issuer_id = self.ticket.issuer_structure_id
        scope = index.scope_tokens(state.recipient_structure_id, state.recipient_service_id, issuer_id)
        return HistoryRows(ticket, [ticket_id, text, scope], activities)
