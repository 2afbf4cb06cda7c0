"""`transferToSupport`: the assignee transfers a ticket to the Chorus Pro support."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.types.inputs import MessageInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


@strawberry.mutation(
    graphql_type=ActionResult | None,
    description="« Transférer au support »: the assignee transfers the ticket to the Chorus Pro support; the "
    "recipient’s agents no longer see it.",
)
async def transfer_to_support(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the reason.")]
) -> ActionDone | ActionRefused:
    return await perform(info, input, actions.transfer_to_support)
