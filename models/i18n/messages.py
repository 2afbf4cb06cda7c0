"""Labels and messages of refusals, in French and in English.

Labels are those of the guide « Traiter un ticket reçu ». The labels of categories are rows of the directory.
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
        "La saisie est incorrecte : corrigez les champs indiqués.",
        "The input is incorrect: correct the fields listed.",
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
        "Affectez-vous le ticket avant de le traiter.", "Assign the ticket to yourself before you process it."
    ),
    RefusalCode.ASSIGNED_TO_SOMEONE_ELSE: Text(
        "Ce ticket est affecté à {assignee} : réaffectez-le d’abord si vous le reprenez.",
        "This ticket is assigned to {assignee}: reassign it first if you take it over.",
    ),
    RefusalCode.ALREADY_ASSIGNED: Text(
        "Ce ticket est déjà affecté à {assignee}.", "This ticket is already assigned to {assignee}."
    ),
    RefusalCode.INVALID_TRANSITION: Text(
        "Cette action n’est pas possible sur un ticket au statut « {status} ».",
        "This action is not possible on a ticket with the status “{status}”.",
    ),
    RefusalCode.VERSION_CONFLICT: Text(
        "Le ticket a été modifié entre-temps : relisez-le, puis recommencez.",
        "The ticket has changed in the meantime: read it again, then retry.",
    ),
    RefusalCode.ATTACHMENT_REJECTED: Text(
        "Une pièce jointe a été refusée.", "An attachment was refused."
    ),
    RefusalCode.IDEMPOTENCY_KEY_REUSED: Text(
        "Cette clé d’idempotence a déjà servi pour une autre demande : utilisez-en une nouvelle.",
        "This idempotency key was already used for another request: use a new one.",
    ),
}  # fmt: skip

ISSUER_FORBIDDEN = Text(
    "Vous ne pouvez pas émettre de ticket pour cette structure.", "You may not submit tickets for this structure."
)

# Messages about one field of an input: what is wrong, and what to do.
BLANK = Text("Ce champ est obligatoire.", "This field is required.")
TOO_LONG = Text("{maximum} caractères au plus.", "{maximum} characters at most.")
CONTROL_CHARACTER = Text(
    "Ce champ contient un caractère de contrôle : retirez-le.", "This field contains a control character: remove it."
)
LINE_END = Text(
    "Ce champ tient sur une ligne : retirez le saut de ligne.", "This field is one line: remove the line break."
)
UNKNOWN_CATEGORY = Text(
    "Cette catégorie n’existe pas : voir `categories`.", "This category does not exist: see `categories`."
)
UNKNOWN_SUBCATEGORY = Text(
    "Cette sous-catégorie n’appartient pas à cette catégorie.", "This subcategory does not belong to this category."
)
UNKNOWN_ISSUER = Text("Cette structure n’existe pas.", "This structure does not exist.")
RECIPIENT_REQUIRED = Text(
    "Cette sous-catégorie est traitée par un service métier : indiquez la structure destinataire.",
    "Tickets of this subcategory go to a business service: give the recipient structure.",
)
RECIPIENT_NOT_ALLOWED = Text(
    "Cette sous-catégorie est traitée par le support Chorus Pro : n’indiquez pas de destinataire.",
    "Tickets of this subcategory go to the Chorus Pro support: give no recipient.",
)
UNKNOWN_RECIPIENT = Text(
    "Cette structure ne reçoit pas de tickets : voir `structures`.",
    "This structure receives no tickets: see `structures`.",
)
SERVICE_REQUIRED = Text(
    "Cette structure reçoit les tickets par service : indiquez le service.",
    "This structure receives tickets by service: give the service.",
)
UNKNOWN_SERVICE = Text(
    "Ce service n’appartient pas à cette structure, ou ne reçoit pas de tickets.",
    "This service does not belong to this structure, or receives no tickets.",
)
NOT_ASSIGNABLE = Text(
    "Cette personne ne traite pas les tickets de ce destinataire : voir `assignableAgents`.",
    "This person does not process the tickets of this recipient: see `assignableAgents`.",
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
    "« {filename} » : ce nom est celui d’un programme ou d’une page web ; envoyez un document.",
    "“{filename}”: this is the name of a program or a web page; send a document.",
)
ATTACHMENT_KIND = Text(
    "« {filename} » : le contenu est de type {kind}, qui n’est pas accepté ; convertissez-le en {accepted}.",
    "“{filename}”: its content is of the type {kind}, which is not accepted; convert it to {accepted}.",
)
TICKET_TOO_MANY = Text(
    "Un ticket a {maximum} pièces jointes au plus : réunissez plusieurs documents en un seul.",
    "A ticket has {maximum} attachments at most: combine several documents into one.",
)
TICKET_TOTAL = Text(
    "{maximum} octets au plus pour toutes les pièces jointes d’un ticket : envoyez des fichiers plus petits.",
    "{maximum} bytes at most for all the attachments of a ticket: send smaller files.",
)
ATTACHMENT_EMPTY = Text("« {filename} » est vide.", "“{filename}” is empty.")
