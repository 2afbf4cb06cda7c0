"""Reads of activities and attachments, for whole pages of tickets at once.

Written in SQL: an ORM object costs 19 to 47 times the same row. The reads by ticket or by activity check no rights:
call them only for tickets that the viewer may see.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from models.attachments.tables import ScanState
from models.database import Row, fetch
from models.database.sql import Condition, in_list
from models.workflow import ActivityKind, TicketStatus


class AttachmentRow(NamedTuple):
    """One attachment; `size` in bytes, `digest` SHA-256 in hexadecimal."""

    id: int
    ticket_id: int
    activity_id: int
    filename: str
    content_type: str
    size: int
    digest: str
    storage_key: str
    scan_state: ScanState


class ActivityRow(NamedTuple):
    """One activity; `occurred_at` in milliseconds since the epoch."""

    position: int
    ticket_id: int
    kind: ActivityKind
    message: str | None
    status_before: TicketStatus | None
    status: TicketStatus
    occurred_at: int
    actor_id: int | None
    actor_name: str | None
    assignee_id: int | None
    assignee_name: str | None
    attachments: tuple[AttachmentRow, ...] | None = None
    """Its files; None if they were not read with it."""


_ACTIVITY = (
    "SELECT a.position, a.ticket_id, a.kind, a.message, a.status_before, a.status, a.occurred_at, "
    "actor.id, actor.display_name, assignee.id, assignee.display_name FROM {source} a "
    "LEFT JOIN users actor ON actor.id = a.actor_id LEFT JOIN users assignee ON assignee.id = a.assignee_id "
)
_ATTACHMENT = (
    "SELECT f.id, f.ticket_id, f.activity_id, f.filename, f.content_type, f.size, f.digest, f.storage_key, "
    "f.scan_state FROM attachments f "
)


_KINDS = {kind.value: kind for kind in ActivityKind}
_STATUSES: dict[str | None, Any] = {None: None, **{status.value: status for status in TicketStatus}}

_FIRST_OF_ONE = (
    _ACTIVITY.format(source="activities")
    + "WHERE a.ticket_id = ? AND a.position > ? AND a.position <= ? ORDER BY a.position LIMIT ?"
)
_NUMBERED = (
    "(SELECT *, ROW_NUMBER() OVER (PARTITION BY ticket_id ORDER BY position) AS number FROM activities "
    "WHERE ticket_id IN {ids} AND position > ? AND position <= ?)"
)
_FIRST_OF_EACH = _ACTIVITY.format(source=_NUMBERED) + "WHERE a.number <= ? ORDER BY a.position"


def _activity(row: Row) -> ActivityRow:
    position, ticket_id, kind, message, before, after, *rest = row
    return ActivityRow(position, ticket_id, _KINDS[kind], message, _STATUSES[before], _STATUSES[after], *rest)


def _attachment(row: Row) -> AttachmentRow:
    *columns, scan_state = row
    return AttachmentRow._make((*columns, ScanState(scan_state)))


async def activities_at(positions: Sequence[int]) -> dict[int, ActivityRow]:
    """The activities at these positions."""
    found = await fetch(f"{_ACTIVITY.format(source='activities')} WHERE a.position IN {in_list(positions)}", positions)
    return {row[0]: _activity(row) for row in found}


async def first_activities(
    ticket_ids: Sequence[int], after: int, max_position: int, first: int, *, with_attachments: bool = False
) -> dict[int, list[ActivityRow]]:
    """The `first` activities of each ticket after one position and up to `max_position`, oldest first: one statement,
    or two with their attachments."""
    sql = _FIRST_OF_ONE if len(ticket_ids) == 1 else _FIRST_OF_EACH.format(ids=in_list(ticket_ids))
    found = await fetch(sql, [*ticket_ids, after, max_position, first])
    lists: dict[int, list[ActivityRow]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in found:
        lists[row[1]].append(_activity(row))
    if with_attachments and found:
        files = await attachments_of("activity_id", [row[0] for row in found], max_position)
        for activities in lists.values():
            activities[:] = [one._replace(attachments=tuple(files[one.position])) for one in activities]
    return lists


async def count_activities(ticket_ids: Sequence[int], max_position: int) -> dict[int, int]:
    """How many activities each ticket has up to `max_position`; a ticket without any is left out."""
    found = await fetch(
        f"SELECT ticket_id, COUNT(*) FROM activities WHERE ticket_id IN {in_list(ticket_ids)} "
        "AND position <= ? GROUP BY ticket_id",
        [*ticket_ids, max_position],
    )
    return {row[0]: row[1] for row in found}


async def attachments_of(column: str, ids: Sequence[int], max_position: int) -> dict[int, list[AttachmentRow]]:
    """The attachments up to `max_position` by `column`, `ticket_id` or `activity_id`, in the order of their ids."""
    found = await fetch(
        f"{_ATTACHMENT} WHERE f.{column} IN {in_list(ids)} AND f.activity_id <= ? ORDER BY f.id",
        [*ids, max_position],
    )
    lists: dict[int, list[AttachmentRow]] = {row_id: [] for row_id in ids}
    for row in found:
        attachment = _attachment(row)
        lists[getattr(attachment, column)].append(attachment)
    return lists


async def visible_activities(positions: Sequence[int], visible: Condition) -> list[ActivityRow]:
    """The activities at these positions whose tickets meet the condition (one of `access`)."""
    found = await fetch(
        f"{_ACTIVITY.format(source='activities')} JOIN tickets t ON t.id = a.ticket_id "
        f"WHERE a.position IN {in_list(positions)} AND {visible[0]}",
        [*positions, *visible[1]],
    )
    return [_activity(row) for row in found]


async def visible_attachments(ids: Sequence[int], visible: Condition) -> list[AttachmentRow]:
    """The attachments of these ids whose tickets meet the condition (one of `access`)."""
    found = await fetch(
        f"{_ATTACHMENT} JOIN tickets t ON t.id = f.ticket_id WHERE f.id IN {in_list(ids)} AND {visible[0]}",
        [*ids, *visible[1]],
    )
    return [_attachment(row) for row in found]
