"""`proposeSolution`: the assignee proposes a solution."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult, description="« Proposer une solution »: the assignee answers; the ticket is « Résolu »."
)
async def propose_solution(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the solution.")]
) -> ActionDone | ActionRefused:
    """Propose a solution."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.propose_solution(
            services,
            call,
            row_of("Ticket", input.ticket_id),
            input.message,
            files=input.attachments or (),
            version=input.version,
        ),
    )
