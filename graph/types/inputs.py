"""The inputs of queries and mutations."""

import strawberry

from graph.types.enums import OrderDirection
from graph.types.scalars import DateTime, File
from models.inbox.ordering import OrderField
from models.tickets.tables import ObjectType
from models.workflow import StateReason, TicketStatus

_KEY = "A repeated call by the same user with this key returns the first call's result, acting once."
_VERSION = "The ticket's version that the caller acts upon; if it has moved on, VERSION_CONFLICT."
_FILES = "Files that come with the action (« Pièces jointes »)."


@strawberry.input(description="How a list of tickets is ordered; the id breaks ties, the same way (« Tri »).")
class TicketOrder:
    """An order."""

    field: OrderField = strawberry.field(description="By what (« Trier par »).")
    direction: OrderDirection = strawberry.field(description="Which way (« Ordre »).", default=OrderDirection.DESC)


@strawberry.input(
    description="What tickets must be; all that is given must hold. Null asks nothing, an empty list is met by no "
    "ticket (« Filtres »)."
)
class TicketFilter:
    """A filter."""

    category_ids: list[strawberry.ID] | None = strawberry.field(
        description="Any of these (« Catégorie »).", default=None
    )
    subcategory_ids: list[strawberry.ID] | None = strawberry.field(
        description="Any of these (« Sous-catégorie »).", default=None
    )
    object_types: list[ObjectType] | None = strawberry.field(
        description="Any of these (« Type d’objet »).", default=None
    )
    statuses: list[TicketStatus] | None = strawberry.field(description="Any of these (« Statut »).", default=None)
    state_reasons: list[StateReason] | None = strawberry.field(
        description="Any of these (« Motif d’état »).", default=None
    )
    assignee_ids: list[strawberry.ID] | None = strawberry.field(
        description="Assigned to any of these (« Affectation »).", default=None
    )
    unassigned: bool | None = strawberry.field(
        description="True: assigned to nobody; false: to somebody (« Non affecté »).", default=None
    )
    structure_ids: list[strawberry.ID] | None = strawberry.field(
        description="Received by any of these (« Structure destinataire »).", default=None
    )
    service_ids: list[strawberry.ID] | None = strawberry.field(
        description="Received by any of these (« Service destinataire »).", default=None
    )
    submitted_from: DateTime | None = strawberry.field(
        description="Submitted then or later (« Émis à partir du »).", default=None
    )
    submitted_to: DateTime | None = strawberry.field(
        description="Submitted then or earlier (« Émis jusqu’au »).", default=None
    )


@strawberry.input(description="A new ticket (« Saisir un ticket »).")
class SubmitTicketInput:
    """What a ticket needs."""

    category_id: strawberry.ID = strawberry.field(description="« Catégorie ».")
    subcategory_id: strawberry.ID = strawberry.field(description="« Sous-catégorie », of that category.")
    object_type: ObjectType = strawberry.field(description="« Type d’objet ».")
    short_description: str = strawberry.field(description="« Description brève ».")
    description: str = strawberry.field(description="« Description ».")
    recipient_structure_id: strawberry.ID | None = strawberry.field(
        description="« Structure destinataire »: where the subcategory goes to a business service, and only there.",
        default=None,
    )
    recipient_service_id: strawberry.ID | None = strawberry.field(
        description="« Service destinataire », of that structure; required where it receives by service only.",
        default=None,
    )
    issuer_structure_id: strawberry.ID = strawberry.field(
        description="« Émetteur »: on whose behalf; the viewer holds SENT_TICKETS there."
    )
    attachments: list[File] | None = strawberry.field(description=_FILES, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)


@strawberry.input(description="An action that needs nothing but the ticket.")
class TicketInput:
    """A ticket to act on."""

    ticket_id: strawberry.ID = strawberry.field(description="« Ticket ».")
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)


@strawberry.input(description="To whom a ticket is given (« Affecter »).")
class AssignTicketInput:
    """A ticket and its new assignee."""

    ticket_id: strawberry.ID = strawberry.field(description="« Ticket ».")
    assignee_id: strawberry.ID = strawberry.field(description="One of the ticket's assignableAgents (« Affectation »).")
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)


@strawberry.input(description="An action that says something: a solution, a question, an answer, a reason.")
class MessageInput:
    """A ticket and a message."""

    ticket_id: strawberry.ID = strawberry.field(description="« Ticket ».")
    message: str = strawberry.field(description="« Message ».")
    attachments: list[File] | None = strawberry.field(description=_FILES, default=None)
    version: int | None = strawberry.field(description=_VERSION, default=None)
    idempotency_key: str | None = strawberry.field(description=_KEY, default=None)
