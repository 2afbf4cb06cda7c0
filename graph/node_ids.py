"""Global object identification (Relay): opaque ids from a type and a row id, and back."""

import base64
import binascii
from functools import lru_cache

import strawberry

UNKNOWN_ID = 0
"""The row id that stands for an invalid id: no row has it."""


@lru_cache(maxsize=16_384)
def encode(kind: str, row_id: int) -> strawberry.ID:
    """The opaque id of a row of a type."""
    # Letters, digits and colons never encode to the two characters in which the URL-safe alphabet differs.
    return binascii.b2a_base64(f"{kind}:{row_id}".encode(), newline=False).decode().rstrip("=")  # type: ignore[return-value]


def decode(node_id: str) -> tuple[str, int]:
    """The type and the row id of an opaque id; ("", UNKNOWN_ID) if it is invalid."""
    try:
        kind, _, row = (
            base64.b64decode(node_id + "=" * (-len(node_id) % 4), b"-_", validate=True).decode().partition(":")
        )
        row_id = int(row)
    except (ValueError, binascii.Error):
        return "", UNKNOWN_ID
    if encode(kind, row_id) != node_id or not 0 < row_id < 2**63:
        return "", UNKNOWN_ID
    return kind, row_id


def row_of(kind: str, node_id: str) -> int:
    """The row id of an opaque id of this type; UNKNOWN_ID if it is invalid or of another type."""
    found, row_id = decode(node_id)
    return row_id if found == kind else UNKNOWN_ID
