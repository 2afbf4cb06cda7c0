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
    """The assignment of a ticket to an agent (« Affecter »)."""

    assignee_id: str = Field(alias="assigneeId")
    "One of the assignableAgents of the ticket (« Affectation »)."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A call that you repeat with the same key acts once and returns the first result."
    ticket_id: str = Field(alias="ticketId")
    "« Ticket »."
    version: Optional[int] = None
    "The version that you have read; if the ticket has another one, the refusal is VERSION_CONFLICT."


class MessageInput(BaseModel):
    """The input of an action with a text: a solution, a question, an answer or a reason."""

    attachments: Optional[list[Upload]] = None
    "The files of the action (« Pièces jointes »)."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A call that you repeat with the same key acts once and returns the first result."
    message: str
    "« Message »."
    ticket_id: str = Field(alias="ticketId")
    "« Ticket »."
    version: Optional[int] = None
    "The version that you have read; if the ticket has another one, the refusal is VERSION_CONFLICT."


class SubmitTicketInput(BaseModel):
    """A new ticket (« Saisir un ticket »)."""

    attachments: Optional[list[Upload]] = None
    "The files of the action (« Pièces jointes »)."
    category_id: str = Field(alias="categoryId")
    "« Catégorie »."
    description: str
    "« Description »."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A call that you repeat with the same key acts once and returns the first result."
    issuer_structure_id: str = Field(alias="issuerStructureId")
    "« Émetteur »: the structure that submits the ticket; you need SENT_TICKETS there."
    object_type: ObjectType = Field(alias="objectType")
    "« Type d’objet »."
    recipient_service_id: Optional[str] = Field(
        alias="recipientServiceId", default=None
    )
    "« Service destinataire », of that structure; required if it receives tickets by service only."
    recipient_structure_id: Optional[str] = Field(
        alias="recipientStructureId", default=None
    )
    "« Structure destinataire »; only for a subcategory that is sent to a business service."
    short_description: str = Field(alias="shortDescription")
    "« Description brève »."
    subcategory_id: str = Field(alias="subcategoryId")
    "« Sous-catégorie », of that category."


class TicketFilter(BaseModel):
    """Conditions on tickets; all of them must hold. Null is no condition; an empty list matches no ticket (« Filtres »)."""

    assignee_ids: Optional[list[str]] = Field(alias="assigneeIds", default=None)
    "Assigned to one of these (« Affectation »)."
    category_ids: Optional[list[str]] = Field(alias="categoryIds", default=None)
    "One of these (« Catégorie »)."
    object_types: Optional[list[ObjectType]] = Field(alias="objectTypes", default=None)
    "One of these (« Type d’objet »)."
    service_ids: Optional[list[str]] = Field(alias="serviceIds", default=None)
    "Received by one of these (« Service destinataire »)."
    state_reasons: Optional[list[StateReason]] = Field(
        alias="stateReasons", default=None
    )
    "One of these (« Motif d’état »)."
    statuses: Optional[list[TicketStatus]] = None
    "One of these (« Statut »)."
    structure_ids: Optional[list[str]] = Field(alias="structureIds", default=None)
    "Received by one of these (« Structure destinataire »)."
    subcategory_ids: Optional[list[str]] = Field(alias="subcategoryIds", default=None)
    "One of these (« Sous-catégorie »)."
    submitted_from: Optional[datetime] = Field(alias="submittedFrom", default=None)
    "Submitted at this instant or later (« Émis à partir du »)."
    submitted_to: Optional[datetime] = Field(alias="submittedTo", default=None)
    "Submitted at this instant or earlier (« Émis jusqu’au »)."
    unassigned: Optional[bool] = None
    "True: unassigned; false: assigned to anybody (« Non affecté »)."


class TicketInput(BaseModel):
    """The input of an action that takes only the ticket."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "A call that you repeat with the same key acts once and returns the first result."
    ticket_id: str = Field(alias="ticketId")
    "« Ticket »."
    version: Optional[int] = None
    "The version that you have read; if the ticket has another one, the refusal is VERSION_CONFLICT."


class TicketOrder(BaseModel):
    """The order of a list of tickets; equal ones are ordered by id, in the same direction (« Tri »)."""

    direction: OrderDirection = OrderDirection.DESC
    "The direction (« Ordre »)."
    field: TicketOrderField
    "The field to order by (« Trier par »)."
