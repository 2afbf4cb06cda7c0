"""`assignTicket`: an agent gives a ticket to someone."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import AssignTicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult,
    description="« Affecter »: an agent gives a ticket to an agent of its recipient, for absences.",
)
async def assign_ticket(
    info: Info, input: Annotated[AssignTicketInput, strawberry.argument(description="The ticket and its new assignee.")]
) -> ActionDone | ActionRefused:
    """Give a ticket to an agent."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.assign_ticket(
            services, call, row_of("Ticket", input.ticket_id), row_of("User", input.assignee_id), version=input.version
        ),
    )
