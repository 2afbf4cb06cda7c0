"""`ticketPage`: a list by the number of the page."""

import asyncio
from typing import Annotated

import strawberry

from graph.arguments import parse_filter, parse_order, parse_search
from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import selected
from graph.queries.tickets import Search
from graph.types.inputs import TicketFilter, TicketOrder
from graph.types.listing import TicketPage
from graph.types.scalars import cursor
from graph.types.ticket import parts, ticket
from models import journal
from models.inbox.lists import Listing
from models.inbox.tabs import InboxTab


@strawberry.field(description="A page of a tab: go straight to a page, choose its rows (« Tickets reçus »).")
async def ticket_page(
    info: Info,
    tab: Annotated[InboxTab, strawberry.argument(description="« Onglet ».")],
    search: Search = None,
    filter: Annotated[TicketFilter | None, strawberry.argument(description="« Filtres ».")] = None,
    order_by: Annotated[
        TicketOrder | None, strawberry.argument(description="« Tri »; newest submission first where not given.")
    ] = None,
    page: Annotated[int, strawberry.argument(description="From 1 (« Page »).")] = 1,
    page_size: Annotated[int, strawberry.argument(description="1 to 100 (« Lignes par page »).")] = 20,
) -> TicketPage:
    """One page."""
    if page < 1:
        raise bad_user_input("`page` commence à 1.", "`page` begins at 1.")
    if not 1 <= page_size <= 100:
        raise bad_user_input("`pageSize` va de 1 à 100.", "`pageSize` is from 1 to 100.")
    context = info.context
    listing = Listing(context.viewer.rights, tab, parse_search(context, search), parse_filter(context, filter))
    live = cursor(await journal.latest_position())
    rows = await listing.page(
        parts(selected(info, "nodes")), parse_order(order_by), offset=(page - 1) * page_size, size=page_size
    )
    counted: asyncio.Future[int] | None = None

    async def count() -> int:
        # Both totalCount and pageCount may ask; the list is counted once.
        nonlocal counted
        if counted is None:
            counted = asyncio.ensure_future(listing.count())
        return await counted

    return TicketPage(
        nodes=list(map(info.context.object_cache.by_row(ticket), rows)),
        page=page,
        page_size=page_size,
        count=count,
        live_cursor=live,
    )
