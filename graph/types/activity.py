"""The activities of a ticket and their attachments."""

from collections.abc import Sequence

import strawberry

from graph.context import Info
from graph.documents.rows import PAGE, assumes
from graph.engine.cacheable import cacheable
from graph.engine.resolve import attribute
from graph.lookahead import selected
from graph.node_ids import encode
from graph.types.directory import User, user
from graph.types.node import Node, PageInfo
from graph.types.scalars import Cursor, DateTime, cursor
from models.attachments.tables import ScanState
from models.i18n import messages
from models.tickets.activities import ActivityRow, AttachmentRow, activities_at
from models.tickets.projection import TicketRow
from models.workflow import ActivityKind, TicketStatus


@cacheable()
@strawberry.type(description="A file that was sent with an activity (« Pièce jointe »).")
class Attachment(Node):
    """The metadata of a file; its bytes are at `url`."""

    filename: str = strawberry.field(description="The name of the file (« Nom du fichier »).")
    content_type: str = strawberry.field(description="The media type of the file (« Type »).")
    size: int = strawberry.field(description="The size of the file in bytes (« Taille »).")
    url: str = strawberry.field(
        description="The path of the file on this server; a GET needs the Authorization header of a viewer who "
        "may see the ticket (« Télécharger »)."
    )
    scan_state: ScanState = strawberry.field(
        description="The present result of the virus scan (« Analyse antivirus »)."
    )


def attachment(row: AttachmentRow) -> Attachment:
    """The attachment of a row."""
    node_id = encode("Attachment", row.id)
    return Attachment(
        id=node_id,
        filename=row.filename,
        content_type=row.content_type,
        size=row.size,
        url=f"/attachments/{node_id}",
        scan_state=row.scan_state,
    )


@cacheable(vary=("language",))
@strawberry.type(description="A submission, action or change of a ticket (« Activité »).")
class Activity(Node):
    """An activity as it was recorded. Its row has its attachments only where the document selects them."""

    row: strawberry.Private[ActivityRow]

    kind: ActivityKind = attribute("row.kind", description="What happened (« Type d’activité »).")
    message: str | None = attribute(
        "row.message",
        description="The text of the solution, question, answer or reason; null if there is none (« Message »).",
    )
    status_before: TicketStatus | None = attribute(
        "row.status_before",
        description="The status before the activity; null for the submission (« Statut précédent »).",
    )
    status_after: TicketStatus = attribute(
        "row.status", description="The status after the activity (« Nouveau statut »)."
    )
    occurred_at: DateTime = attribute("row.occurred_at", description="When the activity happened (« Date »).")

    @strawberry.field(description="The cursor of the event, for `after` of a subscription.")
    def cursor(self) -> Cursor:
        return cursor(self.row.position)

    @strawberry.field(description="What happened, in the language of the request: « Ticket transféré au support ».")
    def label(self, info: Info) -> str:
        return messages.ACTIVITY[self.row.kind].in_(info.context.language)

    @strawberry.field(description="The user who acted; null for the system (« Auteur »).")
    def actor(self) -> User | None:
        return None if self.row.actor_id is None else user(self.row.actor_id, self.row.actor_name or "")

    @strawberry.field(
        description="The agent that the ticket was assigned to after the activity; null for none (« Affectation »)."
    )
    def assignee_after(self) -> User | None:
        return None if self.row.assignee_id is None else user(self.row.assignee_id, self.row.assignee_name or "")

    @strawberry.field(
        description="The files that were sent with the activity (« Pièces jointes »).", metadata=assumes(2)
    )
    def attachments(self) -> list[Attachment]:
        if self.row.attachments is None:
            raise RuntimeError("the attachments were not loaded: see load_activities")
        return [attachment(row) for row in self.row.attachments]


def activity(row: ActivityRow) -> Activity:
    """The activity of a row."""
    return Activity(id=encode("Activity", row.position), row=row)


async def load_activities(info: Info, rows: Sequence[ActivityRow]) -> list[Activity]:
    """The activities of rows, with their attachments if the current field selects them."""
    if "attachments" in selected(info):
        files = await info.context.loaders.attachments_of_activity.load_many([row.position for row in rows])
        rows = [row._replace(attachments=tuple(found)) for row, found in zip(rows, files, strict=True)]
    return [activity(row) for row in rows]


async def activity_at(info: Info, position: int) -> Activity:
    """The activity at a position, with its attachments if the current field selects them."""
    return (await load_activities(info, [(await activities_at([position]))[position]]))[0]


@strawberry.type(description="An activity in a connection (Relay).")
class ActivityEdge:
    """An activity with its cursor."""

    cursor: str = strawberry.field(description="The cursor of this edge, for `after`.")
    node: Activity = strawberry.field(description="The activity (« Activité »).")


@strawberry.type(description="The activities of a ticket, oldest first (Relay; « Activités »).")
class ActivityConnection:
    """A page of activities."""

    ticket: strawberry.Private[TicketRow]
    nodes: list[Activity] = strawberry.field(
        description="The activities of the page (« Activités »).", metadata=assumes(PAGE)
    )
    page_info: PageInfo = strawberry.field(description="The position of the page in the list (« Pagination »).")

    @strawberry.field(description="The activities of the page, each with its cursor.", metadata=assumes(PAGE))
    def edges(self) -> list[ActivityEdge]:
        return [ActivityEdge(cursor=cursor(node.row.position), node=node) for node in self.nodes]

    @strawberry.field(description="The number of all activities of the ticket (« Nombre d’activités »).")
    async def total_count(self, info: Info) -> int:
        return await info.context.loaders.activity_counts(self.ticket.max_position).load(self.ticket.id)
