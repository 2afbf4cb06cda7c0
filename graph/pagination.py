"""Relay's pagination: `first`, `after`, `last` and `before` over a TicketList."""

from dataclasses import dataclass

from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import cached, selected
from graph.types.listing import TicketConnection
from graph.types.node import PageInfo
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import projection_fields
from models import journal
from models.inbox.lists import TicketList
from models.inbox.ordering import InvalidPageCursor, Keyset, Order, decode_cursor, encode_cursor
from models.tickets.projection import TicketFields, TicketRow


async def connect(
    info: Info,
    tickets: TicketList,
    order: Order,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> TicketConnection:
    """A page of a list, with the fields that the document selects of the connection.

    Errors: BAD_USER_INPUT for a size outside 1 to 100, for both sizes, or for a cursor of another list or order.
    """
    size = _size(first, last) or info.context.settings.page_default_rows
    start, end = _keyset(order, "after", after), _keyset(order, "before", before)
    backward = last is not None
    selection = _selection(info)

    # The live cursor is read before the rows: a change between the two is then delivered, not lost.
    live = cursor(await journal.latest_position()) if selection.live_cursor else Cursor("")
    total = 0
    if selection.total_count:
        rows, more, total = await tickets.slice_and_count(selection.fields, order, size, start, end, backward)
    else:
        rows, more = await tickets.slice(selection.fields, order, size, start, end, backward)

    # `more` is about the side that is read towards; on the other side there can only be tickets beyond a cursor.
    has_next = has_previous = more
    if backward:
        has_next = selection.has_next_page and await _exist_after(tickets, order, rows, end)
    else:
        has_previous = selection.has_previous_page and await _exist_before(tickets, order, rows, start)
    return TicketConnection(
        total_count=total,
        order=order,
        rows=rows,
        page_info=PageInfo(
            has_next_page=has_next,
            has_previous_page=has_previous,
            start_cursor=encode_cursor(order, rows[0]) if rows and selection.start_cursor else None,
            end_cursor=encode_cursor(order, rows[-1]) if rows and selection.end_cursor else None,
        ),
        live_cursor=live,
    )


def _size(first: int | None, last: int | None) -> int | None:
    """The size of the page that the arguments name. Errors: BAD_USER_INPUT."""
    if first is not None and last is not None:
        raise bad_user_input("Donnez `first` ou `last`, pas les deux.", "Give `first` or `last`, not both.")
    for name, value in (("first", first), ("last", last)):
        if value is not None and not 1 <= value <= 100:
            raise bad_user_input(f"`{name}` va de 1 à 100.", f"`{name}` must be from 1 to 100.")
    return first or last


async def _exist_before(tickets: TicketList, order: Order, rows: list[TicketRow], start: Keyset | None) -> bool:
    """Whether tickets precede a page that starts after a cursor; the ticket of the cursor itself is one."""
    if start is None:
        return False
    border = (rows[0].cursor_key, rows[0].id) if rows else start
    found, _ = await tickets.slice((), order, 1, before=border, backward=True)
    return bool(found)


async def _exist_after(tickets: TicketList, order: Order, rows: list[TicketRow], end: Keyset | None) -> bool:
    """Whether tickets follow a page that ends before a cursor; the ticket of the cursor itself is one."""
    if end is None:
        return False
    border = (rows[-1].cursor_key, rows[-1].id) if rows else end
    found, _ = await tickets.slice((), order, 1, after=border)
    return bool(found)


@dataclass(frozen=True, slots=True)
class _Selection:
    """The fields that the document selects of a connection; only these are read."""

    fields: TicketFields
    total_count: bool
    live_cursor: bool
    has_next_page: bool
    has_previous_page: bool
    start_cursor: bool
    end_cursor: bool


def _selection(info: Info) -> _Selection:
    def compute() -> _Selection:
        connection, page_info = selected(info), selected(info, "pageInfo")
        return _Selection(
            fields=projection_fields(selected(info, "nodes") | selected(info, "edges", "node")),
            total_count="total_count" in connection,
            live_cursor="live_cursor" in connection,
            has_next_page="has_next_page" in page_info,
            has_previous_page="has_previous_page" in page_info,
            start_cursor="start_cursor" in page_info,
            end_cursor="end_cursor" in page_info,
        )

    return cached(info, _Selection, compute)


def _keyset(order: Order, name: str, page_cursor: str | None) -> Keyset | None:
    """The keyset of the cursor in an argument. Errors: BAD_USER_INPUT."""
    if page_cursor is None:
        return None
    try:
        return decode_cursor(order, page_cursor)
    except InvalidPageCursor:
        raise bad_user_input(
            f"`{name}` n’est pas un curseur de cette liste dans cet ordre.",
            f"`{name}` is not a cursor of this list in this order.",
        ) from None
