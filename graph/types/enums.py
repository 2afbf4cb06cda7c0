"""The enums of the schema: those of the models with descriptions, and two that only the schema has."""

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
    """Register an enum with Strawberry, each value with its description."""
    made = strawberry.enum(enum, name=name, description=description)
    definition: Any = made.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        if value.name not in values:
            raise TypeError(f"describe {value.name} of {name} here")
        value.description = values[value.name]
    return made


class OrderDirection(StrEnum):
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


_describe(
    "TicketStatus", "The status of a ticket (« Statut »).", TicketStatus,
    OPEN="« Ouvert »: to be processed by an agent.",
    AWAITING_INFORMATION="« En attente d’informations »: the requester has to add information.",
    RESOLVED="« Résolu »: the requester has to accept or refuse the proposed solution.",
    CLOSED="« Fermé »: it never changes again.",
)  # fmt: skip
_describe(
    "StateReason", "The reason why a ticket is open (« Motif d’état »).", StateReason,
    CREATION="« Création »: the ticket is new.",
    INFORMATION_PROVIDED="« Complément d’informations »: the requester answered.",
    SOLUTION_REFUSED="« Refus de solution »: the requester refused the solution.",
)  # fmt: skip
_describe(
    "InboxTab", "The tabs of the received tickets (« Tickets reçus »), in screen order.", InboxTab,
    MY_TICKETS_TO_PROCESS="« Mes tickets à traiter »: open and assigned to you.",
    TO_PROCESS="« À traiter »: open.",
    AWAITING_INFORMATION="« En attente d’informations ».",
    ALL_EXCEPT_CLOSED="« Tous (sauf clôturés) »: open, awaiting information or resolved.",
    CLOSED="« Clôturés ».",
)  # fmt: skip
_describe(
    "ObjectType", "The kind of business that a ticket is about (« Type d’objet »).", ObjectType,
    INVOICE="« Facture ».",
    JUSTICE_FEES_STATEMENT="« Mémoire de frais de justice ».",
    REFUND_CLAIM="« Demande de remboursement ».",
    OTHER="« Autre ».",
)  # fmt: skip
_describe(
    "Destination", "Where the tickets of a subcategory are sent (« Destinataire »).", Destination,
    BUSINESS_SERVICE="« Service métier » of a public structure, which the requester names.",
    SUPPORT="« Support Chorus Pro ».",
)  # fmt: skip
_describe(
    "Profile", "What a user may do for a structure (« Profil »).", Profile,
    RECEIVED_TICKETS_VIEW="« Sollicitations reçues consultation »: read the received tickets.",
    RECEIVED_TICKETS_EDIT="« Sollicitations reçues modification »: process the received tickets as an agent.",
    SENT_TICKETS="« Sollicitations émises »: submit tickets and follow them.",
)  # fmt: skip
_describe(
    "TicketAction", "The actions on a ticket, in the order of the « Actions » menu.", TicketAction,
    ASSIGN_TO_ME="« M’affecter le ticket ».",
    ASSIGN="« Affecter »: assign the ticket to an agent of the recipient.",
    PROPOSE_SOLUTION="« Proposer une solution ».",
    REQUEST_INFORMATION="« Demander des informations ».",
    TRANSFER_TO_SUPPORT="« Transférer au support ».",
    PROVIDE_INFORMATION="« Compléter »: answer a request for information.",
    ACCEPT_SOLUTION="« Accepter la solution ».",
    REFUSE_SOLUTION="« Refuser la solution ».",
    CLOSE="« Fermer le ticket ».",
)  # fmt: skip
_describe(
    "ActivityKind", "The kind of an activity (« Activité »).", ActivityKind,
    SUBMITTED="« Ticket émis ».",
    ASSIGNED="« Ticket affecté ».",
    SOLUTION_PROPOSED="« Solution proposée ».",
    INFORMATION_REQUESTED="« Informations demandées ».",
    INFORMATION_PROVIDED="« Complément d’informations ».",
    SOLUTION_ACCEPTED="« Solution acceptée ».",
    SOLUTION_REFUSED="« Refus de solution ».",
    TRANSFERRED_TO_SUPPORT="« Ticket transféré au support ».",
    CLOSED="« Ticket fermé ».",
    ATTACHMENTS_CLEARED="« Pièces jointes vérifiées »: the virus scanner found nothing in the files.",
    ATTACHMENTS_REJECTED="« Pièce jointe supprimée par l’antivirus »: the message names the file and the finding.",
)  # fmt: skip
_describe(
    "AttachmentScanState", "The result of a file's virus scan (« Analyse antivirus »).", ScanState,
    NOT_SCANNED="« Non analysée »: the file was uploaded while no scanner was configured.",
    PENDING="« En cours d’analyse »: the file can't be downloaded yet.",
    CLEAN="« Saine »: the scanner found nothing.",
    REJECTED="« Supprimée »: the scanner found something, and the file was deleted.",
)  # fmt: skip
_describe(
    "RefusalCode",
    "The reason why an action was refused. If several apply, the first of this order is given: "
    "INVALID_INPUT, NOT_FOUND, FORBIDDEN, VERSION_CONFLICT, INVALID_TRANSITION, NOT_ASSIGNED, "
    "ASSIGNED_TO_SOMEONE_ELSE, ALREADY_ASSIGNED, ATTACHMENT_REJECTED.",
    RefusalCode,
    INVALID_INPUT="Fields of the input are invalid; `fields` names them (« Saisie non valable »).",
    NOT_FOUND="The ticket does not exist, or you may not see it (« Ticket introuvable »).",
    FORBIDDEN="You may see the ticket, but lack the profile for the action (« Profil insuffisant »).",
    VERSION_CONFLICT="The ticket no longer has the given version (« Ticket modifié entre-temps »).",
    INVALID_TRANSITION="The action is not possible in this status (« Action impossible à ce statut »).",
    NOT_ASSIGNED="The ticket must be assigned first (« Ticket non affecté »).",
    ASSIGNED_TO_SOMEONE_ELSE="The ticket is assigned to another agent (« Affecté à une autre personne »).",
    ALREADY_ASSIGNED="The ticket is assigned to that agent already (« Déjà affecté »).",
    ATTACHMENT_REJECTED="Files are not accepted; `fields` names them (« Pièce jointe refusée »).",
    IDEMPOTENCY_KEY_REUSED="The key was used with another input before (« Clé d’idempotence réutilisée »).",
)  # fmt: skip
_describe(
    "TicketOrderField", "The fields that a list of tickets can be ordered by (« Trier par »).", OrderField,
    SUBMITTED_AT="« Date de l’émission ».",
    UPDATED_AT="« Date de la dernière modification ».",
    NUMBER="« Numéro du ticket ».",
    STATUS="« Statut », in the order of TicketStatus.",
    CATEGORY="« Catégorie », by its French label.",
    ASSIGNEE="« Affectation », by name; unassigned tickets are last in ascending order.",
)  # fmt: skip
_describe(
    "OrderDirection", "The direction of an order (« Ordre »).", OrderDirection,
    ASC="« Croissant ».", DESC="« Décroissant ».",
)  # fmt: skip
_describe(
    "InboxChangeKind", "The meaning of an event for a list (« Type de changement »).", InboxChangeKind,
    ENTERED="The ticket is now in the list (« Entré »).",
    UPDATED="The ticket stays in the list and has changed (« Modifié »).",
    LEFT="The ticket is no longer in the list (« Sorti »).",
)  # fmt: skip
