"""The inputs of queries and mutations; those of mutations make the Command or Submission of their action."""

import strawberry

from graph.node_ids import Kind, row_of
from graph.types.enums import OrderDirection
from graph.types.scalars import DateTime, File
from models.commands import Command, Submission
from models.inbox.ordering import OrderField
from models.tickets.tables import ObjectType
from models.workflow import StateReason, TicketStatus

_KEY = "A call that you repeat with the same key acts once and returns the first result."
_VERSION = "The version that you have read; if the ticket has another one, the refusal is VERSION_CONFLICT."
_FILES = "The files of the action (« Pièces jointes »)."


def _optional_row(type_name: Kind, node_id: strawberry.ID | None) -> int | None:
    return None if node_id is None else row_of(type_name, node_id)


@strawberry.input(
    description="The order of a list of tickets; equal ones are ordered by id, in the same direction (« Tri »)."
)
class TicketOrder:
    """The order of a list."""

    field: OrderField = strawberry.field(description="The field to order by (« Trier par »).")
    direction: OrderDirection = strawberry.field(description="The direction (« Ordre »).", default=OrderDirection.DESC)


@strawberry.input(
    description="Conditions on tickets; all of them must hold. Null is no condition; an empty list matches no ticket "
    "(« Filtres »)."
)
class TicketFilter:
    """The conditions of a list."""

    category_ids: list[strawberry.ID] | None = strawberry.field(
        description="One of these (« Catégorie »).", default=None
    )
    subcategory_ids: list[strawberry.ID] | None = strawberry.field(
        description="One of these (« Sous-catégorie »).", default=None
    )
    object_types: list[ObjectType] | None = strawberry.field(
        description="One of these (« Type d’objet »).", default=None
    )
    statuses: list[TicketStatus] | None = strawberry.field(description="One of these (« Statut »).", default=None)
    state_reasons: list[StateReason] | None = strawberry.field(
        description="One of these (« Motif d’état »).", default=None
    )
    assignee_ids: list[strawberry.ID] | None = strawberry.field(
        description="Assigned to one of these (« Affectation »).", default=None
    )
    unassigned: bool | None = strawberry.field(
        description="True: unassigned; false: assigned to anybody (« Non affecté »).", default=None
    )
    structure_ids: list[strawberry.ID] | None = strawberry.field(
        description="Received by one of these (« Structure destinataire »).", default=None
    )
    service_ids: list[strawberry.ID] | None = strawberry.field(
        description="Received by one of these (« Service destinataire »).", default=None
    )
    submitted_from: DateTime | None = strawberry.field(
        description="Submitted at this instant or later (« Émis à partir du »).", default=None
    )
    submitted_to: DateTime | None = strawberry.field(
        description="Submitted at this instant or earlier (« Émis jusqu’au »).", default=None
    )


@strawberry.input(description="A new ticket (« Saisir un ticket »).")
class SubmitTicketInput:
    """The content of a new ticket."""

    category_id: strawberry.ID = strawberry.field(description="« Catégorie ».")
    subcategory_id: strawberry.ID = strawberry.field(description="« Sous-catégorie », of that category.")
    object_type: ObjectType = strawberry.field(description="« Type d’objet ».")
    short_description: str = strawberry.field(description="« Description brève ».")
    description: str = strawberry.field(description="« Description ».")
    recipient_structure_id: strawberry.ID | None = strawberry.field(
        description="« Structure destinataire »; only for a subcategory that is sent to a business service.",
        default=None,
    )
    recipient_service_id: strawberry.ID | None = strawberry.field(
        description="« Service destinataire », of that structure; required if it receives tickets by service only.",
        default=None,
    )
    issuer_structure_id: strawberry.ID = strawberry.field(
        description="« Émetteur »: the structure that submits the ticket; you need SENT_TICKETS there."
    )
    attachments: list[File] | None = strawberry.field(description=_FILES, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)

    def command(self, user_id: int) -> Submission:
        """The parameters of `submit_ticket`."""
        return Submission(
            user_id,
            category_id=row_of("Category", self.category_id),
            subcategory_id=row_of("Subcategory", self.subcategory_id),
            object_type=self.object_type,
            short_description=self.short_description,
            description=self.description,
            issuer_structure_id=row_of("Structure", self.issuer_structure_id),
            recipient_structure_id=_optional_row("Structure", self.recipient_structure_id),
            recipient_service_id=_optional_row("Service", self.recipient_service_id),
            files=self.attachments or (),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="The input of an action that takes only the ticket.")
class TicketInput:
    """The ticket of an action."""

    ticket_id: strawberry.ID = strawberry.field(description="« Ticket ».")
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)

    def command(self, user_id: int) -> Command:
        """The parameters of the action."""
        return Command(
            user_id, row_of("Ticket", self.ticket_id), version=self.version, idempotency_key=self.idempotency_key
        )


@strawberry.input(description="The assignment of a ticket to an agent (« Affecter »).")
class AssignTicketInput:
    """A ticket with its new assignee."""

    ticket_id: strawberry.ID = strawberry.field(description="« Ticket ».")
    assignee_id: strawberry.ID = strawberry.field(
        description="One of the assignableAgents of the ticket (« Affectation »)."
    )
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)

    def command(self, user_id: int) -> Command:
        """The parameters of `assign_ticket`."""
        return Command(
            user_id,
            row_of("Ticket", self.ticket_id),
            assignee_id=row_of("User", self.assignee_id),
            version=self.version,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="The input of an action with a text: a solution, a question, an answer or a reason.")
class MessageInput:
    """A ticket with a text."""

    ticket_id: strawberry.ID = strawberry.field(description="« Ticket ».")
    message: str = strawberry.field(description="« Message ».")
    attachments: list[File] | None = strawberry.field(description=_FILES, default=None)
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)

    def command(self, user_id: int) -> Command:
        """The parameters of the action."""
        return Command(
            user_id,
            row_of("Ticket", self.ticket_id),
            message=self.message,
            files=self.attachments or (),
            version=self.version,
            idempotency_key=self.idempotency_key,
        )
