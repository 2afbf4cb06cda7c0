"""Lists of tickets: slices and pages of a tab or of the sent tickets, and their counts.

Written in SQL: an ORM object costs 19 to 47 times the same row on the list query. Which tickets are in a list is
decided by `tabs.py` and `filters.py`; `index_ranges.py` finds the rows of a page, `tickets/projection.py` its columns.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from models import access
from models.access import Rights
from models.database import Row, fetch, fetch_all, on_postgres
from models.database.sql import Condition, both
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.index_ranges import page, ranges, unindexed
from models.inbox.ordering import KEYS, Keyset, Order, OrderField
from models.inbox.tabs import TABS, InboxTab, Tab
from models.search import index
from models.search.normalise import Term
from models.tickets.projection import Projection, TicketFields, TicketRow

_SEARCH_RANGES_MAX = 8
"""The maximum number of ranges that PostgreSQL searches one by one: each reads the search index again."""
_CACHE_SIZE = 1_000
"""How many lists, and how many first pages, have their SQL in a cache: the ones used last."""
_CACHED_MAX_TERMS, _CACHED_MAX_CHARACTERS, _CACHED_MAX_VALUES = 4, 100, 20
"""The largest search and filter of a list whose SQL is cached: an entry stays under about 20 KB."""


class TicketList:
    """One tab of a viewer under a search and a filter, or, if `tab` is None, the tickets that their structures sent."""

    def __init__(
        self, rights: Rights, tab: InboxTab | None, search: Sequence[Term] = (), filter: Filter = EVERY_TICKET
    ) -> None:
        if tab is None:
            scope, leading, tokens = access.sent(rights), access.sent_by_issuer(rights), access.sent_tokens(rights)
            restricted = filter
        else:
            scope, leading = access.received(rights), access.received_by_recipient(rights)
            tokens = access.received_tokens(rights)
            restricted = filter.restricted_to(TABS[tab], rights.user_id)
        self.condition = both(scope, restricted.condition())
        self._ranges = ranges(*restricted.partition(scope, leading), self.condition)
        if search:
            found, found_ranges = index.condition(search, tokens), self._ranges
            self.condition = both(found, unindexed(self.condition))
            # PostgreSQL estimates well how many tickets of one range match a search, and badly for several at once.
            one_by_one = on_postgres() and len(found_ranges) <= _SEARCH_RANGES_MAX
            self._ranges = [both(found, one) for one in found_ranges] if one_by_one else [self.condition]
        from_counters = not search and (filter == EVERY_TICKET if tab is None else filter.countable)
        source, amount = _counted(from_counters)
        sql, values = self.condition
        self._count = (f"SELECT COALESCE(SUM({amount}), 0) FROM {source} t WHERE {sql}", values)
        self._is_cached = _is_small(search, filter)
        # A filter by statuses alone only chooses ranges: a page then reads no more rows than it shows. A search never
        # runs on the event loop.
        self._inline = from_counters and filter.statuses_alone and self._ranges[0] is not self.condition

    async def count(self) -> int:
        """How many tickets are in the list: read from the counters if they can count it, else counted."""
        return int((await fetch(*self._count))[0][0])

    async def page(self, fields: TicketFields, order: Order, *, offset: int, size: int) -> list[TicketRow]:
        """`size` tickets from `offset` on."""
        query = self._page_query(fields, order, [], size, offset)
        return query.read(await fetch(query.sql, query.values))

    async def slice(
        self,
        fields: TicketFields,
        order: Order,
        size: int,
        after: Keyset | None = None,
        before: Keyset | None = None,
        backward: bool = False,
    ) -> tuple[list[TicketRow], bool]:
        """The first (or, `backward`, the last) `size` tickets strictly between two cursors, in the order of the list,
        and whether there are more beyond them."""
        query = self._slice_query(fields, order, size, after, before, backward)
        (rows,) = await fetch_all((query.sql, query.values), inline=query.inline)
        return _cut(query.read(rows), size, backward)

    async def slice_and_count(
        self,
        fields: TicketFields,
        order: Order,
        size: int,
        after: Keyset | None = None,
        before: Keyset | None = None,
        backward: bool = False,
    ) -> tuple[list[TicketRow], bool, int]:
        """The same slice, and how many tickets are in the whole list: both statements in one round trip."""
        query = self._slice_query(fields, order, size, after, before, backward)
        rows, counted = await fetch_all((query.sql, query.values), self._count, inline=query.inline)
        return *_cut(query.read(rows), size, backward), int(counted[0][0])

    def _slice_query(
        self,
        fields: TicketFields,
        order: Order,
        size: int,
        after: Keyset | None,
        before: Keyset | None,
        backward: bool,
    ) -> "_PageQuery":
        direction = order._replace(descending=order.descending != backward) if backward else order
        if after is None and before is None and self._is_cached:
            return _first_page_query(self, frozenset(fields), direction, size + 1)
        bounds = [
            (f"({KEYS[order.field][0]}, t.id) {sign} (?, ?)", list(keyset))
            for keyset, sign in ((after, "<" if order.descending else ">"), (before, ">" if order.descending else "<"))
            if keyset is not None
        ]
        return self._page_query(fields, direction, bounds, size + 1, 0)

    def _page_query(
        self, fields: TicketFields, order: Order, bounds: Sequence[Condition], limit: int, offset: int
    ) -> "_PageQuery":
        """The statement of a page within `bounds`: it finds the ids first, then joins and reads only those rows."""
        key, joins = KEYS[order.field]
        # Indexes are in the order of submission; any other order sorts the keys of the whole list.
        indexed = order.field is OrderField.SUBMITTED_AT
        sql, values = page(
            [both(one, *bounds) for one in (self._ranges if indexed else [self.condition])], key, joins,
            descending=order.descending, limit=limit, offset=offset,
        )  # fmt: skip
        projection = Projection(fields)
        return _PageQuery(
            f"SELECT {projection.columns}, page.cursor_key FROM ({sql}) page "
            f"JOIN tickets t ON t.id = page.id {projection.joins}",
            values,
            projection,
            order.descending,
            self._inline and indexed and not offset,
        )


class _PageQuery(NamedTuple):
    """The statement of a page, and how to read its rows. `inline`: it may run on the event loop."""

    sql: str
    values: list[object]
    projection: Projection
    descending: bool
    inline: bool

    def read(self, rows: Sequence[Row]) -> list[TicketRow]:
        """The tickets of the page, in its order."""
        # No database promises the order of a subquery's rows, and sorting one page here costs nothing.
        key_and_id = itemgetter(len(self.projection.names), 0)
        return list(map(self.projection.read, sorted(rows, key=key_and_id, reverse=self.descending)))


@lru_cache(maxsize=_CACHE_SIZE)
def _first_page_query(tickets: TicketList, fields: TicketFields, order: Order, limit: int) -> _PageQuery:
    return tickets._page_query(fields, order, [], limit, 0)


def _cut(rows: list[TicketRow], size: int, backward: bool) -> tuple[list[TicketRow], bool]:
    more = len(rows) > size
    del rows[size:]
    return (rows[::-1] if backward else rows), more


def ticket_list(
    rights: Rights, tab: InboxTab | None, search: tuple[Term, ...] = (), filter: Filter = EVERY_TICKET
) -> TicketList:
    """A TicketList from a cache, for lists that are requested often: its SQL is put together once."""
    if not _is_small(search, filter):
        return TicketList(rights, tab, search, filter)
    return _ticket_list(on_postgres(), rights, tab, search, filter)


def _is_small(search: Sequence[Term], filter: Filter) -> bool:
    """Whether a search and a filter have few enough words and values for their SQL to be cached."""
    if not search and filter is EVERY_TICKET:
        return True
    characters = sum(len(prefix) for term in search for choice in term.choices for prefix in choice)
    return (
        len(search) <= _CACHED_MAX_TERMS and characters <= _CACHED_MAX_CHARACTERS and filter.size <= _CACHED_MAX_VALUES
    )


@lru_cache(maxsize=_CACHE_SIZE)
def _ticket_list(_: bool, rights: Rights, tab: InboxTab | None, search: tuple[Term, ...], filter: Filter) -> TicketList:
    return TicketList(rights, tab, search, filter)


def _counted(from_counters: bool) -> tuple[str, str]:
    """The table whose rows are counted, and the number of tickets that a row stands for, as SQL."""
    return ("ticket_counts", "t.tickets") if from_counters else ("tickets", "1")


async def tab_counts(
    rights: Rights, search: Sequence[Term] = (), filter: Filter = EVERY_TICKET
) -> tuple[dict[InboxTab, int], int]:
    """How many tickets each tab has, and the position of the journal at which they were counted: one statement."""
    condition = both(access.received(rights), filter.condition())
    if search:
        condition = both(index.condition(search, access.received_tokens(rights)), unindexed(condition))
    sql, values = condition
    source, amount = _counted(not search and filter.countable)
    rows = await fetch(
        f"SELECT (SELECT position FROM desk), t.status, SUM({amount}), "
        f"SUM(CASE WHEN t.assignee_id = ? THEN {amount} ELSE 0 END) "
        f"FROM desk LEFT JOIN {source} t ON {sql} GROUP BY t.status",
        [rights.user_id, *values],
    )

    def count(tab: Tab) -> int:
        return sum(mine if tab.mine else every for _, status, every, mine in rows if status in tab.statuses)

    return {name: count(tab) for name, tab in TABS.items()}, int(rows[0][0])
