"""The journal: every activity at its position. Written by `record`, read by "after a position", live or resumed alike.

Position order is commit order: the one row of `desk` hands positions out inside the transaction that uses them, and
whoever wants the next waits for that commit. The broker only says that the journal has grown.
"""

import base64
import binascii
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from models import database
from models.broker import Broker
from models.database import Row, Statement, Transaction, fetch, fetch_all
from models.database.sql import Condition
from models.workflow import State, StateReason, TicketStatus


class Desk(Model):
    """One row: the desk's own name, and the last of each series that is handed out.

    `position`: of the last activity. `ticket_id`: of the last ticket. `rights_version`: +1 when the directory changes.
    """

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=16)
    position = fields.BigIntField()
    ticket_id = fields.BigIntField()
    rights_version = fields.BigIntField()

    class Meta:
        table = "desk"
        table_description = "One row: the name of this desk and the last position, ticket id and rights version."


def now() -> int:
    """The present instant, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class ConcurrentUpdate(Exception):
    """Somebody else changed the row in between; the step is to be taken again."""


_ATTEMPTS = 8


async def record(step: Callable[[Transaction], Awaitable[int]], broker: Broker | None) -> int:
    """Take `step` in one transaction, then wake who watches; the position it answers.

    A step that lost a race (Stale, or a unique key that somebody else took) is taken again from the start, with the
    world as it is then. What it raises otherwise passes through, and nothing is changed.
    """
    for attempt in range(_ATTEMPTS):
        try:
            position = await database.transaction(step)
        except (ConcurrentUpdate, IntegrityError):
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        break
    if broker is not None:
        broker.wake()
    return position


NEXT_POSITION: Statement = ("UPDATE desk SET position = position + 1 RETURNING position", ())
"""Takes the next position: whoever has it is the only one to write until their transaction ends."""


class DeskState(NamedTuple):
    """How far the desk has come."""

    position: int
    rights_version: int


_desk_name: list[str] = []


async def desk_state() -> DeskState:
    """How far the desk has come, in committed data."""
    ((found,),) = await fetch_all(("SELECT position, rights_version FROM desk", ()), inline=True)
    return DeskState._make(found)


async def latest_position() -> int:
    """The position of the last activity that is committed; 0 where there is none."""
    return (await desk_state()).position


async def open_journal() -> None:
    """Learn the desk's name, which its cursors carry; once, after the database is open."""
    _desk_name[:] = [row[0] for row in await fetch("SELECT name FROM desk")]


class InvalidEventCursor(ValueError):
    """No cursor of this desk."""


def encode_cursor(position: int) -> str:
    """A position as the opaque cursor that clients keep."""
    return base64.urlsafe_b64encode(f"{_desk_name[0]}.{position}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> int:
    """The position of a cursor. Errors: BadCursor for anything that this desk never gave out."""
    try:
        name, _, position = (
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode().partition(".")
        )
        value = int(position)
    except (ValueError, binascii.Error) as error:
        raise InvalidEventCursor(cursor) from error
    if name != _desk_name[0] or not 0 <= value < 2**63 or str(value) != position:
        raise InvalidEventCursor(cursor)
    return value


class ImmutableFields(NamedTuple):
    """What of a ticket never changes and a filter may ask for."""

    category_id: int
    subcategory_id: int
    object_type: str
    submitted_at: int


class TicketRef:
    """A ticket as all its events share it: what never changes, and who receives it now."""

    __slots__ = ("__weakref__", "id", "immutable", "issuer_id", "service_id", "structure_id", "version")

    def __init__(self, row: Row) -> None:
        self.id: int = row["ticket_id"]
        self.issuer_id: int = row["issuer_structure_id"]
        self.immutable = ImmutableFields(
            row["category_id"], row["subcategory_id"], row["object_type"], row["submitted_at"]
        )
        self.version = 0
        self.learn(row["version_now"], row["structure_now"], row["service_now"])

    def learn(self, version: int, structure_id: int, service_id: int | None) -> None:
        """Take in who receives the ticket at a version, unless a later one is known."""
        if version > self.version:
            self.version, self.structure_id, self.service_id = version, structure_id, service_id


@dataclass(slots=True)
class Event:
    """One activity as watchers need it: the ticket's state before (None: there was no ticket) and after."""

    position: int
    ticket: TicketRef
    before: State | None
    after: State
    words_from: int
    words_to: int


def _state(row: Row, suffix: str, version: int) -> State:
    reason = row["state_reason" + suffix]
    return State(
        TicketStatus(row["status" + suffix]),
        None if reason is None else StateReason(reason),
        row["assignee_id" + suffix],
        row["recipient_structure_id" + suffix],
        row["recipient_service_id" + suffix],
        version,
    )


def event(row: Row, ticket: TicketRef) -> Event:
    """The event of one row of `after`."""
    version: int = row["version"]
    return Event(
        position=row["position"],
        ticket=ticket,
        before=None if row["status_before"] is None else _state(row, "_before", version - 1),
        after=_state(row, "", version),
        words_from=row["words_from"],
        words_to=row["words_to"],
    )


_EVENTS = (
    "SELECT a.*, t.category_id, t.subcategory_id, t.object_type, t.submitted_at, t.issuer_structure_id, "
    "t.version AS version_now, t.recipient_structure_id AS structure_now, t.recipient_service_id AS service_now "
    "FROM activities a JOIN tickets t ON t.id = a.ticket_id"
)


async def after(position: int, limit: int, *, upto: int | None = None, ticket_id: int | None = None) -> list[Row]:
    """The activities after a position, in order, `limit` at most; with `upto`, none past it; with `ticket_id`, those of
    one ticket."""
    until = "AND a.position <= ? " if upto is not None else ""
    of_one = "AND a.ticket_id = ? " if ticket_id is not None else ""
    return list(
        await fetch(
            f"{_EVENTS} WHERE a.position > ? {until}{of_one}ORDER BY a.position LIMIT ?",
            [position, *(value for value in (upto, ticket_id) if value is not None), limit],
        )
    )


async def latest(condition: Condition, limit: int) -> list[Row]:
    """The last activity of each ticket that meets the condition (one of `access`), `limit` at most."""
    sql, values = condition
    return list(await fetch(f"{_EVENTS} WHERE a.version = t.version AND {sql} LIMIT ?", [*values, limit]))
