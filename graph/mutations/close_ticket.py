"""`closeTicket`: the requester closes a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import TicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult, description="« Fermer le ticket »: the requester needs no answer any more."
)
async def close_ticket(
    info: Info, input: Annotated[TicketInput, strawberry.argument(description="The ticket.")]
) -> ActionDone | ActionRefused:
    """Close a ticket."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.close_ticket(
            services, call, row_of("Ticket", input.ticket_id), version=input.version
        ),
    )
