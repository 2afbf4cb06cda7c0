"""`requestInformation`: the assignee asks for information."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult,
    description="« Demander des informations »: the assignee asks; the ticket is « En attente d’informations ».",
)
async def request_information(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the question.")]
) -> ActionDone | ActionRefused:
    """Ask for information."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.request_information(
            services,
            call,
            row_of("Ticket", input.ticket_id),
            input.message,
            files=input.attachments or (),
            version=input.version,
        ),
    )
