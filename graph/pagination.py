"""Relay's pagination: `first`, `after`, `last` and `before` over a TicketList."""

from dataclasses import dataclass

from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import remembered, selected
from graph.types.listing import TicketConnection
from graph.types.node import PageInfo
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import projection_fields
from models import journal
from models.inbox.lists import TicketList
from models.inbox.ordering import InvalidPageCursor, Keyset, Order, decode_cursor, encode_cursor
from models.tickets.projection import TicketFields


async def connect(
    info: Info,
    tickets: TicketList,
    order: Order,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> TicketConnection:
    """A slice of a list, with what the request selects of the connection.

    Errors: BAD_USER_INPUT for a size outside 1 to 100, for both sizes, or for a cursor of another list or order.
    """
    if first is not None and last is not None:
        raise bad_user_input("Donnez `first` ou `last`, pas les deux.", "Give `first` or `last`, not both.")
    for name, value in (("first", first), ("last", last)):
        if value is not None and not 1 <= value <= 100:
            raise bad_user_input(f"`{name}` va de 1 à 100.", f"`{name}` must be from 1 to 100.")
    size = first or last or info.context.settings.page_default_rows
    start, end = _keyset(order, "after", after), _keyset(order, "before", before)
    backward = last is not None

    wanted = _wanted(info)
    # Taken before the rows: a change between the two is then delivered, not lost.
    live = cursor(await journal.latest_position()) if wanted.live else Cursor("")
    total = 0
    if wanted.total:
        rows, more, total = await tickets.slice_and_count(wanted.fields, order, size, start, end, backward)
    else:
        rows, more = await tickets.slice(wanted.fields, order, size, start, end, backward)

    beyond = False
    if (wanted.next if backward else wanted.previous) and (end if backward else start) is not None:
        # Whether there are tickets on the cursor's side of the slice; the cursor's own row counts.
        border = (rows[-1] if backward else rows[0]) if rows else None
        keyset = (border.cursor_key, border.id) if border else (end if backward else start)
        outside = {"after": keyset} if backward else {"before": keyset}
        beyond = bool((await tickets.slice((), order, 1, backward=not backward, **outside))[0])
    return TicketConnection(
        total_count=total,
        order=order,
        rows=rows,
        page_info=PageInfo(
            has_next_page=beyond if backward else more,
            has_previous_page=more if backward else beyond,
            start_cursor=encode_cursor(order, rows[0]) if rows and wanted.start else None,
            end_cursor=encode_cursor(order, rows[-1]) if rows and wanted.end else None,
        ),
        live_cursor=live,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the request selects of a connection; nothing else is read."""

    fields: TicketFields
    total: bool
    live: bool
    next: bool
    previous: bool
    start: bool
    end: bool


def _wanted(info: Info) -> _Wanted:
    def find() -> _Wanted:
        connection, page_info = selected(info), selected(info, "pageInfo")
        return _Wanted(
            fields=projection_fields(selected(info, "nodes") | selected(info, "edges", "node")),
            total="total_count" in connection,
            live="live_cursor" in connection,
            next="has_next_page" in page_info,
            previous="has_previous_page" in page_info,
            start="start_cursor" in page_info,
            end="end_cursor" in page_info,
        )

    return remembered(info, _Wanted, find)


def _keyset(order: Order, name: str, given: str | None) -> Keyset | None:
    if given is None:
        return None
    try:
        return decode_cursor(order, given)
    except InvalidPageCursor:
        raise bad_user_input(
            f"`{name}` n’est pas un curseur de cette liste dans cet ordre.",
            f"`{name}` is not a cursor of this list in this order.",
        ) from None
