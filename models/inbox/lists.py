"""Lists of tickets: slices and pages of a tab or of the sent tickets, and their counts.

Written in SQL: an ORM object costs 19 to 47 times the same row on this path. What is in a list is said by `tabs.py` and
`filters.py`, how a page is found by `index_ranges.py`, which columns are read by `tickets/projection.py`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from models.access import Rights, received, received_marks, received_pieces, sent, sent_marks, sent_pieces
from models.database import Row, fetch, fetch_all, on_postgres
from models.database.sql import Condition, both
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.index_ranges import page, ranges, unindexed
from models.inbox.ordering import KEYS, Order, OrderField
from models.inbox.tabs import TABS, InboxTab, Tab
from models.search import index
from models.search.normalise import Term
from models.tickets.projection import Parts, Projection, TicketRow

_SEARCHED_APART = 8
"""Ranges that PostgreSQL searches one by one; each asks the search index anew."""
_REMEMBERED = 1_000
"""Lists whose SQL is kept, and first pages of such lists: those that were asked last."""


class Listing:
    """A list that a viewer asked for: one tab, or, with `tab` None, the tickets that their structures sent."""

    def __init__(
        self, rights: Rights, tab: InboxTab | None, asked: Sequence[Term] = (), only: Filter = EVERY_TICKET
    ) -> None:
        if tab is None:
            scope, pieces, marks, wanted = sent(rights), sent_pieces(rights), sent_marks(rights), only
        else:
            scope, pieces, marks = received(rights), received_pieces(rights), received_marks(rights)
            wanted = only.restricted_to(TABS[tab], rights.user_id)
        self.whole = both(scope, wanted.condition())
        self._ranges = ranges(*wanted.partition(scope, pieces), self.whole)
        if asked:
            found, apart = index.condition(asked, marks), self._ranges
            self.whole = both(found, unindexed(self.whole))
            # PostgreSQL guesses how many tickets of one range have the words; of several at once it guesses badly.
            few = on_postgres() and len(apart) <= _SEARCHED_APART
            self._ranges = [both(found, one) for one in apart] if few else [self.whole]
        source, amount = _counted(not asked and (only == EVERY_TICKET if tab is None else only.countable))
        sql, values = self.whole
        self._count = (f"SELECT COALESCE(SUM({amount}), 0) FROM {source} t WHERE {sql}", values)
        # Nothing but the ranges is asked: as many rows are read as are shown.
        self._inline = only.statuses_alone and self._ranges[0] is not self.whole

    async def count(self) -> int:
        """How many tickets are in the list: read from the kept counters where they know, counted where not."""
        return int((await fetch(*self._count))[0][0])

    async def page(self, parts: Parts, order: Order, *, offset: int, size: int) -> list[TicketRow]:
        """`size` tickets from `offset` on."""
        question = self._question(parts, order, [], size, offset)
        return question.answer(await fetch(question.sql, question.values))

    async def slice(
        self, parts: Parts, order: Order, size: int, after: Any = None, before: Any = None, backward: bool = False
    ) -> tuple[list[TicketRow], bool]:
        """The first (or, `backward`, the last) `size` tickets strictly between two cursors' places, in the list's
        order, and whether there are more of them on the far side."""
        question = self._slice(parts, order, size, after, before, backward)
        (found,) = await fetch_all((question.sql, question.values), inline=question.inline)
        return _cut(question.answer(found), size, backward)

    async def slice_and_count(
        self, parts: Parts, order: Order, size: int, after: Any = None, before: Any = None, backward: bool = False
    ) -> tuple[list[TicketRow], bool, int]:
        """The same slice, and how many tickets are in the whole list: asked together."""
        question = self._slice(parts, order, size, after, before, backward)
        found, counted = await fetch_all((question.sql, question.values), self._count, inline=question.inline)
        return *_cut(question.answer(found), size, backward), int(counted[0][0])

    def _slice(self, parts: Parts, order: Order, size: int, after: Any, before: Any, backward: bool) -> "_Question":
        direction = order._replace(descending=order.descending != backward) if backward else order
        if after is None and before is None:
            return _first_page(self, frozenset(parts), direction, size + 1)
        places = [
            (f"({KEYS[order.field][0]}, t.id) {sign} (?, ?)", list(place))
            for place, sign in ((after, "<" if order.descending else ">"), (before, ">" if order.descending else "<"))
            if place is not None
        ]
        return self._question(parts, direction, places, size + 1, 0)

    def _question(
        self, parts: Parts, order: Order, places: Sequence[Condition], limit: int, offset: int
    ) -> "_Question":
        """The rows of a page, in order: which ones is found first, and only those are joined and read whole."""
        key, joins = KEYS[order.field]
        # Only the order of submission is an index's; any other is a sort of the whole list, by its keys.
        pieces = self._ranges if order.field is OrderField.SUBMITTED_AT else [self.whole]
        sql, values = page(
            [both(piece, *places) for piece in pieces], key, joins,
            descending=order.descending, limit=limit, offset=offset,
        )  # fmt: skip
        chosen = Projection(parts)
        return _Question(
            f"SELECT {chosen.columns}, page.place FROM ({sql}) page JOIN tickets t ON t.id = page.id {chosen.joins}",
            values,
            chosen,
            order.descending,
            self._inline and order.field is OrderField.SUBMITTED_AT and not offset,
        )


class _Question(NamedTuple):
    """A page's statement, and how to read what it finds."""

    sql: str
    values: list[object]
    chosen: Projection
    descending: bool
    inline: bool

    def answer(self, found: Sequence[Row]) -> list[TicketRow]:
        """The page."""
        # No database promises the order of a subquery's rows, and to order a page of them here costs nothing.
        place_and_id = itemgetter(len(self.chosen.names), 0)
        return list(map(self.chosen.read, sorted(found, key=place_and_id, reverse=self.descending)))


@lru_cache(maxsize=_REMEMBERED)
def _first_page(listing: Listing, parts: Parts, order: Order, limit: int) -> _Question:
    return listing._question(parts, order, [], limit, 0)


def _cut(found: list[TicketRow], size: int, backward: bool) -> tuple[list[TicketRow], bool]:
    more = len(found) > size
    del found[size:]
    return (found[::-1] if backward else found), more


def listing(rights: Rights, tab: InboxTab | None, asked: tuple[Term, ...] = (), only: Filter = EVERY_TICKET) -> Listing:
    """A list as it is asked for again and again: its SQL is written once, while it is among the latest."""
    return _listing(on_postgres(), rights, tab, asked, only)


@lru_cache(maxsize=_REMEMBERED)
def _listing(_: bool, rights: Rights, tab: InboxTab | None, asked: tuple[Term, ...], only: Filter) -> Listing:
    return Listing(rights, tab, asked, only)


def _counted(kept: bool) -> tuple[str, str]:
    """What to count tickets in, and what a row of it counts for."""
    return ("ticket_counts", "t.tickets") if kept else ("tickets", "1")


async def tab_counts(
    rights: Rights, asked: Sequence[Term] = (), only: Filter = EVERY_TICKET
) -> tuple[dict[InboxTab, int], int]:
    """How many tickets each tab has, in one statement, and the journal's position that the counts are true at."""
    condition = both(received(rights), only.condition())
    if asked:
        condition = both(index.condition(asked, received_marks(rights)), unindexed(condition))
    sql, values = condition
    source, amount = _counted(not asked and only.countable)
    found = await fetch(
        f"SELECT (SELECT position FROM desk), t.status, SUM({amount}), "
        f"SUM(CASE WHEN t.assignee_id = ? THEN {amount} ELSE 0 END) "
        f"FROM desk LEFT JOIN {source} t ON {sql} GROUP BY t.status",
        [rights.user_id, *values],
    )
    counted: Callable[[Tab], int] = lambda tab: sum(  # noqa: E731
        row[3] if tab.mine else row[2] for row in found if row[1] in tab.statuses
    )
    return {name: counted(tab) for name, tab in TABS.items()}, int(found[0][0])
