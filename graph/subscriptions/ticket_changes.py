"""`ticketChanges`: the changes of one ticket."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.arguments import parse_position
from graph.context import Info
from graph.errors import not_found
from graph.live.consumer import RightsChanged
from graph.node_ids import row_of
from graph.types.changes import TicketChange
from graph.types.scalars import Cursor
from models import access
from models.access import Rights
from models.tickets.projection import tickets_by_id


@strawberry.subscription(
    description="The changes of one ticket, as its agents and its requester see it. It ends with NOT_FOUND once the "
    "viewer may no longer see the ticket."
)
async def ticket_changes(
    info: Info,
    ticket_id: Annotated[strawberry.ID, strawberry.argument(description="« Ticket ».")],
    after: Annotated[
        Cursor | None, strawberry.argument(description="A list's liveCursor, or the last change's cursor.")
    ] = None,
) -> AsyncGenerator[TicketChange, None]:
    """Errors: NOT_FOUND for a missing or hidden ticket; BAD_USER_INPUT, CURSOR_EXPIRED for `after`."""
    context = info.context
    row_id = row_of("Ticket", ticket_id)
    position = await parse_position(context, after)
    await _check_visible(row_id, await context.rights_now())
    async for event in context.consumer.follow(position, ticket_id=row_id):
        rights = await context.rights_now()
        if isinstance(event, RightsChanged):
            await _check_visible(row_id, rights)
            continue
        ticket = event.ticket
        if not rights.sees(ticket.structure_id, ticket.service_id, ticket.issuer_id):
            raise not_found()
        yield TicketChange(event=event)


async def _check_visible(row_id: int, rights: Rights) -> None:
    if not await tickets_by_id([row_id], (), access.visible(rights)):
        raise not_found()
