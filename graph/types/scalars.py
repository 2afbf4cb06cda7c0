"""The scalars: instants, event cursors, uploaded files."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from models import journal
from models.attachments.uploads import Upload
from models.tickets.projection import Instant

DateTime = Instant

Cursor = NewType("Cursor", str)
"""The cursor of an event, as `journal.encode_cursor` writes it."""

File = NewType("File", Upload)
"""A file of a GraphQL multipart request."""


def cursor(position: int) -> Cursor:
    """The cursor of the event at a position."""
    return Cursor(journal.encode_cursor(position))


_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,20})?(Z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE
)


@lru_cache(maxsize=16_384)  # the first tickets of lists are read again and again
def _write_instant(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"


def _read_instant(value: object) -> int:
    if not isinstance(value, str):
        raise GraphQLError("DateTime takes a string such as 2026-11-24T09:30:00Z.")
    try:
        if _RFC_3339.fullmatch(value) is None:
            raise ValueError
        return round(datetime.fromisoformat(value.upper()).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(
            "DateTime takes a date and a time with their offset from UTC, such as 2026-11-24T09:30:00Z or "
            f"2026-11-24T10:30:00+01:00, not {value[:40]!r}."
        ) from error


def _read_cursor(value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError("Cursor takes a string that the server returned.")
    return value


def _read_file(value: object) -> Upload:
    if not isinstance(value, Upload):
        raise GraphQLError("Upload takes a file: send a GraphQL multipart request, with null in place of the file.")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant, RFC 3339 with its offset from UTC, to the millisecond: 2026-11-24T09:30:00.000Z.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_write_instant,
        parse_value=_read_instant,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="The position of an event among all events of the desk: opaque, never reused.",
        serialize=str,
        parse_value=_read_cursor,
    ),
    File: strawberry.scalar(
        name="Upload",
        description="A file, after the GraphQL multipart request specification (« Pièce jointe »).",
        serialize=lambda value: value,
        parse_value=_read_file,
    ),
}
