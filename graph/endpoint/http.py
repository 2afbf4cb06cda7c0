"""GraphQL over HTTP (the specification's draft). Streams are sent by `sse.py`; browsers get GraphiQL."""

import time
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from graph.auth.tokens import BadToken, Login
from graph.auth.viewers import VerifiedToken
from graph.documents.documents import is_introspection
from graph.documents.limits import LIMIT_EXCEEDED, LimitExceeded
from graph.endpoint import sse
from graph.endpoint.drain import Drain
from graph.endpoint.headers import API_CSP, GRAPHIQL_CSP
from graph.endpoint.request import BodyLimits, GraphQLRequest, parse_request, read_request
from graph.endpoint.response import (
    GraphQLResponse,
    HTTPError,
    InvalidDocument,
    error_response,
    http_error,
    login_required,
)
from graph.endpoint.service import GraphQLService, Operation
from graph.errors import CodedError, bad_user_input, limit_exceeded
from graph.metrics import Metrics
from graph.rate_limits import ConcurrencyLimiter
from graph.settings import Settings
from models.i18n.language import Language, Text, preferred

GRAPHIQL = Path(__file__).parent.parent / "graphiql" / "dist"
JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
_HEADERS = {
    media_type: [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-security-policy", API_CSP.encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept"),
    ]
    for media_type in (JSON, RESPONSE_JSON)
}
_SERVER_ERRORS = {"INTERNAL": 500, "UNAVAILABLE": 503, "STORAGE_UNAVAILABLE": 503}
"""The statuses of the error codes that are not the client's fault."""


class GraphQLOverHTTP:
    """The ASGI application of /graphql over HTTP. It counts and times the requests."""

    def __init__(self, service: GraphQLService, drain: Drain, metrics: Metrics) -> None:
        self._service, self._drain, self._metrics = service, drain, metrics
        self._bodies = BodyLimits(service.settings)
        self._strangers = ConcurrencyLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        request, status = Request(scope, receive), "aborted"
        try:
            response = await self._respond(request)
            await response(scope, receive, send)
            status = str(response.status_code)
        finally:
            await request.close()  # the spooled files of a multipart request
            self._metrics.count_request(status, time.perf_counter() - started)

    async def _respond(self, request: Request) -> "HTTPResponse":
        # The first of repeated headers counts, as in Starlette.
        headers = dict(reversed(request.scope["headers"]))
        accept = headers.get(b"accept") or b"*/*"
        if request.method == "GET" and b"text/html" in accept and "query" not in request.query_params:
            return self._graphiql()
        media_type, language = negotiate(accept), _language(headers)
        try:
            if request.method not in ("GET", "HEAD", "POST"):
                raise http_error(405, "Envoyez GET ou POST.", "Send GET or POST.", {"Allow": "GET, HEAD, POST"})
            if media_type is None:
                raise http_error(
                    406,
                    f"Acceptez {RESPONSE_JSON}, {JSON} ou {EVENT_STREAM}.",
                    f"Accept {RESPONSE_JSON}, {JSON} or {EVENT_STREAM}.",
                )
            return await self._execute(request, headers, media_type, language)
        except HTTPError as error:
            sent_type = RESPONSE_JSON if media_type == RESPONSE_JSON else JSON
            return JSONResponse(error_response(error.error, language), error.status, sent_type, error.headers)
        except ClientDisconnect:
            return Response(status_code=400)  # the client does not read it
        except Exception as error:
            return _json_response(error_response(error, language), JSON)

    async def _execute(
        self, request: Request, headers: Mapping[bytes, bytes], media_type: str, language: Language
    ) -> "HTTPResponse":
        service = self._service
        token = await _verified_token(service, headers)
        if token is None:
            if not service.settings.shows_schema:
                raise login_required()  # nothing of a stranger's request is read
        elif b"json" not in headers.get(b"content-type", b"").lower():
            await _login(service, token)  # a form with files is read after the login only
        body = await read_request(request, headers, self._bodies, service.trusted, anonymous=token is None)
        login = None if token is None else await _login(service, token)
        if isinstance(body, list):
            return await _batch(service, body, login, media_type, language)
        try:
            operation = await (self._prepare_of_stranger(body) if login is None else service.prepare(body))
        except (InvalidDocument, CodedError) as error:
            if login is None:
                raise login_required() from None
            return self._not_prepared(error, login, media_type, language)
        if login is None:
            _check_introspection(service.settings, operation)
        if request.method != "POST" and operation.type is OperationType.MUTATION:
            raise http_error(405, "Une mutation s’envoie par POST.", "Send a mutation by POST.", {"Allow": "POST"})
        if media_type == EVENT_STREAM:
            return await self._stream(operation, login, language)
        if operation.type is OperationType.SUBSCRIPTION:
            raise http_error(
                400,
                f"Une subscription passe par WebSocket, ou par POST avec Accept: {EVENT_STREAM}.",
                f"A subscription goes over WebSocket, or by POST with Accept: {EVENT_STREAM}.",
            )
        return _json_response(await service.execute(operation, login, language, check_version=False), media_type)

    async def _prepare_of_stranger(self, body: GraphQLRequest) -> Operation:
        maximum = self._service.settings.anonymous_max_documents
        if not self._strangers.enter(None, maximum):
            raise HTTPError(429, limit_exceeded(LimitExceeded("anonymous", maximum)), {"Retry-After": "1"})
        try:
            return await self._service.prepare(body, cache=False)
        finally:
            self._strangers.leave(None)

    def _not_prepared(
        self, error: InvalidDocument | CodedError, login: Login, media_type: str, language: Language
    ) -> "HTTPResponse":
        """The response to a request whose operation could not be prepared."""
        response = error_response(error, language)
        if media_type == EVENT_STREAM:
            return sse.Stream(self._service, self._drain, login, language, sse.single(response))
        if isinstance(error, CodedError):
            raise HTTPError(400, error) from error
        return JSONResponse(response, 400 if media_type == RESPONSE_JSON else 200, media_type)

    async def _stream(self, operation: Operation, login: Login | None, language: Language) -> sse.Stream:
        if login is None:
            raise login_required()
        if operation.type is OperationType.SUBSCRIPTION:
            deliver: sse.Deliver = partial(self._service.subscribe, operation, login, language)
        else:
            deliver = sse.single(await self._service.execute(operation, login, language))
        return sse.Stream(self._service, self._drain, login, language, deliver)

    def _graphiql(self) -> Response:
        if self._service.settings.shows_graphiql and GRAPHIQL.is_dir():
            headers = {"Content-Security-Policy": GRAPHIQL_CSP, "Cache-Control": "no-cache"}
            return FileResponse(GRAPHIQL / "index.html", headers=headers)
        return Response("GraphiQL is not enabled on this server.\n", 404, media_type="text/plain")


class HTTPResponse(Protocol):
    """A response of Starlette's, a stream, or a JSONResponse."""

    status_code: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""


class JSONResponse:
    """A GraphQL response as JSON, in two ASGI messages; most of its headers are encoded once."""

    def __init__(
        self, response: GraphQLResponse, status: int, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status_code = status
        self._body = response.encoded()
        added = [(name.lower().encode(), value.encode()) for name, value in headers.items()] if headers else []
        self._headers = [*_HEADERS[media_type], (b"content-length", b"%d" % len(self._body)), *added]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


async def _batch(
    service: GraphQLService, bodies: list[Any], login: Login | None, media_type: str, language: Language
) -> Response:  # fmt: skip
    """Execute several requests one after the other; the response is the list of their responses."""
    maximum = service.settings.batch_max_operations
    if login is None:
        raise login_required()
    if not 0 < len(bodies) <= maximum:
        text = Text(
            f"Une requête porte une opération ; en lot, {maximum} au plus (0 : pas de lots) : envoyez-les une à une.",
            f"A request has one operation; in a batch, {maximum} at most (0: no batches): send them one by one.",
        )
        raise HTTPError(400, CodedError(LIMIT_EXCEEDED, text))
    responses = []
    for body in bodies:
        try:
            operation = await service.prepare(parse_request(body, service.trusted))
            if operation.type is OperationType.SUBSCRIPTION or media_type == EVENT_STREAM:
                raise bad_user_input("Pas de flux dans un lot.", "No streams in a batch.")
            responses.append(await service.execute(operation, login, language))
        except (InvalidDocument, CodedError) as error:
            responses.append(error_response(error, language))
    content = b"[" + b",".join(response.encoded() for response in responses) + b"]"
    return Response(content, 200, {"Content-Security-Policy": API_CSP}, media_type=JSON)


def _json_response(response: GraphQLResponse, media_type: str) -> JSONResponse:
    """The response with the status of GraphQL over HTTP."""
    status = 200
    if not response.executed:
        status = _SERVER_ERRORS.get(response.errors[0]["extensions"]["code"], 200 if media_type == JSON else 400)
    return JSONResponse(response, status, media_type)


async def _verified_token(service: GraphQLService, headers: Mapping[bytes, bytes]) -> VerifiedToken | None:
    """The verified token of the Authorization header; None without that header. Errors: HTTPError."""
    authorization = headers.get(b"authorization")
    if authorization is None:
        return None
    try:
        return await service.viewers.verify(authorization.decode("latin-1"))
    except BadToken as error:
        raise login_required() from error


async def _login(service: GraphQLService, token: VerifiedToken) -> Login:
    try:
        return await service.viewers.login_of(token)
    except BadToken as error:
        raise login_required() from error


def _check_introspection(settings: Settings, operation: Operation) -> None:
    """Check that an operation needs no login. Errors: HTTPError."""
    if not is_introspection(operation.definition) or not settings.shows_schema:
        raise login_required()


def _language(headers: Mapping[bytes, bytes]) -> Language:
    accepted = headers.get(b"accept-language")
    return Language.FR if accepted is None else preferred(accepted.decode("latin-1"))


@lru_cache(maxsize=256)
def negotiate(accept: bytes) -> str | None:
    """The media type to answer with, by an Accept header (RFC 9110, 12.5.1); None if none is accepted.

    The most specific range gives a type its quality; of equal qualities, the first in the header wins.
    Werkzeug's parser would answer 406 to `application/json; charset=utf-8`, and to Java's default of `*/*; q=.2`.
    """
    ranges: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accept.decode("latin-1").lower().split(",")):
        name, *parameters = (item.strip() for item in part.split(";"))
        try:
            quality = float(next((one[2:] for one in parameters if one.startswith("q=")), "1"))
        except ValueError:
            continue
        if 0 <= quality <= 1:
            ranges.setdefault(name, (-quality, place))
    accepted = []
    for media_type in (JSON, RESPONSE_JSON, EVENT_STREAM):
        group = media_type.partition("/")[0]
        found = next((ranges[name] for name in (media_type, f"{group}/*", "*/*") if name in ranges), (0, 0))
        accepted.append((*found, media_type))
    # `min` takes the first of equals, so that `*/*` gives JSON.
    quality, _, best = min(accepted, key=lambda one: one[:2])
    return best if quality < 0 else None
