"""Errors of GraphQL responses: those with a code that clients act on, and the masking of all others.

Refusals that a user can meet are not errors: they are data (`mutations/perform.py`).
"""

import math
import uuid
from typing import Any

import structlog
from graphql import GraphQLError

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
    "Les pièces jointes sont indisponibles pour le moment : rien n’a été fait, réessayez dans un instant.",
    "Attachments are unavailable at the moment: nothing was changed, try again in a moment.",
)

UNAVAILABLE = Text(
    "Le service est indisponible pour le moment : réessayez dans un instant.",
    "The service is unavailable at the moment: try again in a moment.",
)


class CodedError(GraphQLError):
    """An error that clients recognise by `extensions.code`. Its text is sent in the language of the request."""

    def __init__(self, code: str, text: Text, **more: Any) -> None:
        super().__init__(text.en, extensions={"code": code, **more})
        self.text = text


def bad_user_input(fr: str, en: str) -> CodedError:
    """A request that can't be carried out as it is; the text says how to correct it."""
    return CodedError("BAD_USER_INPUT", Text(fr, en))


def too_many_actions(seconds: float) -> CodedError:
    """A viewer exceeds the rate of actions; nothing was changed. `retryAfter` is in seconds."""
    wait = math.ceil(seconds)
    text = Text(
        f"Trop d’actions à la fois : rien n’a été fait, réessayez dans {wait} s.",
        f"Too many actions at a time: nothing was changed, try again in {wait} s.",
    )
    return CodedError("LIMIT_EXCEEDED", text, retryAfter=wait)


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
    """The error as sent. An unexpected one is masked, and logged under the id that its message gives.

    `default_code` is the code of errors that GraphQL finds in the request (syntax, validation, variables).
    """
    response = dict(error.formatted)
    coded = error.original_error if isinstance(error.original_error, CodedError) else error
    if isinstance(error.original_error, StorageFailed):
        coded = storage_unavailable(error.original_error)
    elif is_outage(error.original_error):
        coded = unavailable(error.original_error)
    if isinstance(coded, CodedError):
        response["message"] = coded.text.in_(language)
        response["extensions"] = dict(coded.extensions or {})
    elif error.path is None and (error.original_error is None or isinstance(error.original_error, GraphQLError)):
        response["extensions"] = {"code": default_code}
    else:
        log_id = uuid.uuid4().hex[:12]
        log.error("unexpected", log_id=log_id, path=error.path, exc_info=error.original_error or error)
        response["message"] = INTERNAL.with_(log_id=log_id).in_(language)
        response["extensions"] = {"code": "INTERNAL", "logId": log_id}
    return response
