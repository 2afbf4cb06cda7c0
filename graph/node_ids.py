"""Global object identification (Relay): opaque ids from a type and a row id, and back."""

import base64
import binascii
from functools import lru_cache
from typing import Literal, get_args

import strawberry

Kind = Literal["Activity", "Attachment", "Category", "Service", "Structure", "Subcategory", "Ticket", "User"]
"""The types that have ids."""

UNKNOWN_ID = 0
"""The row id that stands for an invalid id: no row has it."""
_KINDS = frozenset(get_args(Kind))
_MAX_CHARACTERS = 100
"""Longer than any id; a longer text is not decoded."""


@lru_cache(maxsize=16_384)  # only ids of rows: what a client sends is decoded without a cache
def encode(kind: Kind, row_id: int) -> strawberry.ID:
    """The opaque id of a row of a type."""
    return strawberry.ID(_encoded(kind, row_id))


def _encoded(kind: str, row_id: int) -> str:
    # Letters, digits and colons never encode to the two characters in which the URL-safe alphabet differs.
    return binascii.b2a_base64(f"{kind}:{row_id}".encode(), newline=False).decode().rstrip("=")


def decode(node_id: str) -> tuple[str, int]:
    """The type and the row id of an opaque id; ("", UNKNOWN_ID) if it is invalid."""
    if len(node_id) > _MAX_CHARACTERS:
        return "", UNKNOWN_ID
    try:
        kind, _, row = (
            base64.b64decode(node_id + "=" * (-len(node_id) % 4), b"-_", validate=True).decode().partition(":")
        )
        row_id = int(row)
    except (ValueError, binascii.Error):
        return "", UNKNOWN_ID
    if kind not in _KINDS or not 0 < row_id < 2**63 or _encoded(kind, row_id) != node_id:
        return "", UNKNOWN_ID
    return kind, row_id


def row_of(kind: Kind, node_id: str) -> int:
    """The row id of an opaque id of this type; UNKNOWN_ID if it is invalid or of another type."""
    found, row_id = decode(node_id)
    return row_id if found == kind else UNKNOWN_ID
