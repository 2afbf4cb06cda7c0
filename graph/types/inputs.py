"""The inputs of queries and mutations; those of mutations make the Command or Submission of their action."""

import strawberry

from graph.node_ids import row_of
from graph.types.enums import OrderDirection
from graph.types.scalars import DateTime, File
from models.commands import Command, Submission
from models.inbox.ordering import OrderField
from models.tickets.tables import ObjectType
from models.workflow import StateReason, TicketStatus

_TICKET = "The ticket (« Ticket »)."
_KEY = (
    "Idempotency key: a request repeated by the same user with the same key is done once and returns the first result."
)
_VERSION = "The ticket version that the viewer has seen; VERSION_CONFLICT if the ticket has changed since."
_FILES = "Files to attach (« Pièces jointes »)."


def _optional_row(type_name: str, node_id: strawberry.ID | None) -> int | None:
    return None if node_id is None else row_of(type_name, node_id)


@strawberry.input(
    description="The order of a list of tickets (« Tri »). Ties are ordered by id, in the same direction."
)
class TicketOrder:
    field: OrderField = strawberry.field(description="The field to order by (« Trier par »).")
    direction: OrderDirection = strawberry.field(description="The direction (« Ordre »).", default=OrderDirection.DESC)


@strawberry.input(
    description="Conditions on tickets, all of which must hold (« Filtres »). Null is no condition; an empty list "
    "matches no ticket."
)
class TicketFilter:
    category_ids: list[strawberry.ID] | None = strawberry.field(
        description="In any of these categories (« Catégorie »).", default=None
    )
    subcategory_ids: list[strawberry.ID] | None = strawberry.field(
        description="In any of these subcategories (« Sous-catégorie »).", default=None
    )
    object_types: list[ObjectType] | None = strawberry.field(
        description="With any of these object types (« Type d’objet »).", default=None
    )
    statuses: list[TicketStatus] | None = strawberry.field(
        description="With any of these statuses (« Statut »).", default=None
    )
    state_reasons: list[StateReason] | None = strawberry.field(
        description="With any of these state reasons (« Motif d’état »).", default=None
    )
    assignee_ids: list[strawberry.ID] | None = strawberry.field(
        description="Assigned to any of these agents (« Affectation »).", default=None
    )
    unassigned: bool | None = strawberry.field(
        description="True: not assigned; false: assigned (« Non affecté »).", default=None
    )
    structure_ids: list[strawberry.ID] | None = strawberry.field(
        description="Received by any of these structures (« Structure destinataire »).", default=None
    )
    service_ids: list[strawberry.ID] | None = strawberry.field(
        description="Received by any of these services (« Service destinataire »).", default=None
    )
    submitted_from: DateTime | None = strawberry.field(
        description="Submitted at or after this instant (« Émis à partir du »).", default=None
    )
    submitted_to: DateTime | None = strawberry.field(
        description="Submitted at or before this instant (« Émis jusqu’au »).", default=None
    )


@strawberry.input(description="A new ticket (« Saisir un ticket »).")
class SubmitTicketInput:
    category_id: strawberry.ID = strawberry.field(description="The category (« Catégorie »).")
    subcategory_id: strawberry.ID = strawberry.field(description="A subcategory of the category (« Sous-catégorie »).")
    object_type: ObjectType = strawberry.field(description="What the ticket is about (« Type d’objet »).")
    short_description: str = strawberry.field(description="A one-line summary (« Description brève »).")
    description: str = strawberry.field(description="The request in full (« Description »).")
    recipient_structure_id: strawberry.ID | None = strawberry.field(
        description="The receiving structure (« Structure destinataire »); required if the subcategory goes to a "
        "business service, refused otherwise.",
        default=None,
    )
    recipient_service_id: strawberry.ID | None = strawberry.field(
        description="A service of the receiving structure (« Service destinataire »); required if the structure "
        "receives tickets by service only.",
        default=None,
    )
    issuer_structure_id: strawberry.ID = strawberry.field(
        description="The structure on whose behalf the ticket is submitted (« Émetteur »); the viewer must hold "
        "SENT_TICKETS there."
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


@strawberry.input(description="The input of an action that needs only the ticket.")
class TicketInput:
    ticket_id: strawberry.ID = strawberry.field(description=_TICKET)
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)

    def command(self, user_id: int) -> Command:
        """The parameters of the action."""
        return Command(
            user_id, row_of("Ticket", self.ticket_id), version=self.version, idempotency_key=self.idempotency_key
        )


@strawberry.input(description="The input of an assignment (« Affecter »).")
class AssignTicketInput:
    ticket_id: strawberry.ID = strawberry.field(description=_TICKET)
    assignee_id: strawberry.ID = strawberry.field(
        description="The new assignee (« Affectation »); one of the ticket’s assignableAgents."
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


@strawberry.input(description="The input of an action with a message: a solution, a question, an answer or a reason.")
class MessageInput:
    ticket_id: strawberry.ID = strawberry.field(description=_TICKET)
    message: str = strawberry.field(description="The message (« Message »).")
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
