"""`refuseSolution`: the requester refuses the solution."""

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
    description="« Refuser la solution »: the requester says why; the ticket is « Ouvert » again.",
)
async def refuse_solution(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the reason.")]
) -> ActionDone | ActionRefused:
    """Refuse the solution."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.refuse_solution(
            services,
            call,
            row_of("Ticket", input.ticket_id),
            input.message,
            files=input.attachments or (),
            version=input.version,
        ),
    )
