"""`provideInformation`: the requester answers a request for information."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Compléter »: the requester answers; the ticket becomes « Ouvert » again.",
)
async def provide_information(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the answer.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.provide_information)
