"""`submitTicket`: the requester submits a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import SubmitTicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Saisir un ticket »: category and subcategory decide whether the ticket goes to a business "
    "service, which the requester names, or to the Chorus Pro support.",
)
async def submit_ticket(
    info: Info, input: Annotated[SubmitTicketInput, strawberry.argument(description="The new ticket.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.submit_ticket)
