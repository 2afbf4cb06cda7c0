"""`submitTicket`: the requester submits a ticket."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.mutations.perform import perform
from graph.node_ids import row_of
from graph.types.inputs import SubmitTicketInput
from graph.types.results import ActionDone, ActionRefused, ActionResult
from models import actions


def _optional(kind: str, node_id: strawberry.ID | None) -> int | None:
    return None if node_id is None else row_of(kind, node_id)


@strawberry.mutation(
    graphql_type=ActionResult,
    description="« Saisir un ticket »: category and subcategory decide whether it goes to a business service, which "
    "the requester names, or to the Chorus Pro support.",
)
async def submit_ticket(
    info: Info, input: Annotated[SubmitTicketInput, strawberry.argument(description="The new ticket.")]
) -> ActionDone | ActionRefused:
    """Submit a ticket."""
    return await perform(
        info,
        input.idempotency_key,
        lambda services, call: actions.submit_ticket(
            services,
            call,
            category_id=row_of("Category", input.category_id),
            subcategory_id=row_of("Subcategory", input.subcategory_id),
            object_type=input.object_type,
            short_description=input.short_description,
            description=input.description,
            issuer_structure_id=row_of("Structure", input.issuer_structure_id),
            recipient_structure_id=_optional("Structure", input.recipient_structure_id),
            recipient_service_id=_optional("Service", input.recipient_service_id),
            files=input.attachments or (),
        ),
    )
