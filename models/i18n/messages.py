"""The words that people read, in French and in English: labels of the screens and messages of refusals.

Words only: no rule stands here. Labels of categories are rows of the directory.
"""

from models.i18n.language import Text
from models.workflow import ActivityKind, RefusalCode, StateReason, TicketStatus

STATUS: dict[TicketStatus, Text] = {
    TicketStatus.OPEN: Text("Ouvert", "Open"),
    TicketStatus.AWAITING_INFORMATION: Text("En attente d’informations", "Awaiting information"),
    TicketStatus.RESOLVED: Text("Résolu", "Resolved"),
    TicketStatus.CLOSED: Text("Fermé", "Closed"),
}

STATE_REASON: dict[StateReason, Text] = {
    StateReason.CREATION: Text("Création", "Creation"),
    StateReason.INFORMATION_PROVIDED: Text("Complément d’informations", "Information provided"),
    StateReason.SOLUTION_REFUSED: Text("Refus de solution", "Solution refused"),
}

ACTIVITY: dict[ActivityKind, Text] = {
    ActivityKind.SUBMITTED: Text("Ticket émis", "Ticket submitted"),
    ActivityKind.ASSIGNED: Text("Ticket affecté", "Ticket assigned"),
    ActivityKind.SOLUTION_PROPOSED: Text("Solution proposée", "Solution proposed"),
    ActivityKind.INFORMATION_REQUESTED: Text("Informations demandées", "Information requested"),
    ActivityKind.INFORMATION_PROVIDED: Text("Complément d’informations", "Information provided"),
    ActivityKind.SOLUTION_ACCEPTED: Text("Solution acceptée", "Solution accepted"),
    ActivityKind.SOLUTION_REFUSED: Text("Refus de solution", "Solution refused"),
    ActivityKind.TRANSFERRED_TO_SUPPORT: Text("Ticket transféré au support", "Ticket transferred to the support"),
    ActivityKind.CLOSED: Text("Ticket fermé", "Ticket closed"),
    ActivityKind.ATTACHMENTS_CLEARED: Text("Pièces jointes vérifiées", "Attachments found clean"),
    ActivityKind.ATTACHMENTS_REJECTED: Text(
        "Pièce jointe supprimée par l’antivirus", "Attachment removed by the virus scanner"
    ),
}

REFUSAL: dict[RefusalCode, Text] = {
    RefusalCode.INVALID_INPUT: Text(
        "La saisie n’est pas valable : corrigez les champs indiqués.",
        "The input is not valid: correct the fields named.",
    ),
    RefusalCode.NOT_FOUND: Text(
        "Ce ticket n’existe pas, ou vous n’y avez pas accès.",
        "This ticket does not exist, or you have no access to it.",
    ),
    RefusalCode.FORBIDDEN: Text(
        "Votre profil ne permet pas cette action sur ce ticket.",
        "Your profile does not allow this action on this ticket.",
    ),
    RefusalCode.NOT_ASSIGNED: Text(
        "Affectez-vous le ticket avant de le traiter.", "Assign the ticket to yourself before you treat it."
    ),
    RefusalCode.ASSIGNED_TO_SOMEONE_ELSE: Text(
        "Ce ticket est affecté à {assignee} : réaffectez-le d’abord si vous le reprenez.",
        "This ticket is assigned to {assignee}: reassign it first if you take it over.",
    ),
    RefusalCode.ALREADY_ASSIGNED: Text(
        "Ce ticket est déjà affecté à {assignee}.", "This ticket is already assigned to {assignee}."
    ),
    RefusalCode.INVALID_TRANSITION: Text(
        "Cette action n’est pas possible pour un ticket « {status} ».",
        "This action is not possible on a ticket “{status}”.",
    ),
    RefusalCode.VERSION_CONFLICT: Text(
        "Le ticket a changé entre-temps : relisez-le, puis recommencez.",
        "The ticket has changed in the meantime: read it again, then retry.",
    ),
    RefusalCode.ATTACHMENT_REJECTED: Text(
        "Une pièce jointe n’est pas acceptée.", "An attachment is not accepted."
    ),
    RefusalCode.IDEMPOTENCY_KEY_REUSED: Text(
        "Cette clé d’idempotence a déjà servi à une autre demande : prenez-en une nouvelle.",
        "This idempotency key has already served another request: take a new one.",
    ),
}  # fmt: skip

ISSUER_FORBIDDEN = Text(
    "Vous ne pouvez pas émettre de ticket pour cette structure.", "You may not submit tickets for this structure."
)

# What is wrong with one field of an input, and what to do.
BLANK = Text("Ce champ est obligatoire.", "This field is required.")
TOO_LONG = Text("{maximum} caractères au plus.", "{maximum} characters at most.")
CONTROL_CHARACTER = Text(
    "Ce champ contient un caractère de contrôle : retirez-le.", "This field has a control character in it: remove it."
)
UNKNOWN_CATEGORY = Text("Cette catégorie n’existe pas : voir `categories`.", "No such category: see `categories`.")
UNKNOWN_SUBCATEGORY = Text(
    "Cette sous-catégorie n’est pas de cette catégorie.", "This subcategory is not one of this category."
)
UNKNOWN_ISSUER = Text("Cette structure n’existe pas.", "No such structure.")
RECIPIENT_REQUIRED = Text(
    "Cette sous-catégorie est traitée par un service métier : indiquez la structure destinataire.",
    "This subcategory goes to a business service: name the recipient structure.",
)
RECIPIENT_NOT_ALLOWED = Text(
    "Cette sous-catégorie est traitée par le support Chorus Pro : n’indiquez pas de destinataire.",
    "This subcategory goes to the Chorus Pro support: name no recipient.",
)
UNKNOWN_RECIPIENT = Text(
    "Cette structure ne reçoit pas de tickets : voir `structures`.",
    "This structure receives no tickets: see `structures`.",
)
SERVICE_REQUIRED = Text(
    "Cette structure reçoit par service : indiquez le service.", "This structure receives by service: name the service."
)
UNKNOWN_SERVICE = Text(
    "Ce service n’est pas de cette structure, ou ne reçoit pas de tickets.",
    "This service is not one of this structure, or receives no tickets.",
)
NOT_ASSIGNABLE = Text(
    "Cette personne ne traite pas les tickets de ce destinataire : voir `assignableAgents`.",
    "This person does not treat this recipient's tickets: see `assignableAgents`.",
)
ATTACHMENT_TOO_MANY = Text("{maximum} pièces jointes au plus.", "{maximum} attachments at most.")
ATTACHMENT_TOO_LARGE = Text(
    "« {filename} » dépasse {maximum} octets.", "“{filename}” is larger than {maximum} bytes."
)  # fmt: skip
ATTACHMENT_TOTAL = Text(
    "{maximum} octets au plus pour toutes les pièces jointes d’un envoi.",
    "{maximum} bytes at most for all the attachments of one action.",
)
ATTACHMENT_RUNS = Text(
    "« {filename} » : un fichier de ce nom est un programme ou une page web ; envoyez un document.",
    "“{filename}”: a file of that name is a program or a web page; send a document.",
)
ATTACHMENT_KIND = Text(
    "« {filename} » : le contenu est de type {kind}, qui n’est pas accepté ; convertissez-le en {accepted}.",
    "“{filename}”: its content is of the kind {kind}, which is not accepted; convert it to {accepted}.",
)
TICKET_TOO_MANY = Text(
    "Un ticket porte {maximum} pièces jointes au plus : réunissez-en plusieurs en une.",
    "A ticket has {maximum} attachments at most: put several into one.",
)
TICKET_TOTAL = Text(
    "Les pièces jointes d’un ticket tiennent en {maximum} octets : réduisez celles-ci.",
    "The attachments of a ticket take {maximum} bytes at most: reduce these.",
)
ATTACHMENT_EMPTY = Text("« {filename} » est vide.", "“{filename}” is empty.")
