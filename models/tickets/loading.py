"""The ticket that an action changes, read inside the transaction of the action, with the user's roles on it.

SQL, because ticket and rights are read with every action, in one trip to the database.
"""

from typing import NamedTuple

from models import access
from models.database import Row, Transaction, execute_batch, fetch
from models.directory.tables import SUPPORT_ID
from models.i18n import messages
from models.refusals import FieldRefusal, Refusal
from models.workflow import Actor, RefusalCode, State, StateReason, TicketStatus


class LoadedTicket(NamedTuple):
    """The columns of a ticket that actions use, and the id of the Chorus Pro support."""

    state: State
    issuer_id: int
    words_length: int
    updated_at: int
    support_id: int


_TICKET = (
    "SELECT status, state_reason, assignee_id, recipient_structure_id, recipient_service_id, version, "
    f"issuer_structure_id, words_length, updated_at, {SUPPORT_ID} FROM tickets WHERE id = ?"
)


def _loaded(row: Row) -> LoadedTicket:
    status, reason, *rest = row
    return LoadedTicket(State(TicketStatus(status), reason and StateReason(reason), *rest[:4]), *rest[4:])


async def load_ticket(tx: Transaction, ticket_id: int) -> LoadedTicket:
    """An existing ticket, for an action that is not a user's."""
    return _loaded((await fetch(_TICKET, [ticket_id], tx))[0])


async def load_for_action(
    tx: Transaction, ticket_id: int, user_id: int, chosen_id: int | None
) -> tuple[LoadedTicket, Actor]:
    """The ticket, and the user's roles on it. `chosen_id` is the agent whom the user assigns it to, if any.

    Errors: Refusal NOT_FOUND if the user may not see the ticket; INVALID_INPUT if the user is one of its agents, and it
    can't be assigned to that agent.
    """
    people = {user_id, chosen_id or user_id}
    (_, entitlements), (_, found) = await execute_batch(tx, access.entitlements(people), (_TICKET, [ticket_id]))
    if not found:
        raise Refusal(RefusalCode.NOT_FOUND)
    ticket, rights = _loaded(found[0]), access.rights_in(entitlements, user_id)
    recipient = (ticket.state.recipient_structure_id, ticket.state.recipient_service_id)
    if not rights.sees(*recipient, ticket.issuer_id):
        raise Refusal(RefusalCode.NOT_FOUND)
    # Only its agents learn who the agents of the recipient are: for anybody else the action is FORBIDDEN later.
    if chosen_id is not None and rights.edited.covers(*recipient):
        if not access.rights_in(entitlements, chosen_id).edited.covers(*recipient):
            not_assignable = FieldRefusal("assigneeId", messages.NOT_ASSIGNABLE)
            raise Refusal(RefusalCode.INVALID_INPUT, not_assignable, ticket_id=ticket_id)
    return ticket, rights.acts_as(*recipient, ticket.issuer_id)
