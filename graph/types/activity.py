"""Activities and attachments: what happened to a ticket."""

import strawberry

from graph.context import Info
from graph.engine.plan import same_for
from graph.node_ids import encode
from graph.types.directory import User, user
from graph.types.node import Node, PageInfo
from graph.types.scalars import Cursor, DateTime, cursor
from models.i18n import messages
from models.tickets.activities import ActivityRow, AttachmentRow
from models.tickets.projection import TicketRow
from models.tickets.tables import ScanState
from models.workflow import ActivityKind, TicketStatus


@same_for()
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
    scan_state: ScanState = strawberry.field(
        description="What the virus scanner says of it by now (« Analyse antivirus »)."
    )


def attachment(row: AttachmentRow) -> Attachment:
    """An attachment of the schema."""
    node_id = encode("Attachment", row.id)
    return Attachment(
        id=node_id,
        filename=row.filename,
        content_type=row.content_type,
        size=row.size,
        url=f"/attachments/{node_id}",
        scan_state=row.scan_state,
    )


@same_for("language")
@strawberry.type(description="One thing that happened to a ticket (« Activité »).")
class Activity(Node):
    """An activity as it was recorded; it never changes."""

    row: strawberry.Private[ActivityRow]

    @strawberry.field(description="What happened (« Type d’activité »).")
    def kind(self) -> ActivityKind:
        """The kind."""
        return self.row.kind

    @strawberry.field(description="The solution, the question, the answer or the reason (« Message »).")
    def message(self) -> str | None:
        """The message."""
        return self.row.message

    @strawberry.field(description="The status that it found; null at the submission (« Statut précédent »).")
    def status_before(self) -> TicketStatus | None:
        """The status before it."""
        return self.row.status_before

    @strawberry.field(description="The status that it left (« Nouveau statut »).")
    def status_after(self) -> TicketStatus:
        """The status after it."""
        return self.row.status

    @strawberry.field(description="When (« Date »).")
    def occurred_at(self) -> DateTime:
        """When it happened."""
        return DateTime(self.row.occurred_at)

    @strawberry.field(description="Its place among all events: what `after` of a subscription takes.")
    def cursor(self) -> Cursor:
        """Its cursor."""
        return cursor(self.row.position)

    @strawberry.field(description="What happened, in the request's language: « Ticket transféré au support ».")
    def label(self, info: Info) -> str:
        """The label."""
        return info.context.say(messages.ACTIVITY[self.row.kind])

    @strawberry.field(description="Who did it (« Auteur »).")
    def actor(self) -> User | None:
        """Who acted."""
        return None if self.row.actor_id is None else user(self.row.actor_id, self.row.actor_name or "")

    @strawberry.field(description="Whom the ticket was assigned to after it (« Affectation »).")
    def assignee_after(self) -> User | None:
        """Who had the ticket after it."""
        return None if self.row.assignee_id is None else user(self.row.assignee_id, self.row.assignee_name or "")

    @strawberry.field(description="The files that came with it (« Pièces jointes »).")
    def attachments(self, info: Info) -> list[Attachment]:
        """The files of the activity."""
        known = self.row.attachments
        if known is None:
            return self._read_attachments(info)  # type: ignore[return-value] # which is awaited as any resolver's
        return [attachment(row) for row in known]

    async def _read_attachments(self, info: Info) -> list[Attachment]:
        return [attachment(row) for row in await info.context.loaders.attachments_of_activity.load(self.row.position)]


def activity(row: ActivityRow) -> Activity:
    """An activity of the schema."""
    return Activity(id=encode("Activity", row.position), row=row)


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
        return [ActivityEdge(cursor=cursor(node.row.position), node=node) for node in self.nodes]

    @strawberry.field(description="How many activities the ticket has (« Nombre d’activités »).")
    async def total_count(self, info: Info) -> int:
        """The number of all activities."""
        return await info.context.loaders.activity_counts(self.ticket.max_position).load(self.ticket.id)
