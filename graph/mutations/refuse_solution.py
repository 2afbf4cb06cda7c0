"""`refuseSolution`: the requester refuses the solution."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Refuser la solution »: the requester says why; the ticket becomes « Ouvert » again.",
)
async def refuse_solution(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the reason.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.refuse_solution)
