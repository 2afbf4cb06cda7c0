"""`acceptSolution`: the requester accepts the solution."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import TicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Accepter la solution »: the requester accepts the solution; the ticket becomes « Fermé ».",
)
async def accept_solution(
    info: Info, input: Annotated[TicketInput, strawberry.argument(description="The ticket.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.accept_solution)
