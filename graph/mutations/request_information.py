"""`requestInformation`: the assignee asks the requester for information."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Demander des informations »: the assignee asks the requester; the ticket becomes « En attente "
    "d’informations ».",
)
async def request_information(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the question.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.request_information)
