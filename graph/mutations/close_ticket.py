"""`closeTicket`: the requester closes a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import TicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Fermer le ticket »: the requester no longer needs an answer; the ticket becomes « Fermé ».",
)
async def close_ticket(
    info: Info, input: Annotated[TicketInput, strawberry.argument(description="The ticket.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.close_ticket)
