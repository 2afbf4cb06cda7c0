"""Lists of tickets: the Relay connection, the page by number, and the count of a tab."""

from collections.abc import Awaitable, Callable

import strawberry

from graph.context import Info
from graph.documents.rows import PAGE, assumes
from graph.types.node import PageInfo
from graph.types.scalars import Cursor
from graph.types.ticket import Ticket, ticket
from models.inbox.ordering import Order, encode_cursor
from models.inbox.tabs import TAB_LABELS, InboxTab
from models.tickets.projection import TicketRow

_LIVE_CURSOR = (
    "The event cursor from before the tickets were read: a subscription with `after: liveCursor` misses nothing."
)


@strawberry.type(description="A ticket in a connection (Relay).")
class TicketEdge:
    """A ticket with its cursor."""

    cursor: str = strawberry.field(description="The cursor of this edge, for `after` and `before`.")
    node: Ticket = strawberry.field(description="The ticket (« Ticket »).")


@strawberry.type(
    description="A page of a list of tickets; cursors stay valid while tickets change (Relay; « Liste des tickets »)."
)
class TicketConnection:
    """A page of a list. Rows have the parts that the document selects."""

    order: strawberry.Private[Order]
    rows: strawberry.Private[list[TicketRow]]
    page_info: PageInfo = strawberry.field(description="The position of the page in the list (« Pagination »).")
    total_count: int = strawberry.field(description="The number of tickets in the whole list (« Nombre de tickets »).")
    live_cursor: Cursor = strawberry.field(description=_LIVE_CURSOR)

    @strawberry.field(description="The tickets of the page (« Tickets »).", metadata=assumes(PAGE))
    def nodes(self, info: Info) -> list[Ticket]:
        return info.context.object_cache.objects(ticket, self.rows)

    @strawberry.field(description="The tickets of the page, each with its cursor.", metadata=assumes(PAGE))
    def edges(self, info: Info) -> list[TicketEdge]:
        nodes = info.context.object_cache.objects(ticket, self.rows)
        return [
            TicketEdge(cursor=encode_cursor(self.order, row), node=node)
            for row, node in zip(self.rows, nodes, strict=True)
        ]


@strawberry.type(description="A page of a list of tickets, by its number (« Page »).")
class TicketPage:
    """A page; pages beyond the last one are empty."""

    nodes: list[Ticket] = strawberry.field(description="The tickets of the page (« Tickets »).", metadata=assumes(PAGE))
    page: int = strawberry.field(description="The number of the page, from 1 (« Page »).")
    page_size: int = strawberry.field(description="The maximum number of tickets on a page (« Lignes par page »).")
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    live_cursor: Cursor = strawberry.field(description=_LIVE_CURSOR)

    @strawberry.field(description="The number of tickets in the whole list (« Nombre de tickets »).")
    async def total_count(self) -> int:
        return await self.count()

    @strawberry.field(description="The number of pages of the list (« Nombre de pages »).")
    async def page_count(self) -> int:
        return -(-await self.count() // self.page_size)


@strawberry.type(description="A tab with the number of its tickets (« Compteur »).")
class TabCount:
    """A tab with the number of its tickets."""

    tab: InboxTab = strawberry.field(description="The tab (« Onglet »).")
    count: int = strawberry.field(description="The number of tickets in the tab (« Nombre de tickets »).")

    @strawberry.field(description="The name of the tab in the language of the request: « À traiter »…")
    def label(self, info: Info) -> str:
        return info.context.translate(TAB_LABELS[self.tab])
