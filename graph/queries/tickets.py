"""`tickets` and `sentTickets`: lists by cursors."""

from typing import Annotated

import strawberry

from graph.arguments import parse_filter, parse_order, parse_search
from graph.context import Info
from graph.pagination import connect
from graph.types.inputs import TicketFilter, TicketOrder
from graph.types.listing import TicketConnection
from models.inbox.lists import ticket_list
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab

Tab = Annotated[InboxTab, strawberry.argument(description="« Onglet ».")]
Filter = Annotated[TicketFilter | None, strawberry.argument(description="« Filtres ».")]
OrderBy = Annotated[
    TicketOrder | None, strawberry.argument(description="« Tri »; newest submission first if not given.")
]
First = Annotated[
    int | None,
    strawberry.argument(description="How many tickets to return from the start, or after `after`: 1 to 100."),
]
After = Annotated[str | None, strawberry.argument(description="Only tickets after this edge's cursor.")]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many tickets to return from the end, or before `before`: 1 to 100."),
]
Before = Annotated[str | None, strawberry.argument(description="Only tickets before this edge's cursor.")]
Search = Annotated[
    str | None, strawberry.argument(description="Keywords; a ticket must match all of them (« Recherche »).")
]


@strawberry.field(description="The received tickets of a tab, by cursors (« Tickets reçus »).")
async def tickets(
    info: Info,
    tab: Tab,
    search: Search = None,
    filter: Filter = None,
    order_by: OrderBy = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> TicketConnection:
    """A slice of a tab."""
    context = info.context
    found = ticket_list(context.viewer.rights, tab, parse_search(context, search), parse_filter(context, filter))
    return await connect(info, found, parse_order(order_by), first, after, last, before)


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
    found = ticket_list(context.viewer.rights, None, parse_search(context, search))
    return await connect(info, found, Order(), first, after, last, before)
