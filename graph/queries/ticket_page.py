"""`ticketPage`: a list by page numbers."""

import asyncio
from typing import Annotated

import strawberry

from graph.arguments import parse_filter, parse_order, parse_search
from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import selected
from graph.queries.tickets import Filter, OrderBy, Search, Tab
from graph.types.listing import TicketPage
from graph.types.scalars import cursor
from graph.types.ticket import projection_fields, ticket
from models import journal
from models.inbox.lists import TicketList


@strawberry.field(description="One page of a tab, by its number and the rows per page (« Tickets reçus »).")
async def ticket_page(
    info: Info,
    tab: Tab,
    search: Search = None,
    filter: Filter = None,
    order_by: OrderBy = None,
    page: Annotated[int, strawberry.argument(description="From 1 (« Page »).")] = 1,
    page_size: Annotated[int, strawberry.argument(description="1 to 100 (« Lignes par page »).")] = 20,
) -> TicketPage:
    """Errors: BAD_USER_INPUT for a page below 1, or a page size outside 1 to 100."""
    if page < 1:
        raise bad_user_input("`page` commence à 1.", "`page` starts at 1.")
    if not 1 <= page_size <= 100:
        raise bad_user_input("`pageSize` va de 1 à 100.", "`pageSize` must be from 1 to 100.")
    context = info.context
    tickets = TicketList(context.viewer.rights, tab, parse_search(context, search), parse_filter(context, filter))
    live = cursor(await journal.latest_position())
    rows = await tickets.page(
        projection_fields(selected(info, "nodes")), parse_order(order_by), offset=(page - 1) * page_size, size=page_size
    )
    counted: asyncio.Future[int] | None = None

    async def count() -> int:
        # totalCount and pageCount share one count.
        nonlocal counted
        if counted is None:
            counted = asyncio.ensure_future(tickets.count())
        return await counted

    return TicketPage(
        nodes=context.object_cache.objects(ticket, rows),
        page=page,
        page_size=page_size,
        count=count,
        live_cursor=live,
    )
