"""The inbox: tabs, filters, search, order and paging over tickets, in SQL and, for live changes, in memory.

TABS says once what is in a tab; both sides read it. Who sees a ticket at all is `access`'s to say.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from models.access import Condition, Rights, received, received_marks, sent, sent_marks
from models.database import rows
from models.language import Text
from models.projection import Parts, Projection, TicketRow
from models.search import index
from models.search.fold import Term, storable
from models.workflow import State, TicketStatus


class InboxTab(StrEnum):
    """The five tabs of « Tickets reçus », in screen order."""

    MY_TICKETS_TO_PROCESS = "MY_TICKETS_TO_PROCESS"
    TO_PROCESS = "TO_PROCESS"
    AWAITING_INFORMATION = "AWAITING_INFORMATION"
    ALL_EXCEPT_CLOSED = "ALL_EXCEPT_CLOSED"
    CLOSED = "CLOSED"


class Tab(NamedTuple):
    """What is in a tab: tickets in one of `statuses`, and, where `mine`, assigned to the viewer."""

    statuses: tuple[TicketStatus, ...]
    mine: bool = False


_OPEN, _AWAITING, _RESOLVED, _CLOSED = TicketStatus
TABS: dict[InboxTab, Tab] = {
    InboxTab.MY_TICKETS_TO_PROCESS: Tab((_OPEN,), mine=True),
    InboxTab.TO_PROCESS: Tab((_OPEN,)),
    InboxTab.AWAITING_INFORMATION: Tab((_AWAITING,)),
    InboxTab.ALL_EXCEPT_CLOSED: Tab((_OPEN, _AWAITING, _RESOLVED)),
    InboxTab.CLOSED: Tab((_CLOSED,)),
}


TAB_LABELS: dict[InboxTab, Text] = {
    InboxTab.MY_TICKETS_TO_PROCESS: Text("Mes tickets à traiter", "My tickets to process"),
    InboxTab.TO_PROCESS: Text("Tickets à traiter", "Tickets to process"),
    InboxTab.AWAITING_INFORMATION: Text("En attente d’informations", "Awaiting information"),
    InboxTab.ALL_EXCEPT_CLOSED: Text("Tous hors fermés", "All except closed"),
    InboxTab.CLOSED: Text("Fermés", "Closed"),
}


class Fixed(NamedTuple):
    """What of a ticket never changes and a filter may ask for."""

    category_id: int
    subcategory_id: int
    object_type: str
    submitted_at: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What else a ticket must be; None asks nothing, an empty set is met by no ticket. Instants are in milliseconds."""

    category_ids: frozenset[int] | None = None
    subcategory_ids: frozenset[int] | None = None
    object_types: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    state_reasons: frozenset[str] | None = None
    assignee_ids: frozenset[int] | None = None
    structure_ids: frozenset[int] | None = None
    service_ids: frozenset[int] | None = None
    unassigned: bool | None = None
    submitted_from: int | None = None
    submitted_to: int | None = None

    def holds(self, state: State, fixed: Fixed) -> bool:
        """Whether a ticket meets it."""
        pairs: tuple[tuple[frozenset[Any] | None, object], ...] = (
            (self.category_ids, fixed.category_id),
            (self.subcategory_ids, fixed.subcategory_id),
            (self.object_types, fixed.object_type),
            (self.statuses, state.status),
            (self.state_reasons, state.state_reason),
            (self.assignee_ids, state.assignee_id),
            (self.structure_ids, state.recipient_structure_id),
            (self.service_ids, state.recipient_service_id),
        )
        return (
            all(wanted is None or value in wanted for wanted, value in pairs)
            and (self.unassigned is None or self.unassigned == (state.assignee_id is None))
            and (self.submitted_from is None or self.submitted_from <= fixed.submitted_at)
            and (self.submitted_to is None or fixed.submitted_at <= self.submitted_to)
        )

    def condition(self) -> Condition:
        """The same as SQL over tickets `t`."""
        parts: list[str] = []
        values: list[object] = []
        for column, wanted in (
            ("category_id", self.category_ids),
            ("subcategory_id", self.subcategory_ids),
            ("object_type", self.object_types),
            ("status", self.statuses),
            ("state_reason", self.state_reasons),
            ("assignee_id", self.assignee_ids),
            ("recipient_structure_id", self.structure_ids),
            ("recipient_service_id", self.service_ids),
        ):
            if wanted is not None:
                parts.append(f"t.{column} IN ({', '.join('?' * len(wanted))})" if wanted else "1 = 0")
                values += sorted(wanted)
        if self.unassigned is not None:
            parts.append(f"t.assignee_id IS {'' if self.unassigned else 'NOT '}NULL")
        for comparison, instant in ((">=", self.submitted_from), ("<=", self.submitted_to)):
            if instant is not None:
                parts.append(f"t.submitted_at {comparison} ?")
                values.append(instant)
        return " AND ".join(parts) or "1 = 1", values


EVERY_TICKET = Filter()


def in_tab(tab: InboxTab, rights: Rights, state: State) -> bool:
    """Whether a ticket in this state is in the viewer's tab."""
    wanted = TABS[tab]
    return (
        state.status in wanted.statuses
        and (not wanted.mine or state.assignee_id == rights.user_id)
        and rights.received.covers(state.recipient_structure_id, state.recipient_service_id)
    )


class OrderField(StrEnum):
    """What a list may be ordered by."""

    SUBMITTED_AT = "SUBMITTED_AT"
    UPDATED_AT = "UPDATED_AT"
    NUMBER = "NUMBER"
    STATUS = "STATUS"
    CATEGORY = "CATEGORY"
    ASSIGNEE = "ASSIGNEE"


_AFTER_EVERY_NAME = "\U0010ffff"
_ORDER_KEYS: dict[OrderField, tuple[str, tuple[str, ...]]] = {
    OrderField.SUBMITTED_AT: ("t.submitted_at", ()),
    OrderField.UPDATED_AT: ("t.updated_at", ()),
    OrderField.NUMBER: ("t.number", ()),
    OrderField.STATUS: (
        "CASE t.status " + " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(TicketStatus)) + " END",
        (),
    ),
    OrderField.CATEGORY: ("category.sort_key", ("category",)),
    OrderField.ASSIGNEE: (f"COALESCE(assignee.sort_key, '{_AFTER_EVERY_NAME}')", ("assignee",)),
}


class Order(NamedTuple):
    """An order; the id breaks ties, in the same direction. In ascending order the unassigned stand last."""

    field: OrderField = OrderField.SUBMITTED_AT
    descending: bool = True


class Listing:
    """A list that a viewer asked for: one tab, or, with `tab` None, the tickets that their structures sent."""

    def __init__(
        self, rights: Rights, tab: InboxTab | None, asked: Sequence[Term] = (), only: Filter = EVERY_TICKET
    ) -> None:
        base, marks = (sent, sent_marks) if tab is None else (received, received_marks)
        conditions = [base(rights), only.condition()]
        if tab is not None:
            statuses = ", ".join(f"'{status}'" for status in TABS[tab].statuses)
            conditions.append((f"t.status IN ({statuses})", []))
            if TABS[tab].mine:
                conditions.append(("t.assignee_id = ?", [rights.user_id]))
        if asked:
            conditions.append(index.condition(asked, marks(rights)))
        self.sql, self.values = both(*conditions)

    async def count(self) -> int:
        """How many tickets are in the list."""
        return int((await rows(f"SELECT COUNT(*) FROM tickets t WHERE {self.sql}", self.values))[0][0])  # noqa: S608

    async def page(self, parts: Parts, order: Order, *, offset: int, size: int) -> list[TicketRow]:
        """`size` tickets from `offset` on."""
        return await self._read(parts, order, ("1 = 1", []), size, offset)

    async def slice(
        self, parts: Parts, order: Order, *, size: int, after: Any = None, before: Any = None, backward: bool = False
    ) -> tuple[list[TicketRow], bool]:
        """The first (or, `backward`, the last) `size` tickets strictly between two cursors' places, in the list's
        order, and whether there are more of them on the far side."""
        places = [
            (f"({_ORDER_KEYS[order.field][0]}, t.id) {sign} (?, ?)", list(place))
            for place, sign in ((after, "<" if order.descending else ">"), (before, ">" if order.descending else "<"))
            if place is not None
        ]
        direction = order._replace(descending=order.descending != backward)
        found = await self._read(parts, direction, both(("1 = 1", []), *places), size + 1, 0)
        more = len(found) > size
        del found[size:]
        return (found[::-1] if backward else found), more

    async def _read(self, parts: Parts, order: Order, place: Condition, limit: int, offset: int) -> list[TicketRow]:
        key, joins = _ORDER_KEYS[order.field]
        chosen = Projection(parts, joins=joins)
        way = "DESC" if order.descending else "ASC"
        sql, values = both((self.sql, self.values), place)
        found = await rows(
            f"SELECT {chosen.columns}, {key} FROM tickets t {chosen.joins} WHERE {sql} "  # noqa: S608
            f"ORDER BY {key} {way}, t.id {way} LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [chosen.read(row) for row in found]


def both(*conditions: Condition) -> Condition:
    """All of the conditions at once."""
    return " AND ".join(sql for sql, _ in conditions), [value for _, values in conditions for value in values]


async def tab_counts(
    rights: Rights, asked: Sequence[Term] = (), only: Filter = EVERY_TICKET
) -> tuple[dict[InboxTab, int], int]:
    """How many tickets each tab has, counted in one pass, and the journal's position that the counts are true at."""
    conditions = [received(rights), only.condition()]
    if asked:
        conditions.append(index.condition(asked, received_marks(rights)))
    sql, values = both(*conditions)
    found = await rows(
        "SELECT (SELECT position FROM desk), t.status, COUNT(t.id), "  # noqa: S608
        "COUNT(CASE WHEN t.assignee_id = ? THEN 1 END) "
        f"FROM desk LEFT JOIN tickets t ON {sql} GROUP BY t.status",
        [rights.user_id, *values],
    )
    counted: Callable[[Tab], int] = lambda tab: sum(  # noqa: E731
        row[3] if tab.mine else row[2] for row in found if row[1] in tab.statuses
    )
    return {name: counted(tab) for name, tab in TABS.items()}, int(found[0][0])


class BadCursor(ValueError):
    """A list's cursor that this list, in this order, never gave."""


def encode_cursor(order: Order, row: TicketRow) -> str:
    """The place of a row in a list, opaque to clients."""
    place = [order.field, int(order.descending), row.cursor_key, row.id]
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode()


def decode_cursor(order: Order, cursor: str) -> tuple[Any, int]:
    """The place that a cursor stands for. Errors: BadCursor."""
    try:
        field, descending, key, row_id = json.loads(base64.b64decode(cursor.encode("ascii"), b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadCursor(cursor) from error
    numeric = order.field in (OrderField.SUBMITTED_AT, OrderField.UPDATED_AT, OrderField.STATUS)
    fits = type(row_id) is int and type(key) is (int if numeric else str) and abs(row_id) < 2**63
    if fits:
        # A status is a small number to the database; a text that can't be stored can't be compared either.
        fits = abs(key) < (2**31 if order.field is OrderField.STATUS else 2**63) if numeric else storable(key)
    if (field, descending) != (order.field, int(order.descending)) or not fits:
        raise BadCursor(cursor)
    return key, row_id
