"""The enums of the schema: those of the models, with their descriptions."""

from enum import Enum, StrEnum
from typing import Any, TypeVar

import strawberry

from models.attachments.tables import ScanState
from models.directory.tables import Destination, Profile
from models.inbox.changes import InboxChangeKind
from models.inbox.ordering import OrderField
from models.inbox.tabs import InboxTab
from models.tickets.tables import ObjectType
from models.workflow import ActivityKind, RefusalCode, StateReason, TicketAction, TicketStatus

E = TypeVar("E", bound=type[Enum])


def _describe(name: str, description: str, enum: E, **values: str) -> E:
    """Add an enum to the schema, with a description for each value."""
    made = strawberry.enum(enum, name=name, description=description)
    definition: Any = made.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
    return made


class OrderDirection(StrEnum):
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


_describe(
    "TicketStatus", "The status of a ticket (« Statut »).", TicketStatus,
    OPEN="« Ouvert »: an agent has to treat it.",
    AWAITING_INFORMATION="« En attente d’informations »: the requester has to provide information.",
    RESOLVED="« Résolu »: the requester has to accept or refuse the proposed solution.",
    CLOSED="« Fermé »: final.",
)  # fmt: skip
_describe(
    "StateReason", "Why a ticket is open (« Motif d’état »).", StateReason,
    CREATION="« Création »: it was submitted.",
    INFORMATION_PROVIDED="« Complément d’informations »: the requester provided information.",
    SOLUTION_REFUSED="« Refus de solution »: the requester refused the solution.",
)  # fmt: skip
_describe(
    "InboxTab", "The tabs of the received tickets (« Tickets reçus »), in screen order.", InboxTab,
    MY_TICKETS_TO_PROCESS="« Mes tickets à traiter »: open and assigned to the viewer.",
    TO_PROCESS="« À traiter »: open.",
    AWAITING_INFORMATION="« En attente d’informations ».",
    ALL_EXCEPT_CLOSED="« Tous (sauf clôturés) »: open, awaiting information or resolved.",
    CLOSED="« Clôturés ».",
)  # fmt: skip
_describe(
    "ObjectType", "What a ticket is about (« Type d’objet »).", ObjectType,
    INVOICE="« Facture ».",
    JUSTICE_FEES_STATEMENT="« Mémoire de frais de justice ».",
    REFUND_CLAIM="« Demande de remboursement ».",
    OTHER="« Autre ».",
)  # fmt: skip
_describe(
    "Destination", "The destination of a subcategory’s tickets (« Destination »).", Destination,
    BUSINESS_SERVICE="« Service métier » of a public structure, which the requester names.",
    SUPPORT="« Support Chorus Pro ».",
)  # fmt: skip
_describe(
    "Profile", "What a user may do for a structure (« Profil »).", Profile,
    RECEIVED_TICKETS_VIEW="« Sollicitations reçues consultation »: read the received tickets.",
    RECEIVED_TICKETS_EDIT="« Sollicitations reçues modification »: treat the received tickets as an agent.",
    SENT_TICKETS="« Sollicitations émises »: submit tickets and follow them.",
)  # fmt: skip
_describe(
    "TicketAction", "The actions on a ticket, in the order of the « Actions » menu.", TicketAction,
    ASSIGN_TO_ME="« M’affecter le ticket ».",
    ASSIGN="« Affecter »: assign it to an agent of the recipient.",
    PROPOSE_SOLUTION="« Proposer une solution ».",
    REQUEST_INFORMATION="« Demander des informations ».",
    TRANSFER_TO_SUPPORT="« Transférer au support ».",
    PROVIDE_INFORMATION="« Compléter »: answer a request for information.",
    ACCEPT_SOLUTION="« Accepter la solution ».",
    REFUSE_SOLUTION="« Refuser la solution ».",
    CLOSE="« Fermer le ticket ».",
)  # fmt: skip
_describe(
    "ActivityKind", "What an activity records (« Activité »).", ActivityKind,
    SUBMITTED="« Ticket émis ».",
    ASSIGNED="« Ticket affecté ».",
    SOLUTION_PROPOSED="« Solution proposée ».",
    INFORMATION_REQUESTED="« Informations demandées ».",
    INFORMATION_PROVIDED="« Complément d’informations ».",
    SOLUTION_ACCEPTED="« Solution acceptée ».",
    SOLUTION_REFUSED="« Refus de solution ».",
    TRANSFERRED_TO_SUPPORT="« Ticket transféré au support ».",
    CLOSED="« Ticket fermé ».",
    ATTACHMENTS_CLEARED="« Pièces jointes vérifiées »: the virus scanner found nothing.",
    ATTACHMENTS_REJECTED="« Pièce jointe supprimée par l’antivirus »: the message names the files and the viruses.",
)  # fmt: skip
_describe(
    "AttachmentScanState", "The virus scan of a file (« Analyse antivirus »).", ScanState,
    NOT_SCANNED="« Non analysée »: no scanner was configured when it was attached.",
    PENDING="« En cours d’analyse »: it can't be downloaded yet.",
    CLEAN="« Saine »: no virus was found.",
    REJECTED="« Supprimée »: a virus was found and the file was deleted.",
)  # fmt: skip
_describe(
    "RefusalCode",
    "Why an action is refused. If several codes apply, the first in this order is returned: "
    "INVALID_INPUT, NOT_FOUND, FORBIDDEN, VERSION_CONFLICT, INVALID_TRANSITION, NOT_ASSIGNED, "
    "ASSIGNED_TO_SOMEONE_ELSE, ALREADY_ASSIGNED, ATTACHMENT_REJECTED.",
    RefusalCode,
    INVALID_INPUT="Some fields are invalid; `fields` names them (« Saisie non valable »).",
    NOT_FOUND="The ticket does not exist or the viewer may not see it (« Ticket introuvable »).",
    FORBIDDEN="The viewer sees the ticket but lacks the profile for the action (« Profil insuffisant »).",
    VERSION_CONFLICT="The ticket has changed since the given version (« Ticket modifié entre-temps »).",
    INVALID_TRANSITION="The action is not possible in the ticket’s status (« Action impossible à ce statut »).",
    NOT_ASSIGNED="The ticket has to be assigned first (« Ticket non affecté »).",
    ASSIGNED_TO_SOMEONE_ELSE="The ticket is assigned to another agent (« Affecté à une autre personne »).",
    ALREADY_ASSIGNED="The ticket is already assigned to that agent (« Déjà affecté »).",
    ATTACHMENT_REJECTED="Some files are not accepted; `fields` names them (« Pièce jointe refusée »).",
    IDEMPOTENCY_KEY_REUSED="The idempotency key was used with other input before (« Clé d’idempotence réutilisée »).",
)  # fmt: skip
_describe(
    "TicketOrderField", "The fields that a list of tickets can be ordered by (« Trier par »).", OrderField,
    SUBMITTED_AT="« Date de l’émission ».",
    UPDATED_AT="« Date de la dernière modification ».",
    NUMBER="« Numéro du ticket ».",
    STATUS="« Statut », in the order of a ticket's life.",
    CATEGORY="« Catégorie », by its French label.",
    ASSIGNEE="« Affectation », by name; in ascending order, unassigned tickets come last.",
)  # fmt: skip
_describe(
    "OrderDirection", "The direction of an order (« Ordre »).", OrderDirection,
    ASC="« Croissant ».", DESC="« Décroissant ».",
)  # fmt: skip
_describe(
    "InboxChangeKind", "How a ticket’s change affects the list of a subscription.", InboxChangeKind,
    ENTERED="The ticket is now in the list (« Entré »).",
    UPDATED="The ticket was in the list, still is, and has changed (« Modifié »).",
    LEFT="The ticket is no longer in the list (« Sorti »).",
)  # fmt: skip
