"""GraphQL over HTTP (the specification's draft), and who is sent to SSE or GraphiQL instead."""

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import orjson
from graphql import OperationType
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive

from graph.auth import BadToken, Login
from graph.endpoint import sse
from graph.endpoint.door import Answer, Asked, Door, InvalidDocument, accident, read_request, refuse
from graph.endpoint.headers import API_CSP, GRAPHIQL_CSP
from graph.engine.documents import Prepared, is_introspection
from graph.engine.limits import LIMIT_EXCEEDED
from graph.errors import CodedError, bad_user_input, unauthenticated
from graph.settings import Settings
from models.language import Language, Text, preferred
from models.uploads import Upload, clean_filename, clean_media_type

GRAPHIQL = Path(__file__).parent.parent / "graphiql" / "dist"
_FILES_READ = 200
"""Files of a form that are looked at: more than are accepted, so that the action can say which are too many."""

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"


class Refusal(Exception):
    """A request that ends here: its HTTP status and the error to send."""

    def __init__(self, status: int, error: CodedError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.error, self.headers = status, error, headers


def _refusal(status: int, fr: str, en: str, headers: Mapping[str, str] | None = None) -> Refusal:
    return Refusal(status, bad_user_input(fr, en), headers)


async def handle(door: Door, request: Request) -> Any:
    """The response to one request at /graphql: an ASGI application, to be called."""
    settings = door.office.settings
    language = preferred(request.headers.get("accept-language"))
    if request.method == "GET" and "query" not in request.query_params and _wants_html(request):
        if settings.shows_graphiql and GRAPHIQL.is_dir():
            headers = {"Content-Security-Policy": GRAPHIQL_CSP, "Cache-Control": "no-cache"}
            return FileResponse(GRAPHIQL / "index.html", headers=headers)
        return Response("GraphiQL is not enabled on this server.\n", 404, media_type="text/plain")
    media_type = _negotiate(request.headers.get("accept"))
    try:
        if media_type is None:
            raise _refusal(
                406,
                f"Acceptez {RESPONSE_JSON}, {JSON} ou {EVENT_STREAM}.",
                f"Accept {RESPONSE_JSON}, {JSON} or {EVENT_STREAM}.",
            )
        return await _respond(door, request, media_type, language)
    except Refusal as refusal:
        shown = JSON if media_type in (None, EVENT_STREAM) else media_type
        return _send(refuse(refusal.error, language), refusal.status, shown or JSON, refusal.headers)
    except HTTPException:
        raise
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    except Exception as error:
        return _send(accident(error, language), 500, JSON)


async def _respond(  # noqa: PLR0911, PLR0912 - a way out for each kind of request
    door: Door, request: Request, media_type: str, language: Language
) -> Any:
    # Nobody's large body is read before a token has proved something; introspection is small and needs none.
    login = await _login(door, request)
    asked = await _read(door, request, anonymous=login is None)
    if isinstance(asked, list):
        return await _batch(door, asked, login, media_type, language)
    try:
        prepared, kind = await door.operation(asked, known=login is not None)
    except InvalidDocument as invalid:
        if login is None:
            raise _unauthenticated() from None
        if media_type == EVENT_STREAM:
            return sse.Stream(door, login, language, sse.only(invalid.answer(language)))
        return _send(invalid.answer(language), 400 if media_type == RESPONSE_JSON else 200, media_type)
    except CodedError as error:
        if login is None:
            raise _unauthenticated() from None
        if media_type == EVENT_STREAM:
            return sse.Stream(door, login, language, sse.only(refuse(error, language)))
        raise Refusal(400, error) from error
    if login is None:
        _expect_introspection(door.office.settings, asked, prepared)
    if request.method != "POST" and kind is OperationType.MUTATION:
        raise _refusal(405, "Une mutation s’envoie par POST.", "Send a mutation by POST.", {"Allow": "POST"})
    if media_type == EVENT_STREAM:
        if login is None:
            raise _unauthenticated()
        if kind is OperationType.SUBSCRIPTION:
            return sse.Stream(door, login, language, partial(door.watch, asked, prepared, login, language))
        return sse.Stream(door, login, language, sse.only(await door.run(asked, prepared, login, language)))
    if kind is OperationType.SUBSCRIPTION:
        raise _refusal(
            400,
            f"Une subscription passe par WebSocket, ou par POST avec Accept: {EVENT_STREAM}.",
            f"A subscription goes over WebSocket, or by POST with Accept: {EVENT_STREAM}.",
        )
    answer = await door.run(asked, prepared, login, language)
    return _send(answer, _status(answer, media_type), media_type)


async def _batch(
    door: Door, bodies: list[Any], login: Login | None, media_type: str, language: Language
) -> Response:  # fmt: skip
    """Several requests in one, run one after the other; each has its own answer, in a list."""
    maximum = door.office.settings.batch_max_operations
    if login is None:
        raise _unauthenticated()
    if not 0 < len(bodies) <= maximum:
        text = Text(
            f"Une requête porte une opération ; en lot, {maximum} au plus (0 : pas de lots) : envoyez-les une à une.",
            f"A request has one operation; in a batch, {maximum} at most (0: no batches): send them one by one.",
        )
        raise Refusal(400, CodedError(LIMIT_EXCEEDED, text))
    answers = []
    for body in bodies:
        try:
            asked = read_request(body, door.trusted)
            prepared, kind = await door.operation(asked)
            if kind is OperationType.SUBSCRIPTION or media_type == EVENT_STREAM:
                raise bad_user_input("Pas de flux dans un lot.", "No streams in a batch.")
            answers.append(await door.run(asked, prepared, login, language))
        except InvalidDocument as invalid:
            answers.append(invalid.answer(language))
        except CodedError as error:
            answers.append(refuse(error, language))
    content = b"[" + b",".join(answer.encoded() for answer in answers) + b"]"
    return Response(content, 200, {"Content-Security-Policy": API_CSP}, media_type=JSON)


def _status(answer: Answer, media_type: str) -> int:
    if not answer.began and answer.errors[0]["extensions"]["code"] == "INTERNAL":
        return 500
    return 200 if answer.began or media_type == JSON else 400


def _unauthenticated() -> Refusal:
    return Refusal(401, unauthenticated(), {"WWW-Authenticate": "Bearer"})


async def _login(door: Door, request: Request) -> Login | None:
    """The login of a token, None where there is no token at all."""
    given = request.headers.get("authorization")
    if given is None:
        return None
    try:
        return await door.viewers.login(given)
    except BadToken as error:
        raise _unauthenticated() from error


def _expect_introspection(settings: Settings, asked: Asked, prepared: Prepared) -> None:
    operation = prepared.operation(asked.operation_name)
    if operation is None or not is_introspection(operation) or not settings.shows_schema:
        raise _unauthenticated()


def _send(
    answer: Answer, status: int, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    headers = {"Content-Security-Policy": API_CSP, "Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    return Response(answer.encoded(), status, headers, media_type=f"{media_type}; charset=utf-8")


def _wants_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


@lru_cache(maxsize=256)
def _negotiate(accept: str | None) -> str | None:
    """The media type that the client likes best of those that there are (RFC 9110, 12.5.1); None for none."""
    best, weight = None, 0.0
    for part in (accept or "*/*").split(","):
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


async def _read(door: Door, request: Request, *, anonymous: bool) -> Asked | list[Any]:
    """The GraphQL request in an HTTP request; a list of what may be some."""
    settings = door.office.settings
    if request.method in ("GET", "HEAD"):
        body = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in body:
                body[name] = _json(body[name].encode())
        return _checked(door, body)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        _bound(request, settings.body_max_bytes)
        body = _json(b"".join([chunk async for chunk in request.stream()]))
        return body if isinstance(body, list) else _checked(door, body)
    if kind == "multipart/form-data":
        if anonymous:
            raise _unauthenticated()
        files = settings.attachment_max_count * settings.attachment_max_bytes
        _bound(request, settings.body_max_bytes + max(files, settings.attachment_max_bytes) + 64 * 1024)
        return _checked(door, await _read_multipart(request, settings))
    raise _refusal(
        415, "Envoyez application/json ou multipart/form-data.", "Send application/json or multipart/form-data."
    )


def _checked(door: Door, body: object) -> Asked:
    try:
        return read_request(body, door.trusted)
    except CodedError as error:
        raise Refusal(400, error) from error


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _refusal(400, "Ce n’est pas du JSON.", "This is no JSON.") from error


def _bound(request: Request, maximum: int) -> None:
    """Stop reading a body at so many bytes, whatever it says of its length."""
    if int(request.headers.get("content-length") or 0) > maximum:
        raise _too_large(maximum)
    receive: Receive = request._receive
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > maximum:
            raise _too_large(maximum)
        return message

    request._receive = counted


def _too_large(maximum: int) -> Refusal:
    text = Text(f"La requête dépasse {maximum} octets.", f"The request is larger than {maximum} bytes.")
    return Refusal(413, CodedError("LIMIT_EXCEEDED", text))


async def _read_multipart(request: Request, settings: Settings) -> dict[str, Any]:
    """The GraphQL multipart request specification: `operations`, `map`, then the files."""
    try:
        form = await request.form(max_files=_FILES_READ, max_fields=10, max_part_size=settings.body_max_bytes)
    except (MultiPartException, HTTPException) as error:
        message = getattr(error, "message", None) or getattr(error, "detail", "")
        raise _refusal(400, f"Formulaire illisible : {message}", f"Unreadable form: {message}") from error
    operations, places = (_json(_text(form.get(name))) for name in ("operations", "map"))
    if not isinstance(operations, dict) or not isinstance(places, dict):
        raise _refusal(400, "`operations` et `map` doivent être des objets.", "`operations` and `map` must be objects.")
    for name, paths in places.items():
        file = form.get(name)
        if not isinstance(file, UploadFile) or not isinstance(paths, list):
            raise _refusal(400, f"`map` : {name} n’est pas un fichier.", f"`map`: {name} is no file.")
        upload = Upload(clean_filename(file.filename), clean_media_type(file.content_type), file.file, file.size or 0)
        for path in paths:
            if not _put(operations, path, upload):
                raise _refusal(400, f"`map` : {path} ne mène à aucun null.", f"`map`: {path} leads to no null.")
    return operations


def _text(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else b""


def _put(target: Any, path: object, upload: Upload) -> bool:
    """Put a file where a path such as `variables.input.attachments.0` leads to a null."""
    if not isinstance(path, str):
        return False
    *way, last = path.split(".")
    try:
        for step in way:
            target = target[int(step)] if isinstance(target, list) else target[step]
        place: Any = int(last) if isinstance(target, list) else last
        if target[place] is not None:
            return False
        target[place] = upload
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True
