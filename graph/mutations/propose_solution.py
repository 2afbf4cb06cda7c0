"""`proposeSolution`: the assignee proposes a solution."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Proposer une solution »: the assignee answers; the ticket becomes « Résolu ».",
)
async def propose_solution(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the solution.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.propose_solution)
