"""`assignTicketToMe`: an agent takes a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import TicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« M’affecter le ticket »: an agent takes an open ticket that is not assigned.",
)
async def assign_ticket_to_me(
    info: Info, input: Annotated[TicketInput, strawberry.argument(description="The ticket.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.assign_ticket_to_me)
