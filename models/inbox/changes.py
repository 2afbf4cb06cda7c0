"""What a change of somebody's rights does to a list that they watch: which tickets leave it, and which enter."""

from collections.abc import Sequence

from models import access, journal
from models.access import Rights
from models.database import Row
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.lists import Listing
from models.inbox.tabs import InboxTab
from models.search.normalise import Term


async def moved(
    before: Rights, after: Rights, tab: InboxTab, asked: Sequence[Term] = (), only: Filter = EVERY_TICKET, *, limit: int
) -> tuple[list[Row], list[Row]]:
    """The tickets that were in the tab by the rights before and are out of reach by those after, and the reverse: of
    each its latest activity, as `journal.event` reads it; `limit` of either at most."""
    return (
        await _only_by(before, after, tab, asked, only, limit),
        await _only_by(after, before, tab, asked, only, limit),
    )


async def _only_by(
    these: Rights, not_these: Rights, tab: InboxTab, asked: Sequence[Term], only: Filter, limit: int
) -> list[Row]:
    listing = Listing(these, tab, asked, only)
    barred, barred_values = access.received(not_these)
    # `NOT (… IN …)` is unknown, not true, for a ticket without a service.
    sql, values = listing.whole
    return await journal.latest((f"{sql} AND ({barred}) IS NOT TRUE", [*values, *barred_values]), limit)
