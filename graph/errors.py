"""Errors of GraphQL responses: those with a code that clients act on, and the masking of all others.

Refusals that a user can meet are not errors: they are data (`mutations/perform.py`).
"""

import math
import uuid
from typing import Any

import structlog
from graphql import FieldNode, GraphQLError

from graph.documents.limits import LIMIT_EXCEEDED, LimitExceeded
from graph.engine.response_budget import ACTION_RESPONSE, RESPONSE
from models.attachments.uploads import StorageFailed
from models.database import is_outage
from models.i18n.language import Language, Text
from models.i18n.messages import REFUSAL
from models.workflow import RefusalCode

log = structlog.get_logger("saisine.errors")

UNAUTHENTICATED = Text(
    "Connexion requise : envoyez un jeton valable dans l’en-tête Authorization (Bearer).",
    "Login required: send a valid token in the Authorization header (Bearer).",
)
INTERNAL = Text(
    "Une erreur est survenue ; elle est consignée sous le numéro {log_id}.",
    "An unexpected error occurred; it is logged under the id {log_id}.",
)

STORAGE_UNAVAILABLE = Text(
    "Les pièces jointes sont indisponibles pour le moment : une action qui en envoie n’a pas été faite, "
    "réessayez dans un instant.",
    "Attachments are unavailable at the moment: an action that sends any was not done, try again in a moment.",
)

UNAVAILABLE = Text(
    "Le service est indisponible pour le moment : réessayez dans un instant.",
    "The service is unavailable at the moment: try again in a moment.",
)


_LIMITS = {
    "characters": Text(
        "caractères par document : passez les longs textes en variables.",
        "characters in a document: pass long texts as variables.",
    ),
    "tokens": Text(
        "éléments lexicaux par document : passez les valeurs en variables, ou faites plusieurs requêtes.",
        "tokens in a document: pass values as variables, or make several requests.",
    ),
    "depth": Text(
        "niveaux d’imbrication : demandez moins profond, ou passez la valeur en variable.",
        "levels of nesting: select fewer levels, or pass the value as a variable.",
    ),
    "definitions": Text(
        "opérations et fragments par document : n’envoyez que ceux qui servent.",
        "operations and fragments in a document: send only those that are used.",
    ),
    "spreads": Text(
        "emplois de fragments par document : écrivez les champs, ou faites plusieurs requêtes.",
        "fragment spreads in a document: write the fields, or make several requests.",
    ),
    "directives": Text("directives par document.", "directives in a document."),
    "directives_per_place": Text("directives à un même endroit.", "directives at one place."),
    "values": Text(
        "valeurs écrites dans un document : passez-les en variables.",
        "values written in a document: pass them as variables.",
    ),
    "fields": Text(
        "champs par document, fragments compris : demandez moins, ou faites plusieurs requêtes.",
        "fields in a document, fragments included: select fewer, or make several requests.",
    ),
    "root_fields": Text(
        "champs à la racine d’une opération : faites plusieurs requêtes.",
        "fields at the root of an operation: make several requests.",
    ),
    "aliases": Text(
        "alias par document, fragments compris : faites plusieurs requêtes.",
        "aliases in a document, fragments included: make several requests.",
    ),
    "repeats": Text(
        "fois le même champ au même endroit : demandez-le une fois.",
        "times the same field at the same place: select it once.",
    ),
    "variable_values": Text(
        "valeurs dans les variables d’une requête : faites plusieurs requêtes.",
        "values in the variables of a request: make several requests.",
    ),
    "variable_depth": Text("niveaux dans les variables : aplatissez-les.", "levels in variables: flatten them."),
    "cost": Text(
        "lignes par opération, celle-ci en demande {requested} : demandez des listes plus courtes.",
        "rows in an operation, this one asks for {requested}: ask for shorter lists.",
    ),
    RESPONSE: Text(
        "octets par réponse : demandez moins de champs ou des listes plus courtes, ou faites plusieurs requêtes.",
        "bytes in a response: ask for fewer fields or shorter lists, or make several requests.",
    ),
    ACTION_RESPONSE: Text(
        "octets par réponse : l’action a été traitée, seul son résultat manque ; relisez le ticket, ou répétez "
        "l’action avec la même idempotencyKey en demandant moins.",
        "bytes in a response: the action was handled and only its result is missing; read the ticket, or repeat the "
        "action with the same idempotencyKey and ask for less.",
    ),
    "subscriptions": Text(
        "subscriptions par utilisateur : terminez-en une.", "subscriptions for one user: complete one of them."
    ),
    "subscriptions_cost": Text(
        "lignes par événement pour toutes les subscriptions d’un utilisateur, celle-ci en demande {requested} : "
        "terminez-en une, ou demandez des listes plus courtes.",
        "rows at an event for all subscriptions of one user, this one asks for {requested}: complete one of them, or "
        "ask for shorter lists.",
    ),
    "anonymous": Text(
        "documents à la fois sans jeton : réessayez dans un instant, ou envoyez un jeton.",
        "documents at a time without a token: try again in a moment, or send a token.",
    ),
    "bodies": Text(
        "octets de requêtes JSON inachevées par adresse : achevez-les, puis réessayez.",
        "bytes of unfinished JSON requests of one address: finish those that have begun, then try again.",
    ),
    "connections": Text(
        "connexions par adresse à la fois : réessayez dans un instant.",
        "connections of one address at a time: try again in a moment.",
    ),
}
"""The rest of "At most N …" and what to do, by the name of the limit."""


class CodedError(GraphQLError):
    """An error that clients recognise by `extensions.code`. Its text is sent in the language of the request."""

    def __init__(self, code: str, text: Text, **more: Any) -> None:
        super().__init__(text.en, extensions={"code": code, **more})
        self.text = text


def bad_user_input(fr: str, en: str) -> CodedError:
    """An error of the client; the text says how to correct the request."""
    return CodedError("BAD_USER_INPUT", Text(fr, en))


def too_many_actions(seconds: float) -> CodedError:
    """A viewer exceeds the rate of actions; this one was not done. `retryAfter` is in seconds."""
    retry_after = math.ceil(seconds)
    text = Text(
        f"Trop d’actions à la fois : cette action n’a pas été faite, réessayez dans {retry_after} s.",
        f"Too many actions at a time: this action was not done, try again in {retry_after} s.",
    )
    return CodedError("LIMIT_EXCEEDED", text, retryAfter=retry_after)


def limit_exceeded(error: LimitExceeded) -> CodedError:
    """The error that is sent for an exceeded limit, with its text."""
    text = _LIMITS[error.name].with_(requested=error.requested)
    maximum = error.maximum
    return CodedError(LIMIT_EXCEEDED, Text(f"Au plus {maximum} {text.fr}", f"At most {maximum} {text.en}"))


def not_found() -> CodedError:
    """The ticket does not exist, or the viewer may not see it."""
    return CodedError("NOT_FOUND", REFUSAL[RefusalCode.NOT_FOUND])


def unauthenticated() -> CodedError:
    """The request has no valid token."""
    return CodedError("UNAUTHENTICATED", UNAUTHENTICATED)


def storage_unavailable(error: StorageFailed) -> CodedError:
    """Files can't be stored or read at the moment. The cause is logged."""
    log.error("storage unavailable", why=str(error))
    return CodedError("STORAGE_UNAVAILABLE", STORAGE_UNAVAILABLE)


def unavailable(error: BaseException | None) -> CodedError:
    """The database does not answer. An action may or may not have been committed. The cause is logged."""
    log.error("database unavailable", why=repr(error))
    return CodedError("UNAVAILABLE", UNAVAILABLE)


def formatted(error: GraphQLError, language: Language, default_code: str) -> dict[str, Any]:
    """An error in the format of a response. An unexpected one is masked, and logged under the id in its message.

    `default_code` is the code of errors that GraphQL finds in the request (syntax, validation, variables).
    """
    response = dict(error.formatted)
    coded = error.original_error if isinstance(error.original_error, CodedError) else error
    limit = error if isinstance(error, LimitExceeded) else error.original_error
    if isinstance(limit, LimitExceeded):
        coded = limit_exceeded(limit)
    if isinstance(error.original_error, StorageFailed):
        coded = storage_unavailable(error.original_error)
    elif is_outage(error.original_error):
        coded = unavailable(error.original_error)
    if isinstance(coded, CodedError):
        response["message"] = coded.text.in_(language)
        response["extensions"] = dict(coded.extensions or {})
    elif error.path is None and (error.original_error is None or isinstance(error.original_error, GraphQLError)):
        response["extensions"] = {"code": default_code}
    elif _is_about_an_argument(error.original_error):
        response["extensions"] = {"code": "BAD_USER_INPUT"}
    else:
        log_id = uuid.uuid4().hex[:12]
        # The path has aliases, which are the client's text; the names of fields are the schema's.
        fields = [node.name.value for node in error.nodes or () if isinstance(node, FieldNode)]
        log.error("unexpected", log_id=log_id, fields=fields, exc_info=error.original_error or error)
        response["message"] = INTERNAL.with_(log_id=log_id).in_(language)
        response["extensions"] = {"code": "INTERNAL", "logId": log_id}
    return response


def _is_about_an_argument(error: BaseException | None) -> bool:
    """Whether graphql-core refused a value that the client gave for an argument, such as null for a variable.

    Such an error names the place of the value. Errors of resolvers and of results have no place of their own.
    """
    return isinstance(error, GraphQLError) and any(not isinstance(node, FieldNode) for node in error.nodes or ())
