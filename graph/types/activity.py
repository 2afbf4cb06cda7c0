"""Activities and attachments: what happened to a ticket."""

import strawberry

from graph.context import Info
from graph.ids import encode
from graph.types.directory import User, user
from graph.types.node import Node, PageInfo
from graph.types.scalars import Cursor, DateTime, cursor
from models import labels
from models.history import ActivityRow, AttachmentRow
from models.projection import TicketRow
from models.workflow import ActivityKind, TicketStatus


@strawberry.type(description="A file that came with an activity (« Pièce jointe »).")
class Attachment(Node):
    """A file's description; `url` leads to its bytes."""

    filename: str = strawberry.field(description="Its name (« Nom du fichier »).")
    content_type: str = strawberry.field(description="Its media type (« Type »).")
    size: int = strawberry.field(description="Its size in bytes (« Taille »).")
    url: str = strawberry.field(
        description="Where its bytes are, on this server, for those who may see the ticket, with the same "
        "Authorization header (« Télécharger »)."
    )


def attachment(row: AttachmentRow) -> Attachment:
    """An attachment of the schema."""
    node_id = encode("Attachment", row.id)
    return Attachment(
        id=node_id, filename=row.filename, content_type=row.content_type, size=row.size, url=f"/attachments/{node_id}"
    )


@strawberry.type(description="One thing that happened to a ticket (« Activité »).")
class Activity(Node):
    """An activity as it was recorded; it never changes."""

    row: strawberry.Private[ActivityRow]
    kind: ActivityKind = strawberry.field(description="What happened (« Type d’activité »).")
    message: str | None = strawberry.field(
        description="The solution, the question, the answer or the reason (« Message »)."
    )
    status_before: TicketStatus | None = strawberry.field(
        description="The status that it found; null at the submission (« Statut précédent »)."
    )
    status_after: TicketStatus = strawberry.field(description="The status that it left (« Nouveau statut »).")
    occurred_at: DateTime = strawberry.field(description="When (« Date »).")
    cursor: Cursor = strawberry.field(description="Its place among all events: what `after` of a subscription takes.")

    @strawberry.field(description="What happened, in the request's language: « Ticket transféré au support ».")
    def label(self, info: Info) -> str:
        """The label."""
        return info.context.say(labels.ACTIVITY[self.kind])

    @strawberry.field(description="Who did it (« Auteur »).")
    def actor(self) -> User | None:
        """Who acted."""
        return None if self.row.actor_id is None else user(self.row.actor_id, self.row.actor_name or "")

    @strawberry.field(description="Whom the ticket was assigned to after it (« Affectation »).")
    def assignee_after(self) -> User | None:
        """Who had the ticket after it."""
        return None if self.row.assignee_id is None else user(self.row.assignee_id, self.row.assignee_name or "")

    @strawberry.field(description="The files that came with it (« Pièces jointes »).")
    async def attachments(self, info: Info) -> list[Attachment]:
        """The files of the activity."""
        return [attachment(row) for row in await info.context.loaders.attachments_of_activity.load(self.row.position)]


def activity(row: ActivityRow) -> Activity:
    """An activity of the schema."""
    return Activity(
        id=encode("Activity", row.position),
        row=row,
        kind=row.kind,
        message=row.message,
        status_before=row.status_before,
        status_after=row.status,
        occurred_at=DateTime(row.occurred_at),
        cursor=cursor(row.position),
    )


@strawberry.type(description="An activity in a connection (Relay).")
class ActivityEdge:
    """An activity and its place."""

    cursor: str = strawberry.field(description="Its place in the list, for `after`.")
    node: Activity = strawberry.field(description="The activity (« Activité »).")


@strawberry.type(description="The activities of a ticket, oldest first (Relay; « Activités »).")
class ActivityConnection:
    """A page of activities."""

    ticket: strawberry.Private[TicketRow]
    nodes: list[Activity] = strawberry.field(description="The activities of the page (« Activités »).")
    page_info: PageInfo = strawberry.field(description="Where the page stands (« Pagination »).")

    @strawberry.field(description="The activities of the page, each with its place.")
    def edges(self) -> list[ActivityEdge]:
        """The edges."""
        return [ActivityEdge(cursor=str(node.cursor), node=node) for node in self.nodes]

    @strawberry.field(description="How many activities the ticket has (« Nombre d’activités »).")
    async def total_count(self, info: Info) -> int:
        """The number of all activities."""
        return await info.context.loaders.activity_counts(self.ticket.upto).load(self.ticket.id)
