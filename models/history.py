"""What happened to tickets: activities and attachments as read. What they did to a ticket stands in `actions.py`.

The reads by ticket or by activity ask no right: they are for those who were just shown the ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.access import Condition
from models.database import Row, rows
from models.workflow import ActivityKind, TicketStatus


@dataclass(slots=True)
class ActivityRow:
    """One activity. The instant is in milliseconds since the epoch."""

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


@dataclass(slots=True)
class AttachmentRow:
    """One attachment; size in bytes, digest SHA-256 in hexadecimal."""

    id: int
    ticket_id: int
    activity_id: int
    filename: str
    content_type: str
    size: int
    digest: str
    storage_key: str


_ACTIVITY = (
    "SELECT a.position, a.ticket_id, a.kind, a.message, a.status_before, a.status, a.occurred_at, "
    "actor.id, actor.display_name, assignee.id, assignee.display_name FROM {source} a "
    "LEFT JOIN users actor ON actor.id = a.actor_id LEFT JOIN users assignee ON assignee.id = a.assignee_id "
)
_ATTACHMENT = (
    "SELECT f.id, f.ticket_id, f.activity_id, f.filename, f.content_type, f.size, f.digest, f.storage_key "
    "FROM attachments f "
)


def _activity(row: Row) -> ActivityRow:
    before = row[4]
    return ActivityRow(
        row[0], row[1], ActivityKind(row[2]), row[3], before and TicketStatus(before), TicketStatus(row[5]), *row[6:11]
    )


async def activities_at(positions: Sequence[int]) -> dict[int, ActivityRow]:
    """The activities at these positions."""
    found = await rows(
        f"{_ACTIVITY.format(source='activities')} WHERE a.position IN ({', '.join('?' * len(positions))})", positions
    )
    return {row[0]: _activity(row) for row in found}


async def first_activities(
    ticket_ids: Sequence[int], after: int, upto: int, first: int
) -> dict[int, list[ActivityRow]]:
    """The `first` activities of each ticket after one position and up to another, oldest first, in one statement."""
    numbered = (
        "(SELECT *, ROW_NUMBER() OVER (PARTITION BY ticket_id ORDER BY position) AS place FROM activities "  # noqa: S608
        f"WHERE ticket_id IN ({', '.join('?' * len(ticket_ids))}) AND position > ? AND position <= ?)"
    )
    found = await rows(
        f"{_ACTIVITY.format(source=numbered)} WHERE a.place <= ? ORDER BY a.position", [*ticket_ids, after, upto, first]
    )
    lists: dict[int, list[ActivityRow]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in found:
        lists[row[1]].append(_activity(row))
    return lists


async def count_activities(ticket_ids: Sequence[int], upto: int) -> dict[int, int]:
    """How many activities each ticket has up to a position."""
    found = await rows(
        f"SELECT ticket_id, COUNT(*) FROM activities WHERE ticket_id IN ({', '.join('?' * len(ticket_ids))}) "  # noqa: S608
        "AND position <= ? GROUP BY ticket_id",
        [*ticket_ids, upto],
    )
    return {row[0]: row[1] for row in found}


async def attachments_of(column: str, ids: Sequence[int], upto: int) -> dict[int, list[AttachmentRow]]:
    """The attachments by `ticket_id` or by `activity_id` that came up to a position, in their order."""
    found = await rows(
        f"{_ATTACHMENT} WHERE f.{column} IN ({', '.join('?' * len(ids))}) AND f.activity_id <= ? ORDER BY f.id",
        [*ids, upto],
    )
    lists: dict[int, list[AttachmentRow]] = {row_id: [] for row_id in ids}
    for row in found:
        attachment = AttachmentRow(*row)
        lists[getattr(attachment, column)].append(attachment)
    return lists


async def visible_activities(positions: Sequence[int], visible: Condition) -> list[ActivityRow]:
    """The activities at these positions that are of tickets that meet the condition."""
    found = await rows(
        f"{_ACTIVITY.format(source='activities')} JOIN tickets t ON t.id = a.ticket_id "
        f"WHERE a.position IN ({', '.join('?' * len(positions))}) AND {visible[0]}",
        [*positions, *visible[1]],
    )
    return [_activity(row) for row in found]


async def visible_attachments(ids: Sequence[int], visible: Condition) -> list[AttachmentRow]:
    """The attachments of these ids that are of tickets that meet the condition."""
    found = await rows(
        f"{_ATTACHMENT} JOIN tickets t ON t.id = f.ticket_id "
        f"WHERE f.id IN ({', '.join('?' * len(ids))}) AND {visible[0]}",
        [*ids, *visible[1]],
    )
    return [AttachmentRow(*row) for row in found]
