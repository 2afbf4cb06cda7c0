"""The page of a connection: Relay's four arguments over a Listing."""

from dataclasses import dataclass
from typing import Any

from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import remembered, selected
from graph.types.listing import TicketConnection
from graph.types.node import PageInfo
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import parts
from models import journal
from models.inbox.lists import Listing
from models.inbox.ordering import InvalidPageCursor, Order, decode_cursor, encode_cursor
from models.tickets.projection import Parts


async def connect(
    info: Info,
    listing: Listing,
    order: Order,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> TicketConnection:
    """The slice of a list. Errors: BAD_USER_INPUT for sizes that are not 1 to 100, both, or a foreign cursor."""
    if first is not None and last is not None:
        raise bad_user_input("Donnez `first` ou `last`, pas les deux.", "Give `first` or `last`, not both.")
    for name, value in (("first", first), ("last", last)):
        if value is not None and not 1 <= value <= 100:
            raise bad_user_input(f"`{name}` va de 1 à 100.", f"`{name}` is from 1 to 100.")
    size = first or last or info.context.settings.page_default_rows
    start, end = _place(order, "after", after), _place(order, "before", before)
    backward = last is not None

    wanted = _wanted(info)
    # Before the rows, so that nothing falls between.
    live = cursor(await journal.latest_position()) if wanted.live else Cursor("")
    total = 0
    if wanted.total:
        rows, more, total = await listing.slice_and_count(wanted.parts, order, size, start, end, backward)
    else:
        rows, more = await listing.slice(wanted.parts, order, size, start, end, backward)

    beyond = False
    if (wanted.next if backward else wanted.previous) and (end if backward else start) is not None:
        # What lies on the side that the slice was cut from: up to the cursor, the cursor's own row included.
        border = (rows[-1] if backward else rows[0]) if rows else None
        place = (border.cursor_key, border.id) if border else (end if backward else start)
        outside = {"after": place} if backward else {"before": place}
        beyond = bool((await listing.slice((), order, 1, backward=not backward, **outside))[0])
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
    """What is selected of a connection; what is not is not read."""

    parts: Parts
    total: bool
    live: bool
    next: bool
    previous: bool
    start: bool
    end: bool


def _wanted(info: Info) -> _Wanted:
    def find() -> _Wanted:
        of_it, page_info = selected(info), selected(info, "pageInfo")
        return _Wanted(
            parts=parts(selected(info, "nodes") | selected(info, "edges", "node")),
            total="total_count" in of_it,
            live="live_cursor" in of_it,
            next="has_next_page" in page_info,
            previous="has_previous_page" in page_info,
            start="start_cursor" in page_info,
            end="end_cursor" in page_info,
        )

    return remembered(info, _Wanted, find)


def _place(order: Order, name: str, given: str | None) -> tuple[Any, int] | None:
    if given is None:
        return None
    try:
        return decode_cursor(order, given)
    except InvalidPageCursor:
        raise bad_user_input(
            f"`{name}` n’est pas un curseur de cette liste dans cet ordre.",
            f"`{name}` is no cursor of this list in this order.",
        ) from None
