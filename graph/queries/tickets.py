"""`tickets` and `sentTickets`: lists by cursors."""

from typing import Annotated

import strawberry

from graph.arguments import parse_filter, parse_order, parse_search
from graph.context import Info
from graph.pagination import connect
from graph.types.inputs import TicketFilter, TicketOrder
from graph.types.listing import TicketConnection
from models.inbox.lists import listing
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab

First = Annotated[int | None, strawberry.argument(description="The first so many after `after`, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="Beyond this edge's cursor.")]
Last = Annotated[int | None, strawberry.argument(description="The last so many before `before`, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Short of this edge's cursor.")]
Search = Annotated[str | None, strawberry.argument(description="Keywords, all to be found (« Recherche »).")]


@strawberry.field(description="The received tickets of a tab, by cursors (« Tickets reçus »).")
async def tickets(
    info: Info,
    tab: Annotated[InboxTab, strawberry.argument(description="« Onglet ».")],
    search: Search = None,
    filter: Annotated[TicketFilter | None, strawberry.argument(description="« Filtres ».")] = None,
    order_by: Annotated[
        TicketOrder | None, strawberry.argument(description="« Tri »; newest submission first where not given.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> TicketConnection:
    """A slice of a tab."""
    context = info.context
    asked = listing(context.viewer.rights, tab, parse_search(context, search), parse_filter(context, filter))
    return await connect(info, asked, parse_order(order_by), first, after, last, before)


@strawberry.field(description="The tickets that the viewer's structures sent, newest first (« Tickets émis »).")
async def sent_tickets(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> TicketConnection:
    """A slice of the sent tickets."""
    context = info.context
    asked = listing(context.viewer.rights, None, parse_search(context, search))
    return await connect(info, asked, Order(), first, after, last, before)
