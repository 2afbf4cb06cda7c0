"""What a list may be ordered by, and the places in it: cursors that clients keep.

The keys are SQL over tickets `t`. How a page is read in an order stands in `inbox/index_ranges.py`.
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
    """What a list may be ordered by."""

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
"""The key of each order, and the join that it needs."""


class Order(NamedTuple):
    """An order; the id breaks ties, in the same direction. In ascending order the unassigned stand last."""

    field: OrderField = OrderField.SUBMITTED_AT
    descending: bool = True


class InvalidPageCursor(ValueError):
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
        raise InvalidPageCursor(cursor) from error
    numeric = order.field in (OrderField.SUBMITTED_AT, OrderField.UPDATED_AT, OrderField.STATUS)
    fits = type(row_id) is int and type(key) is (int if numeric else str) and abs(row_id) < 2**63
    if fits:
        # A status is a small number to the database; a text that can't be stored can't be compared either.
        fits = abs(key) < (2**31 if order.field is OrderField.STATUS else 2**63) if numeric else storable(key)
    if (field, descending) != (order.field, int(order.descending)) or not fits:
        raise InvalidPageCursor(cursor)
    return key, row_id
