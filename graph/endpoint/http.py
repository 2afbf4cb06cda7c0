"""GraphQL over HTTP (the specification's draft), and who is sent to SSE or GraphiQL instead."""

import time
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from graphql import OperationType
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from graph.auth.tokens import BadToken, Login
from graph.auth.viewers import Proof
from graph.documents.documents import Prepared, is_introspection
from graph.documents.limits import LIMIT_EXCEEDED
from graph.endpoint import sse
from graph.endpoint.headers import API_CSP, GRAPHIQL_CSP
from graph.endpoint.request import HTTPError, http_error, no_login, read
from graph.endpoint.service import (
    GraphQLRequest,
    GraphQLResponse,
    GraphQLService,
    InvalidDocument,
    accident,
    error_response,
    read_request,
)
from graph.errors import CodedError, bad_user_input
from graph.metrics import Metrics
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
_BROKEN = {"INTERNAL": 500, "UNAVAILABLE": 503, "STORAGE_UNAVAILABLE": 503}
"""Statuses of answers that say that something is broken, here or behind."""


class GraphQL:
    """/graphql over HTTP, counted and timed: an ASGI application."""

    def __init__(self, service: GraphQLService, metrics: Metrics) -> None:
        self._service, self._metrics = service, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = time.perf_counter()
        request, status = Request(scope, receive), "aborted"
        try:
            reply = await self._answer(request)
            await reply(scope, receive, send)
            status = str(reply.status_code)
        finally:
            await request.close()  # the spooled files of a multipart request
            self._metrics.answered(status, time.perf_counter() - begun)

    async def _answer(self, request: Request) -> "Reply":
        # The first of a name counts, as for Starlette.
        headers = dict(reversed(request.scope["headers"]))
        accept = headers.get(b"accept") or b"*/*"
        if request.method == "GET" and b"text/html" in accept and "query" not in request.query_params:
            return self._graphiql()
        media_type, language = _negotiate(accept), _language(headers)
        try:
            if media_type is None:
                raise http_error(
                    406,
                    f"Acceptez {RESPONSE_JSON}, {JSON} ou {EVENT_STREAM}.",
                    f"Accept {RESPONSE_JSON}, {JSON} or {EVENT_STREAM}.",
                )
            return await _respond(self._service, request, headers, media_type, language)
        except HTTPError as refused:
            shown = RESPONSE_JSON if media_type == RESPONSE_JSON else JSON
            return Sent(error_response(refused.error, language), refused.status, shown, refused.headers)
        except HTTPException:
            raise
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception as error:
            return _send(accident(error, language), JSON)

    def _graphiql(self) -> Response:
        if self._service.settings.shows_graphiql and GRAPHIQL.is_dir():
            headers = {"Content-Security-Policy": GRAPHIQL_CSP, "Cache-Control": "no-cache"}
            return FileResponse(GRAPHIQL / "index.html", headers=headers)
        return Response("GraphiQL is not enabled on this server.\n", 404, media_type="text/plain")


class Reply(Protocol):
    """What answers a request: one of Starlette's responses, a stream, or `Sent`."""

    status_code: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""


class Sent:
    """An answer that is sent as JSON, with no more ado."""

    def __init__(
        self, answer: GraphQLResponse, status: int, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status_code = status
        self._body = answer.encoded()
        more = [(name.lower().encode(), value.encode()) for name, value in headers.items()] if headers else []
        self._headers = [*_HEADERS[media_type], (b"content-length", b"%d" % len(self._body)), *more]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


async def _respond(  # noqa: PLR0911, PLR0912 - a way out for each kind of request
    service: GraphQLService, request: Request, headers: Mapping[bytes, bytes], media_type: str, language: Language
) -> Reply:
    # Nobody's large body is read before they are known; what is small is read first, so that one look at the directory
    # does, and introspection needs no token.
    proof = await _proof(service, headers)
    if proof is not None and b"json" not in headers.get(b"content-type", b"").lower():
        await _enter(service, proof)
    asked = await read(service, request, headers, anonymous=proof is None)
    login = None if proof is None else await _enter(service, proof)
    if isinstance(asked, list):
        return await _batch(service, asked, login, media_type, language)
    try:
        prepared, kind = await service.prepare(asked, known=login is not None)
    except InvalidDocument as invalid:
        if login is None:
            raise no_login() from None
        if media_type == EVENT_STREAM:
            return sse.Stream(service, login, language, sse.only(invalid.answer(language)))
        return Sent(invalid.answer(language), 400 if media_type == RESPONSE_JSON else 200, media_type)
    except CodedError as error:
        if login is None:
            raise no_login() from None
        if media_type == EVENT_STREAM:
            return sse.Stream(service, login, language, sse.only(error_response(error, language)))
        raise HTTPError(400, error) from error
    if login is None:
        _expect_introspection(service.settings, asked, prepared)
    if request.method != "POST" and kind is OperationType.MUTATION:
        raise http_error(405, "Une mutation s’envoie par POST.", "Send a mutation by POST.", {"Allow": "POST"})
    if media_type == EVENT_STREAM:
        if login is None:
            raise no_login()
        if kind is OperationType.SUBSCRIPTION:
            return sse.Stream(service, login, language, partial(service.subscribe, asked, prepared, login, language))
        return sse.Stream(service, login, language, sse.only(await service.execute(asked, prepared, login, language)))
    if kind is OperationType.SUBSCRIPTION:
        raise http_error(
            400,
            f"Une subscription passe par WebSocket, ou par POST avec Accept: {EVENT_STREAM}.",
            f"A subscription goes over WebSocket, or by POST with Accept: {EVENT_STREAM}.",
        )
    return _send(await service.execute(asked, prepared, login, language, entered=True), media_type)


async def _batch(
    service: GraphQLService, bodies: list[Any], login: Login | None, media_type: str, language: Language
) -> Response:  # fmt: skip
    """Several requests in one, run one after the other; each has its own answer, in a list."""
    maximum = service.settings.batch_max_operations
    if login is None:
        raise no_login()
    if not 0 < len(bodies) <= maximum:
        text = Text(
            f"Une requête porte une opération ; en lot, {maximum} au plus (0 : pas de lots) : envoyez-les une à une.",
            f"A request has one operation; in a batch, {maximum} at most (0: no batches): send them one by one.",
        )
        raise HTTPError(400, CodedError(LIMIT_EXCEEDED, text))
    answers = []
    for body in bodies:
        try:
            asked = read_request(body, service.trusted)
            prepared, kind = await service.prepare(asked)
            if kind is OperationType.SUBSCRIPTION or media_type == EVENT_STREAM:
                raise bad_user_input("Pas de flux dans un lot.", "No streams in a batch.")
            answers.append(await service.execute(asked, prepared, login, language))
        except InvalidDocument as invalid:
            answers.append(invalid.answer(language))
        except CodedError as error:
            answers.append(error_response(error, language))
    content = b"[" + b",".join(answer.encoded() for answer in answers) + b"]"
    return Response(content, 200, {"Content-Security-Policy": API_CSP}, media_type=JSON)


def _send(answer: GraphQLResponse, media_type: str) -> Sent:
    """An answer under the status that tells of it."""
    status = 200
    if not answer.executed:
        status = _BROKEN.get(answer.errors[0]["extensions"]["code"], 200 if media_type == JSON else 400)
    return Sent(answer, status, media_type)


async def _proof(service: GraphQLService, headers: Mapping[bytes, bytes]) -> Proof | None:
    """What a token proves, None where there is no token at all."""
    given = headers.get(b"authorization")
    if given is None:
        return None
    try:
        return await service.viewers.verify(given.decode("latin-1"))
    except BadToken as error:
        raise no_login() from error


async def _enter(service: GraphQLService, proof: Proof) -> Login:
    try:
        return await service.viewers.login_of(proof)
    except BadToken as error:
        raise no_login() from error


def _expect_introspection(settings: Settings, asked: GraphQLRequest, prepared: Prepared) -> None:
    operation = prepared.operation(asked.operation_name)
    if operation is None or not is_introspection(operation) or not settings.shows_schema:
        raise no_login()


def _language(headers: Mapping[bytes, bytes]) -> Language:
    given = headers.get(b"accept-language")
    return Language.FR if given is None else preferred(given.decode("latin-1"))


@lru_cache(maxsize=256)
def _negotiate(accept: bytes) -> str | None:
    """The media type that the client likes best of those that there are (RFC 9110, 12.5.1); None for none."""
    best, weight = None, 0.0
    for part in accept.decode("latin-1").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            liked = float(quality)
        except ValueError:
            continue
        offered = {
            "*/*": JSON,
            "application/*": JSON,
            JSON: JSON,
            RESPONSE_JSON: RESPONSE_JSON,
            EVENT_STREAM: EVENT_STREAM,
        }
        if name in offered and liked > weight:
            best, weight = offered[name], liked
    return best
