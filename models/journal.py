"""The journal: every activity at its position. `record` writes it; live and resumed readers read "after a position".

Position order is commit order: the one row of `desk` hands out positions inside the transaction that uses them, and
the next writer waits for that commit. The broker only says that the journal has grown. Reads and writes are SQL:
every action and every event passes here, and an ORM object costs 19 to 47 times the same row.
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
    """One row: the desk's name, and the last value handed out of each series.

    `position` is the last activity's, `ticket_id` the last ticket's; `rights_version` grows when the directory changes.
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
    """Another transaction changed the row since it was read; `record` runs its step again."""


_ATTEMPTS = 8
"""How often `record` runs a step that loses races before it gives up."""


async def record(step: Callable[[Transaction], Awaitable[int]], broker: Broker | None) -> int:
    """Run `step` in one transaction, then wake all processes; returns the position that `step` returns.

    A step that lost a race (ConcurrentUpdate, or a unique key that another transaction took) runs again from the
    start, in a new transaction. Any other error rolls back and is raised.
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
"""Takes the next position; its row lock makes this transaction the only writer until it ends."""


async def reserve(tx: Transaction, *, positions: int, tickets: int) -> tuple[int, int]:
    """Take several positions and ticket ids, as NEXT_POSITION takes one position: the last of each."""
    sql = "UPDATE desk SET position = position + ?, ticket_id = ticket_id + ? RETURNING position, ticket_id"
    ((position, ticket_id),) = await fetch(sql, [positions, tickets], tx)
    return position, ticket_id


class DeskState(NamedTuple):
    """The last committed position of the journal, and the version of the rights."""

    position: int
    rights_version: int


_desk_name: list[str] = []


async def desk_state() -> DeskState:
    """The state of the desk in committed data."""
    ((found,),) = await fetch_all(("SELECT position, rights_version FROM desk", ()), inline=True)
    return DeskState._make(found)


async def latest_position() -> int:
    """The position of the last committed activity; 0 if there is none."""
    return (await desk_state()).position


async def open_journal() -> None:
    """Read the desk's name, which its cursors carry. Call it once, after the database is open."""
    _desk_name[:] = [row[0] for row in await fetch("SELECT name FROM desk")]


class InvalidEventCursor(ValueError):
    """Not an event cursor of this desk."""


def encode_cursor(position: int) -> str:
    """The event cursor of a position, opaque to clients."""
    return base64.urlsafe_b64encode(f"{_desk_name[0]}.{position}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> int:
    """The position of an event cursor. Errors: InvalidEventCursor if this desk can't have made it."""
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
    """The fields of a ticket that never change and that a filter can use."""

    category_id: int
    subcategory_id: int
    object_type: str
    submitted_at: int


class TicketRef:
    """A ticket, shared by all its events: the fields that never change, and its present recipient."""

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
        """Set the recipient as of a version, unless that of a later version is known."""
        if version > self.version:
            self.version, self.structure_id, self.service_id = version, structure_id, service_id


@dataclass(slots=True)
class Event:
    """One activity as subscriptions need it: the ticket's state before it (None: just submitted) and after it."""

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
    """The event of one row of `after` or `last_activities`."""
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


async def after(
    position: int, limit: int, *, max_position: int | None = None, ticket_id: int | None = None
) -> list[Row]:
    """The activities after a position, in order, `limit` at most; with `max_position` none past it, with `ticket_id`
    those of one ticket."""
    until = "AND a.position <= ? " if max_position is not None else ""
    of_one = "AND a.ticket_id = ? " if ticket_id is not None else ""
    return list(
        await fetch(
            f"{_EVENTS} WHERE a.position > ? {until}{of_one}ORDER BY a.position LIMIT ?",
            [position, *(value for value in (max_position, ticket_id) if value is not None), limit],
        )
    )


async def last_activities(condition: Condition, limit: int) -> list[Row]:
    """The last activity of each ticket that meets a condition over tickets `t`, `limit` at most."""
    sql, values = condition
    return list(await fetch(f"{_EVENTS} WHERE a.version = t.version AND {sql} LIMIT ?", [*values, limit]))
