"""The responses to clients: GraphQL responses, and errors that have an HTTP status."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError

from graph.documents.documents import Prepared
from graph.errors import CodedError, bad_user_input, formatted, unauthenticated
from models.i18n.language import Language


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """A GraphQL response. `executed` is false for a request error: nothing was executed, and there is no data."""

    body: dict[str, Any]
    executed: bool

    def encoded(self) -> bytes:
        """The response as JSON."""
        return orjson.dumps(self.body)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors, if any."""
        return self.body.get("errors") or []


class InvalidDocument(Exception):
    """A document that does not parse or validate."""

    def __init__(self, document: Prepared) -> None:
        super().__init__("invalid document")
        self.document = document


class HTTPError(Exception):
    """A request that is not executed; the response has this HTTP status and error."""

    def __init__(self, status: int, error: CodedError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.error, self.headers = status, error, headers


def http_error(status: int, fr: str, en: str, headers: Mapping[str, str] | None = None) -> HTTPError:
    """An HTTPError for a request that the client can correct (BAD_USER_INPUT)."""
    return HTTPError(status, bad_user_input(fr, en), headers)


def login_required() -> HTTPError:
    """The HTTPError for a request without a valid token: 401."""
    return HTTPError(401, unauthenticated(), {"WWW-Authenticate": "Bearer"})


def error_response(error: Exception, language: Language) -> GraphQLResponse:
    """The response to a request that could not be executed; an unexpected error is masked and logged."""
    if isinstance(error, InvalidDocument):
        document = error.document
        return _request_errors(document.errors, language, document.code)
    graphql_error = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    return _request_errors([graphql_error], language, "BAD_USER_INPUT")


def result_response(result: ExecutionResult, language: Language) -> GraphQLResponse:
    """The response to an executed operation, or to one whose variables are invalid."""
    errors = result.errors or []
    if errors and result.data is None and all(error.path is None for error in errors):
        return _request_errors(errors, language, "BAD_USER_INPUT")
    body: dict[str, Any] = {"data": result.data}
    if errors:
        body = {"errors": [formatted(error, language, "INTERNAL") for error in errors], **body}
    return GraphQLResponse(body, executed=True)


def _request_errors(errors: Iterable[GraphQLError], language: Language, default_code: str) -> GraphQLResponse:
    return GraphQLResponse({"errors": [formatted(error, language, default_code) for error in errors]}, executed=False)
