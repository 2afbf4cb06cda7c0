"""How a change affects a list: which tickets enter it, stay in it or leave it.

`change_kind` answers for one event, in memory; every subscription calls it. `left_and_entered` answers for a change of
rights, in SQL, because such a change has no events.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from models import access, journal
from models.access import Rights
from models.database import Row
from models.database.sql import Condition, both
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.lists import TicketList
from models.inbox.tabs import InboxTab, in_tab
from models.journal import Event
from models.search.normalise import Term, matches


class InboxChangeKind(StrEnum):
    """How a change affects a list."""

    ENTERED = "ENTERED"
    UPDATED = "UPDATED"
    LEFT = "LEFT"


def change_kind(
    event: Event,
    tab: InboxTab,
    rights_before: Iterable[Rights],
    rights_after: Rights,
    *,
    search: Sequence[Term] = (),
    filter: Filter = EVERY_TICKET,
    words: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> InboxChangeKind | None:
    """How an event affects a tab under a search and a filter; None if the ticket is in the list neither before nor
    after it.

    The ticket was in the list if it was there with any of `rights_before`; just after a change of rights there are two.
    `words` are the sorted words that find the ticket before and after the event; they are read only if `search` has
    terms.
    """
    state, immutable = event.before, event.ticket.immutable
    was_in = (
        state is not None
        and any(in_tab(tab, rights, state) for rights in rights_before)
        and filter.matches(state, immutable)
        and matches(words[0], search)
    )
    is_in = (
        in_tab(tab, rights_after, event.after) and filter.matches(event.after, immutable) and matches(words[1], search)
    )
    if is_in:
        return InboxChangeKind.UPDATED if was_in else InboxChangeKind.ENTERED
    return InboxChangeKind.LEFT if was_in else None


async def left_and_entered(
    before: Rights,
    after: Rights,
    tab: InboxTab,
    search: Sequence[Term] = (),
    filter: Filter = EVERY_TICKET,
    *,
    position: int,
    limit: int,
) -> tuple[list[Row], list[Row]]:
    """The tickets that a change of rights just after a position takes out of a list, and those that it adds: the row of
    the last activity of each, as `journal.event` reads it, `limit` at most of either kind.

    A ticket that has changed since the position is not among the former, since its search and filter would tell what
    it has become out of sight: `change_kind` decides by its next event, which has its state before.
    """
    left = await _only_with(before, after, tab, search, filter, ("a.position <= ?", [position]), limit)
    return left, await _only_with(after, before, tab, search, filter, ("1 = 1", []), limit)


async def _only_with(
    rights: Rights,
    other_rights: Rights,
    tab: InboxTab,
    search: Sequence[Term],
    filter: Filter,
    last_activity: Condition,
    limit: int,
) -> list[Row]:
    """The tickets that are in the list with `rights` and that `other_rights` do not receive."""
    other_sql, other_values = access.received(other_rights)
    # `NOT (… IN …)` is unknown, not true, for a ticket without a service.
    only = both((f"({other_sql}) IS NOT TRUE", other_values), last_activity)
    return await journal.last_activities(both(TicketList(rights, tab, search, filter).condition, only), limit)
