"""The words of the guide « Traiter un ticket reçu », with typographic apostrophes: what labels and screens must say."""

MENU = "Tickets reçus"

TABS = {
    "MY_TICKETS_TO_PROCESS": "Mes tickets à traiter",
    "TO_PROCESS": "À traiter",
    "AWAITING_INFORMATION": "En attente d’informations",
    "ALL_EXCEPT_CLOSED": "Tous (sauf clôturés)",
    "CLOSED": "Clôturés",
}

COLUMNS = [
    "Numéro du ticket",
    "Description brève",
    "Date de l’émission",
    "Catégorie",
    "Sous-catégorie",
    "Statut",
    "Affectation",
]
NARROW_NUMBER = "Numéro"
STATE_REASON = "Motif d’état"
TABS_WITH_STATE_REASON = ["Mes tickets à traiter", "À traiter"]

STATUSES = {
    "OPEN": "Ouvert",
    "RESOLVED": "Résolu",
    "AWAITING_INFORMATION": "En attente d’informations",
    "CLOSED": "Fermé",
}
STATE_REASONS = {
    "CREATION": "Création",
    "INFORMATION_PROVIDED": "Complément d’informations",
    "SOLUTION_REFUSED": "Refus de solution",
}

TICKET_TABS = ["Contenu du ticket", "Activités", "Pièces jointes"]
CONTENT = {
    "Description": [],
    "Informations générales": ["Catégorie", "Sous-catégorie", "Type d’objet"],
    "Émetteur": [
        "Identifiant de l’organisation", "Désignation de l’organisation émettrice", "Contact", "Adresse de contact",
    ],
    "Organisation destinataire": ["Siret", "Raison sociale"],
}  # fmt: skip

ACTIONS_BUTTON = "Actions"
ASSIGN_TO_ME = "M’affecter le ticket"
ASSIGN = "Affecter à une personne"
TREATMENTS = ["Proposer une solution", "Demander des informations", "Transférer au support"]

TRANSFERRED = "Ticket transféré au support"

PROFILES = {
    "RECEIVED_TICKETS_EDIT": "Sollicitations reçues modification",
    "RECEIVED_TICKETS_VIEW": "Sollicitations reçues consultation",
}
