"""`assignTicket`: an agent assigns a ticket to another agent."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import AssignTicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Affecter »: an agent assigns the ticket to an agent of its recipient, for absences.",
)
async def assign_ticket(
    info: Info, input: Annotated[AssignTicketInput, strawberry.argument(description="The ticket and its new assignee.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.assign_ticket)
