"""The scalars: instants, event cursors, uploaded files."""

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


@lru_cache(maxsize=16_384)  # the first tickets of lists are read again and again
def _write_instant(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"


def _read_instant(value: object) -> int:
    if not isinstance(value, str):
        raise GraphQLError("DateTime takes a string such as 2026-11-24T09:30:00Z.")
    try:
        instant = datetime.fromisoformat(value)
        return round((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(
            f"DateTime takes an ISO 8601 instant such as 2026-11-24T09:30:00Z, not {value!r}."
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
        description="An instant, ISO 8601 with its offset, to the millisecond: 2026-11-24T09:30:00.000Z.",
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
