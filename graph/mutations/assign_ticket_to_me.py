"""`assignTicketToMe`: an agent takes a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import TicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult,
    description="« M’affecter le ticket »: the viewer, an agent, takes an open ticket that nobody has.",
)
async def assign_ticket_to_me(
    info: Info, input: Annotated[TicketInput, strawberry.argument(description="The ticket.")]
) -> ActionDone | ActionRefused:
    """Take a ticket."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.assign_ticket_to_me(
            services, call, row_of("Ticket", input.ticket_id), version=input.version
        ),
    )
