"""Projections of tickets: a read selects the columns and joins of the requested fields, and no others.

The callers decide which tickets are read. Written in SQL: an ORM object costs 19 to 47 times the same row on
the list query.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, NewType

from models.database import Row, fetch
from models.database.sql import Condition, in_list
from models.directory.tables import SUPPORT_ID
from models.search.normalise import storable
from models.tickets.tables import ObjectType
from models.workflow import State, StateReason, TicketStatus

Instant = NewType("Instant", int)
"""Milliseconds since the epoch."""

LATEST = 2**63 - 1
"""A position after every other."""


@dataclasses.dataclass
class TicketRow:
    """A ticket as read. Fields that were not requested have their defaults. (No slots: defaults are the class's.)"""

    id: int
    number: str = ""
    short_description: str = ""
    description: str = ""
    submitted_at: Instant = Instant(0)
    updated_at: Instant = Instant(0)
    object_type: ObjectType = ObjectType.OTHER
    status: TicketStatus = TicketStatus.OPEN
    state_reason: StateReason | None = None
    version: int = 0
    assignee_id: int | None = None
    assignee_name: str | None = None
    category_id: int = 0
    category_code: str = ""
    category_label_fr: str = ""
    category_label_en: str = ""
    subcategory_id: int = 0
    subcategory_code: str = ""
    subcategory_label_fr: str = ""
    subcategory_label_en: str = ""
    subcategory_destination: str = ""
    issuer_structure_id: int = 0
    issuer_identifier: str = ""
    issuer_name: str = ""
    contact_name: str = ""
    contact_address: str = ""
    recipient_structure_id: int = 0
    recipient_identifier: str = ""
    recipient_name: str = ""
    recipient_service_id: int | None = None
    recipient_service_code: str | None = None
    recipient_service_name: str | None = None
    recipient_service_receives: bool | None = None
    support_id: int = 0
    cursor_key: Any = None
    max_position: int = LATEST
    """The last position whose activities and attachments are shown: all, or, of a past state, its own activity."""

    @property
    def state(self) -> State:
        """The state that the workflow decides by; needs the field `state`."""
        return State(
            self.status,
            self.state_reason,
            self.assignee_id,
            self.recipient_structure_id,
            self.recipient_service_id,
            self.version,
        )


# The columns of the state: of the ticket as it is, or of the activity that left it so.
_STATE = ("status", "state_reason", "version", "assignee_id", "recipient_structure_id", "recipient_service_id")

_COLUMNS: dict[str, str] = {
    **{
        name: f"t.{name}"
        for name in (
            "id", "number", "short_description", "description", "submitted_at", "object_type", "category_id",
            "subcategory_id", "issuer_structure_id", "contact_name", "contact_address",
        )
    },
    **{name: f"{{state}}.{name}" for name in _STATE},
    "updated_at": "{updated_at}",
    "support_id": SUPPORT_ID,
    "assignee_name": "assignee.display_name",
    "category_code": "category.code",
    "category_label_fr": "category.label_fr",
    "category_label_en": "category.label_en",
    "subcategory_code": "subcategory.code",
    "subcategory_label_fr": "subcategory.label_fr",
    "subcategory_label_en": "subcategory.label_en",
    "subcategory_destination": "subcategory.destination",
    "issuer_identifier": "issuer.identifier",
    "issuer_name": "issuer.name",
    "recipient_identifier": "recipient.identifier",
    "recipient_name": "recipient.name",
    "recipient_service_code": "service.code",
    "recipient_service_name": "service.name",
    "recipient_service_receives": "service.receives",
}  # fmt: skip

_JOINS: dict[str, str] = {
    "assignee": "LEFT JOIN users assignee ON assignee.id = {state}.assignee_id",
    "category": "JOIN categories category ON category.id = t.category_id",
    "subcategory": "JOIN subcategories subcategory ON subcategory.id = t.subcategory_id",
    "issuer": "JOIN structures issuer ON issuer.id = t.issuer_structure_id",
    "recipient": "JOIN structures recipient ON recipient.id = {state}.recipient_structure_id",
    "service": "LEFT JOIN services service ON service.id = {state}.recipient_service_id",
}

_FIELD_COLUMNS: dict[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in (
            "number", "short_description", "description", "submitted_at", "updated_at", "object_type", "status",
            "state_reason", "version",
        )
    },
    "state": (*_STATE, "issuer_structure_id", "support_id"),
    "assignee": ("assignee_id", "assignee_name"),
    "category": ("category_id", "category_code", "category_label_fr", "category_label_en"),
    "subcategory": (
        "subcategory_id", "subcategory_code", "subcategory_label_fr", "subcategory_label_en", "subcategory_destination",
    ),
    "issuer": ("issuer_identifier", "issuer_name", "contact_name", "contact_address"),
    "recipient": (
        "recipient_structure_id", "recipient_identifier", "recipient_name", "recipient_service_id",
        "recipient_service_code", "recipient_service_name", "recipient_service_receives",
    ),
}  # fmt: skip

TicketFields = Collection[str]
"""Names of requested fields of a ticket. The id is always read; an unknown name is ignored."""

ALL_FIELDS: TicketFields = frozenset(_FIELD_COLUMNS)
_MEMBERS: dict[str, dict[Any, Any]] = {
    name: {None: None, **{member.value: member for member in kind}}
    for name, kind in (("status", TicketStatus), ("state_reason", StateReason), ("object_type", ObjectType))
}


class Projection:
    """The columns and joins of some fields, from tickets `t`; with `of_activity`, the state that activity `a` left."""

    def __init__(self, fields: TicketFields, *, of_activity: bool = False, joins: Collection[str] = ()) -> None:
        wanted = {column for field in fields for column in _FIELD_COLUMNS.get(field, ())}
        self.names = ["id", *(field.name for field in dataclasses.fields(TicketRow) if field.name in wanted)]
        tables = {
            "state": "a" if of_activity else "t",
            "updated_at": "a.occurred_at" if of_activity else "t.updated_at",
        }
        sources = [_COLUMNS[name] for name in self.names]
        needed = {source.split(".")[0] for source in sources} | set(joins)
        self.columns = ", ".join(source.format(**tables) for source in sources)
        self.joins = " ".join(sql.format(**tables) for name, sql in _JOINS.items() if name in needed)
        self.read: Callable[[Row], TicketRow] = partial(tuple.__new__, _row_class((*self.names, "cursor_key")))
        """Reads a row of the SELECT. A column after the projection's own is the row's `cursor_key`."""


@lru_cache(maxsize=1024)
def _row_class(names: tuple[str, ...]) -> type:
    """A TicketRow that is a tuple of these columns: reading a ticket then only copies a tuple."""
    columns = {name: property(itemgetter(index)) for index, name in enumerate(names)}
    columns |= {name: _member(names.index(name), members) for name, members in _MEMBERS.items() if name in names}
    return type("TicketRow", (tuple, TicketRow), columns)


def _member(index: int, members: Mapping[Any, Any]) -> property:
    return property(lambda row: members[row[index]])


async def tickets_by_id(ids: Sequence[int], fields: TicketFields, condition: Condition) -> dict[int, TicketRow]:
    """The tickets of these ids that meet the condition (one of `access`), by id, as they are now."""
    projection = Projection(fields)
    sql, values = condition
    found = await fetch(
        f"SELECT {projection.columns} FROM tickets t {projection.joins} WHERE t.id IN {in_list(ids)} AND {sql}",
        [*ids, *values],
    )
    return {row[0]: projection.read(row) for row in found}


async def tickets_as_left_by(positions: Sequence[int], fields: TicketFields) -> dict[int, TicketRow]:
    """The tickets of these activities as each activity left them, by the activity's position.

    It checks no rights: call it only for activities that the viewer may see.
    """
    projection = Projection(fields, of_activity=True)
    found = await fetch(
        f"SELECT {projection.columns}, a.position FROM activities a JOIN tickets t ON t.id = a.ticket_id "
        f"{projection.joins} WHERE a.position IN {in_list(positions)}",
        list(positions),
    )
    tickets = {row[len(projection.names)]: projection.read(row) for row in found}
    for position, ticket in tickets.items():
        ticket.max_position = position
    return tickets


async def id_of_number(number: str) -> int:
    """The id of the ticket with this number; 0 if there is none."""
    found = await fetch("SELECT id FROM tickets WHERE number = ?", [number]) if storable(number) else ()
    return found[0][0] if found else 0
