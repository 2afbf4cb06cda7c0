"""`transferToSupport`: the assignee hands a ticket to the portal's support."""

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
    description="« Transférer au support »: the assignee hands the ticket to the Chorus Pro support; its old agents "
    "no longer find it.",
)
async def transfer_to_support(
    info: Info, input: Annotated[MessageInput, strawberry.argument(description="The ticket and the reason.")]
) -> ActionDone | ActionRefused:
    """Transfer a ticket to the support."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.transfer_to_support(
            services,
            call,
            row_of("Ticket", input.ticket_id),
            input.message,
            files=input.attachments or (),
            version=input.version,
        ),
    )
