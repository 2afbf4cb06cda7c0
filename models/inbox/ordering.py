"""The orders of a list, and its page cursors.

The keys are SQL over tickets `t`. `inbox/index_ranges.py` reads a page in an order.
"""

import base64
import binascii
import json
from enum import StrEnum
from typing import Any, NamedTuple

from models.search.normalise import storable
from models.tickets.projection import TicketRow
from models.workflow import TicketStatus


class OrderField(StrEnum):
    """What a list can be ordered by."""

    SUBMITTED_AT = "SUBMITTED_AT"
    UPDATED_AT = "UPDATED_AT"
    NUMBER = "NUMBER"
    STATUS = "STATUS"
    CATEGORY = "CATEGORY"
    ASSIGNEE = "ASSIGNEE"


_AFTER_EVERY_NAME = "\U0010ffff"
KEYS: dict[OrderField, tuple[str, str]] = {
    OrderField.SUBMITTED_AT: ("t.submitted_at", ""),
    OrderField.UPDATED_AT: ("t.updated_at", ""),
    OrderField.NUMBER: ("t.number", ""),
    OrderField.STATUS: (
        "CASE t.status " + " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(TicketStatus)) + " END",
        "",
    ),
    OrderField.CATEGORY: ("category.sort_key", "JOIN categories category ON category.id = t.category_id"),
    OrderField.ASSIGNEE: (
        f"COALESCE(assignee.sort_key, '{_AFTER_EVERY_NAME}')",
        "LEFT JOIN users assignee ON assignee.id = t.assignee_id",
    ),
}
"""The SQL value that each order sorts by, and the join that it needs."""

Keyset = tuple[Any, int]
"""What a page cursor holds: the value that its row is sorted by, then the row's id."""


class Order(NamedTuple):
    """An order; the id breaks ties, in the same direction. Unassigned tickets come last in ascending order."""

    field: OrderField = OrderField.SUBMITTED_AT
    descending: bool = True


class InvalidPageCursor(ValueError):
    """Not a page cursor of this list in this order."""


def encode_cursor(order: Order, row: TicketRow) -> str:
    """The page cursor of a row, opaque to clients."""
    content = [order.field, int(order.descending), row.cursor_key, row.id]
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def decode_cursor(order: Order, cursor: str) -> Keyset:
    """The keyset that a page cursor holds.

    Errors: InvalidPageCursor if it is malformed, of another order, or holds what no database could compare.
    """
    try:
        field, descending, key, row_id = json.loads(base64.b64decode(cursor.encode("ascii"), b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise InvalidPageCursor(cursor) from error
    numeric = order.field in (OrderField.SUBMITTED_AT, OrderField.UPDATED_AT, OrderField.STATUS)
    fits = type(row_id) is int and type(key) is (int if numeric else str) and abs(row_id) < 2**63
    if fits:
        # A status is sorted by a small number; a text that can't be stored can't be compared either.
        fits = abs(key) < (2**31 if order.field is OrderField.STATUS else 2**63) if numeric else storable(key)
    if (field, descending) != (order.field, int(order.descending)) or not fits:
        raise InvalidPageCursor(cursor)
    return key, row_id
