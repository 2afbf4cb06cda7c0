"""The page of a connection: Relay's four arguments over a Listing."""

from typing import Any

from graph.context import Info
from graph.errors import bad_user_input
from graph.selection import selected
from graph.types.listing import TicketConnection
from graph.types.node import PageInfo
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import parts
from models import journal
from models.listing import Listing
from models.order import BadCursor, Order, decode_cursor, encode_cursor


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
    size = first or last or info.context.office.settings.page_default
    start, end = _place(order, "after", after), _place(order, "before", before)
    backward = last is not None

    # Before the rows, so that nothing falls between.
    live = cursor((await journal.head()).position) if "live_cursor" in selected(info) else Cursor("")
    wanted = selected(info, "nodes") | selected(info, "edges", "node")
    near_to: dict[str, Any] = {"size": size, "after": start, "before": end, "backward": backward}
    total = 0
    if "total_count" in selected(info):
        rows, more, total = await listing.slice_and_count(parts(wanted), order, **near_to)
    else:
        rows, more = await listing.slice(parts(wanted), order, **near_to)

    beyond = False
    wanted_info = selected(info, "pageInfo")
    near = "has_next_page" if backward else "has_previous_page"
    if near in wanted_info and (end if backward else start) is not None:
        # What lies on the side that the slice was cut from: up to the cursor, the cursor's own row included.
        border = (rows[-1] if backward else rows[0]) if rows else None
        place = (border.cursor_key, border.id) if border else (end if backward else start)
        outside = {"after": place} if backward else {"before": place}
        beyond = bool((await listing.slice((), order, size=1, backward=not backward, **outside))[0])
    return TicketConnection(
        total_count=total,
        order=order,
        rows=rows,
        page_info=PageInfo(
            has_next_page=beyond if backward else more,
            has_previous_page=more if backward else beyond,
            start_cursor=encode_cursor(order, rows[0]) if rows and "start_cursor" in wanted_info else None,
            end_cursor=encode_cursor(order, rows[-1]) if rows and "end_cursor" in wanted_info else None,
        ),
        live_cursor=live,
    )


def _place(order: Order, name: str, given: str | None) -> tuple[Any, int] | None:
    if given is None:
        return None
    try:
        return decode_cursor(order, given)
    except BadCursor:
        raise bad_user_input(
            f"`{name}` n’est pas un curseur de cette liste dans cet ordre.",
            f"`{name}` is no cursor of this list in this order.",
        ) from None
