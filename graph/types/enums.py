"""The enums of the schema: those of the models, with the descriptions that tools show."""

from enum import Enum, StrEnum
from typing import Any, TypeVar

import strawberry

from models.directory.tables import Destination, Profile
from models.inbox.changes import InboxChangeKind
from models.inbox.ordering import OrderField
from models.inbox.tabs import InboxTab
from models.tickets.tables import ObjectType, ScanState
from models.workflow import ActivityKind, RefusalCode, StateReason, TicketAction, TicketStatus

E = TypeVar("E", bound=type[Enum])


def _describe(name: str, description: str, enum: E, **values: str) -> E:
    """Make an enum one of the schema's, each value with its description."""
    made = strawberry.enum(enum, name=name, description=description)
    definition: Any = made.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
    return made


class OrderDirection(StrEnum):
    """Which way a list runs."""

    ASC = "ASC"
    DESC = "DESC"


_describe(
    "TicketStatus", "Where a ticket stands (« Statut »).", TicketStatus,
    OPEN="« Ouvert »: to be processed by an agent.",
    AWAITING_INFORMATION="« En attente d’informations »: the requester is asked to complete.",
    RESOLVED="« Résolu »: a solution is proposed, for the requester to accept or refuse.",
    CLOSED="« Fermé »: it never changes again.",
)  # fmt: skip
_describe(
    "StateReason", "Why a ticket is open (« Motif d’état »).", StateReason,
    CREATION="« Création »: it is new.",
    INFORMATION_PROVIDED="« Complément d’informations »: the requester answered.",
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
    "ObjectType", "What kind of business a ticket is about (« Type d’objet »).", ObjectType,
    INVOICE="« Facture ».",
    JUSTICE_FEES_STATEMENT="« Mémoire de frais de justice ».",
    REFUND_CLAIM="« Demande de remboursement ».",
    OTHER="« Autre ».",
)  # fmt: skip
_describe(
    "Destination", "Where the tickets of a subcategory go.", Destination,
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
    "TicketAction", "What may be done to a ticket, in the order of the « Actions » menu.", TicketAction,
    ASSIGN_TO_ME="« M’affecter le ticket ».",
    ASSIGN="« Affecter »: give it to an agent of the recipient.",
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
    ATTACHMENTS_CLEARED="« Pièces jointes vérifiées »: the virus scanner found nothing in them.",
    ATTACHMENTS_REJECTED="« Pièce jointe supprimée par l’antivirus »: the message says which, and what was found.",
)  # fmt: skip
_describe(
    "AttachmentScanState", "What the virus scanner says of a file (« Analyse antivirus »).", ScanState,
    NOT_SCANNED="« Non analysée »: it came while no scanner was set.",
    PENDING="« En cours d’analyse »: not to be downloaded yet.",
    CLEAN="« Saine »: nothing was found.",
    REJECTED="« Supprimée »: something was found, and the file is gone.",
)  # fmt: skip
_describe(
    "RefusalCode",
    "Why an action is refused. Where several apply, the first in this order is given, whatever the document's: "
    "INVALID_INPUT, NOT_FOUND, FORBIDDEN, VERSION_CONFLICT, INVALID_TRANSITION, NOT_ASSIGNED, "
    "ASSIGNED_TO_SOMEONE_ELSE, ALREADY_ASSIGNED, ATTACHMENT_REJECTED.",
    RefusalCode,
    INVALID_INPUT="`fields` says which fields are wrong, and why (« Saisie non valable »).",
    NOT_FOUND="There is no such ticket, or the viewer may not see it (« Ticket introuvable »).",
    FORBIDDEN="The viewer sees the ticket but lacks the profile (« Profil insuffisant »).",
    VERSION_CONFLICT="The ticket is no longer at the given version (« Ticket modifié entre-temps »).",
    INVALID_TRANSITION="Not from this status (« Action impossible à ce statut »).",
    NOT_ASSIGNED="To be assigned before any treatment (« Ticket non affecté »).",
    ASSIGNED_TO_SOMEONE_ELSE="Another agent has the ticket (« Affecté à une autre personne »).",
    ALREADY_ASSIGNED="That person has the ticket already (« Déjà affecté »).",
    ATTACHMENT_REJECTED="`fields` says which files are not accepted, and why (« Pièce jointe refusée »).",
    IDEMPOTENCY_KEY_REUSED="The same key came with other input before (« Clé d’idempotence réutilisée »).",
)  # fmt: skip
_describe(
    "TicketOrderField", "What a list of tickets may be ordered by (« Trier par »).", OrderField,
    SUBMITTED_AT="« Date de l’émission ».",
    UPDATED_AT="« Date de la dernière modification ».",
    NUMBER="« Numéro du ticket ».",
    STATUS="« Statut », in the order of a ticket's life.",
    CATEGORY="« Catégorie », by its French label.",
    ASSIGNEE="« Affectation », by name; ascending, the unassigned stand last.",
)  # fmt: skip
_describe(
    "OrderDirection", "Which way a list runs (« Ordre »).", OrderDirection,
    ASC="« Croissant ».", DESC="« Décroissant ».",
)  # fmt: skip
_describe(
    "InboxChangeKind", "What a change means to the list that is watched.", InboxChangeKind,
    ENTERED="The ticket is in the list from now on: a new one, or one that came back (« Entré »).",
    UPDATED="The ticket stays in the list and has changed (« Modifié »).",
    LEFT="The ticket is no longer in the list (« Sorti »).",
)  # fmt: skip
