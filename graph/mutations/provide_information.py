"""`provideInformation`: the requester completes a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult, description="« Compléter »: the requester answers; the ticket is « Ouvert » again."
)
async def provide_information(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the answer.")]
) -> ActionDone | ActionRefused:
    """Complete a ticket."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.provide_information(
            services,
            call,
            row_of("Ticket", input.ticket_id),
            input.message,
            files=input.attachments or (),
            version=input.version,
        ),
    )
