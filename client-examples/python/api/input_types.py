from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel, Upload
from .enums import (
    ObjectType,
    OrderDirection,
    StateReason,
    TicketOrderField,
    TicketStatus,
)


class AssignTicketInput(BaseModel):
    """To whom a ticket is given (« Affecter »)."""

    assignee_id: str = Field(alias="assigneeId")
    "One of the ticket's assignableAgents (« Affectation »)."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A repeated call by the same user with this key returns the first call's result, acting once."
    ticket_id: str = Field(alias="ticketId")
    "« Ticket »."
    version: Optional[int] = None
    "The ticket's version that the caller acts upon; if it has moved on, VERSION_CONFLICT."


class MessageInput(BaseModel):
    """An action that says something: a solution, a question, an answer, a reason."""

    attachments: Optional[list[Upload]] = None
    "Files that come with the action (« Pièces jointes »)."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A repeated call by the same user with this key returns the first call's result, acting once."
    message: str
    "« Message »."
    ticket_id: str = Field(alias="ticketId")
    "« Ticket »."
    version: Optional[int] = None
    "The ticket's version that the caller acts upon; if it has moved on, VERSION_CONFLICT."


class SubmitTicketInput(BaseModel):
    """A new ticket (« Saisir un ticket »)."""

    attachments: Optional[list[Upload]] = None
    "Files that come with the action (« Pièces jointes »)."
    category_id: str = Field(alias="categoryId")
    "« Catégorie »."
    description: str
    "« Description »."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A repeated call by the same user with this key returns the first call's result, acting once."
    issuer_structure_id: str = Field(alias="issuerStructureId")
    "« Émetteur »: on whose behalf; the viewer holds SENT_TICKETS there."
    object_type: ObjectType = Field(alias="objectType")
    "« Type d’objet »."
    recipient_service_id: Optional[str] = Field(
        alias="recipientServiceId", default=None
    )
    "« Service destinataire », of that structure; required where it receives by service only."
    recipient_structure_id: Optional[str] = Field(
        alias="recipientStructureId", default=None
    )
    "« Structure destinataire »: where the subcategory goes to a business service, and only there."
    short_description: str = Field(alias="shortDescription")
    "« Description brève »."
    subcategory_id: str = Field(alias="subcategoryId")
    "« Sous-catégorie », of that category."


class TicketFilter(BaseModel):
    """What tickets must be; all that is given must hold. Null asks nothing, an empty list is met by no ticket (« Filtres »)."""

    assignee_ids: Optional[list[str]] = Field(alias="assigneeIds", default=None)
    "Assigned to any of these (« Affectation »)."
    category_ids: Optional[list[str]] = Field(alias="categoryIds", default=None)
    "Any of these (« Catégorie »)."
    object_types: Optional[list[ObjectType]] = Field(alias="objectTypes", default=None)
    "Any of these (« Type d’objet »)."
    service_ids: Optional[list[str]] = Field(alias="serviceIds", default=None)
    "Received by any of these (« Service destinataire »)."
    state_reasons: Optional[list[StateReason]] = Field(
        alias="stateReasons", default=None
    )
    "Any of these (« Motif d’état »)."
    statuses: Optional[list[TicketStatus]] = None
    "Any of these (« Statut »)."
    structure_ids: Optional[list[str]] = Field(alias="structureIds", default=None)
    "Received by any of these (« Structure destinataire »)."
    subcategory_ids: Optional[list[str]] = Field(alias="subcategoryIds", default=None)
    "Any of these (« Sous-catégorie »)."
    submitted_from: Optional[datetime] = Field(alias="submittedFrom", default=None)
    "Submitted then or later (« Émis à partir du »)."
    submitted_to: Optional[datetime] = Field(alias="submittedTo", default=None)
    "Submitted then or earlier (« Émis jusqu’au »)."
    unassigned: Optional[bool] = None
    "True: assigned to nobody; false: to somebody (« Non affecté »)."


class TicketInput(BaseModel):
    """An action that needs nothing but the ticket."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A repeated call by the same user with this key returns the first call's result, acting once."
    ticket_id: str = Field(alias="ticketId")
    "« Ticket »."
    version: Optional[int] = None
    "The ticket's version that the caller acts upon; if it has moved on, VERSION_CONFLICT."


class TicketOrder(BaseModel):
    """How a list of tickets is ordered; the id breaks ties, the same way (« Tri »)."""

    direction: OrderDirection = OrderDirection.DESC
    "Which way (« Ordre »)."
    field: TicketOrderField
    "By what (« Trier par »)."
