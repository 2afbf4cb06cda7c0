"""Lists of tickets: the connection (Relay), the page by number, the tabs' counts."""

from collections.abc import Awaitable, Callable

import strawberry

from graph.context import Info
from graph.types.node import PageInfo
from graph.types.scalars import Cursor
from graph.types.ticket import Ticket, ticket
from models.inbox.ordering import Order, encode_cursor
from models.inbox.tabs import TAB_LABELS, InboxTab
from models.tickets.projection import TicketRow


@strawberry.type(description="A ticket in a connection (Relay).")
class TicketEdge:
    """A ticket and its place."""

    cursor: str = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: Ticket = strawberry.field(description="The ticket (« Ticket »).")


@strawberry.type(description="A list of tickets by cursors, stable while others act (Relay; « Liste des tickets »).")
class TicketConnection:
    """A slice of a list; what was not selected was not read."""

    order: strawberry.Private[Order]
    rows: strawberry.Private[list[TicketRow]]
    page_info: PageInfo = strawberry.field(description="Where the slice stands (« Pagination »).")
    total_count: int = strawberry.field(description="How many tickets the whole list has (« Nombre de tickets »).")
    live_cursor: Cursor = strawberry.field(
        description="Taken before the tickets were read: subscribe with `after: liveCursor` and nothing falls between."
    )

    @strawberry.field(description="The tickets alone (« Tickets »).")
    def nodes(self, info: Info) -> list[Ticket]:
        """The tickets of the slice."""
        return list(map(info.context.object_cache.by_row(ticket), self.rows))

    @strawberry.field(description="The tickets, each with its place.")
    def edges(self, info: Info) -> list[TicketEdge]:
        """The edges."""
        kept = info.context.object_cache.by_row(ticket)
        return [TicketEdge(cursor=encode_cursor(self.order, row), node=kept(row)) for row in self.rows]


@strawberry.type(description="A page of a list of tickets, by its number (« Page »).")
class TicketPage:
    """A page; one past the last is empty."""

    nodes: list[Ticket] = strawberry.field(description="The tickets of the page (« Tickets »).")
    page: int = strawberry.field(description="Its number, from 1 (« Page »).")
    page_size: int = strawberry.field(description="Its rows at most (« Lignes par page »).")
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    live_cursor: Cursor = strawberry.field(
        description="Taken before the tickets were read: subscribe with `after: liveCursor` and nothing falls between."
    )

    @strawberry.field(description="How many tickets the whole list has (« Nombre de tickets »).")
    async def total_count(self) -> int:
        """The length of the list."""
        return await self.count()

    @strawberry.field(description="How many pages it has (« Nombre de pages »).")
    async def page_count(self) -> int:
        """The number of pages."""
        return -(-await self.count() // self.page_size)


@strawberry.type(description="How many tickets a tab has (« Compteur »).")
class TabCount:
    """A tab and its count."""

    tab: InboxTab = strawberry.field(description="The tab (« Onglet »).")
    count: int = strawberry.field(description="How many tickets it has (« Nombre de tickets »).")

    @strawberry.field(description="The tab's name in the request's language: « À traiter »…")
    def label(self, info: Info) -> str:
        """The tab as people read it."""
        return info.context.say(TAB_LABELS[self.tab])
