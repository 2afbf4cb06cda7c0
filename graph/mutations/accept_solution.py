"""`acceptSolution`: the requester accepts the solution."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import TicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult, description="« Accepter la solution »: the requester agrees; the ticket is « Fermé »."
)
async def accept_solution(
    info: Info, input: Annotated[TicketInput, strawberry.argument(description="The ticket.")]
) -> ActionDone | ActionRefused:
    """Accept the solution."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.accept_solution(
            services, call, row_of("Ticket", input.ticket_id), version=input.version
        ),
    )
