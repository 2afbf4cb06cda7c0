"""Reads GraphQL requests: from JSON, from a form with files, from the query of a URL, from a WebSocket's payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from graph.documents.limits import LIMIT_EXCEEDED, LimitExceeded
from graph.endpoint.address import address_key
from graph.endpoint.response import HTTPError, http_error, login_required
from graph.endpoint.trusted_documents import TrustedDocuments
from graph.errors import CodedError, bad_user_input, limit_exceeded
from graph.rate_limits import ConcurrencyLimiter
from graph.settings import Settings
from models.attachments.uploads import Upload, clean_filename, clean_media_type
from models.i18n.language import Text

_MAX_FILES_READ = 200
"""Number of files read from a form: more than an action accepts, so that it can name those beyond its limit."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A well-formed GraphQL request."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any] | None
    wants_cost: bool = False
    """Whether the response has the operation's cost (`extensions: { cost: true }`)."""


def parse_request(body: object, trusted: TrustedDocuments) -> GraphQLRequest:
    """The parameters of a GraphQL request (GraphQL over HTTP, "Request Parameters"), with `documentId` for `query`.

    Errors: BAD_USER_INPUT; DOCUMENT_NOT_FOUND, DOCUMENT_NOT_TRUSTED.
    """
    if not isinstance(body, dict):
        raise bad_user_input("La requête doit être un objet JSON.", "The request must be a JSON object.")
    query, name, variables = trusted.text(body), body.get("operationName"), body.get("variables")
    extensions = body.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise bad_user_input("`query` doit être un document GraphQL.", "`query` must be a GraphQL document.")
    for key, value, type_ in (
        ("operationName", name, str), ("variables", variables, dict), ("extensions", extensions, dict),
    ):  # fmt: skip
        if value is not None and not isinstance(value, type_):
            raise bad_user_input(f"`{key}` n’a pas le bon type.", f"`{key}` has the wrong type.")
    return GraphQLRequest(query, name or None, variables, (extensions or {}).get("cost") is True)


class BodyLimits:
    """The limits of requests that are being read, each and those of one address together."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._maximum = settings.only_in_production("bodies_per_address_max_bytes")
        self._unfinished = ConcurrencyLimiter()

    async def read(self, request: Request, receive: Receive) -> bytes:
        """The whole body. Errors: HTTPError, if the address has too many unfinished bytes; ClientDisconnect."""
        body, more = await _next_part(receive)
        if not more:
            return body
        key, parts, size = address_key(request.scope), [body], 0
        try:
            while True:
                if not self._unfinished.enter(key, self._maximum, len(parts[-1])):
                    raise HTTPError(429, limit_exceeded(LimitExceeded("bodies", self._maximum)), {"Retry-After": "1"})
                size += len(parts[-1])
                if not more:
                    return b"".join(parts)
                body, more = await _next_part(receive)
                parts.append(body)
        finally:
            if size:
                self._unfinished.leave(key, size)


async def _next_part(receive: Receive) -> tuple[bytes, bool]:
    """A part of a body, and whether another one follows."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def read_request(
    request: Request, headers: Mapping[bytes, bytes], limits: BodyLimits, trusted: TrustedDocuments, *, anonymous: bool
) -> GraphQLRequest | list[Any]:
    """The GraphQL request of an HTTP request; of a batch, the list of its bodies. Errors: HTTPError, ClientDisconnect.

    An `anonymous` request may not send files.
    """
    settings = limits.settings
    if request.method in ("GET", "HEAD"):
        body = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in body:
                body[name] = _json(body[name].encode())
        return _parse(body, trusted)
    media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if media_type == b"application/json":
        maximum = (
            min(settings.anonymous_body_max_bytes, settings.body_max_bytes) if anonymous else settings.body_max_bytes
        )
        body = _json(await limits.read(request, _bounded(request.receive, headers, maximum)))
        return body if isinstance(body, list) else _parse(body, trusted)
    if media_type == b"multipart/form-data":
        if anonymous:
            raise login_required()
        files = settings.attachment_max_count * settings.attachment_max_bytes
        maximum = settings.body_max_bytes + max(files, settings.attachment_max_bytes) + 64 * 1024
        request._receive = _bounded(request.receive, headers, maximum)
        return _parse(await _read_multipart(request, settings), trusted)
    raise http_error(
        415, "Envoyez application/json ou multipart/form-data.", "Send application/json or multipart/form-data."
    )


def _bounded(receive: Receive, headers: Mapping[bytes, bytes], maximum: int) -> Receive:
    """`receive`, which raises HTTPError for a body of more than `maximum` bytes, also if its Content-Length is less."""
    if int(headers.get(b"content-length") or 0) > maximum:
        raise _too_large(maximum)
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > maximum:
            raise _too_large(maximum)
        return message

    return counted


def _parse(body: object, trusted: TrustedDocuments) -> GraphQLRequest:
    try:
        return parse_request(body, trusted)
    except CodedError as error:
        raise HTTPError(400, error) from error


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise http_error(400, "Le corps n’est pas du JSON.", "The body is not JSON.") from error


def _too_large(maximum: int) -> HTTPError:
    text = Text(f"La requête dépasse {maximum} octets.", f"The request is larger than {maximum} bytes.")
    return HTTPError(413, CodedError(LIMIT_EXCEEDED, text))


async def _read_multipart(request: Request, settings: Settings) -> dict[str, Any]:
    """The body of a form (GraphQL multipart request specification): `operations`, `map`, then the files."""
    try:
        form = await request.form(max_files=_MAX_FILES_READ, max_fields=10, max_part_size=settings.body_max_bytes)
    except (MultiPartException, HTTPException) as error:
        message = getattr(error, "message", None) or getattr(error, "detail", "")
        raise http_error(400, f"Formulaire illisible : {message}", f"Unreadable form: {message}") from error
    operations, file_map = (_json(_text(form.get(name))) for name in ("operations", "map"))
    if not isinstance(operations, dict) or not isinstance(file_map, dict):
        raise http_error(
            400, "`operations` et `map` doivent être des objets.", "`operations` and `map` must be objects."
        )
    for name, paths in file_map.items():
        file = form.get(name)
        if not isinstance(file, UploadFile) or not isinstance(paths, list):
            raise http_error(400, f"`map` : {name} n’est pas un fichier.", f"`map`: {name} is not a file.")
        upload = Upload(clean_filename(file.filename), clean_media_type(file.content_type), file.file, file.size or 0)
        for path in paths:
            if not _put(operations, path, upload):
                raise http_error(
                    400, f"`map` : {path} ne mène pas à un null.", f"`map`: {path} does not lead to a null."
                )
    return operations


def _text(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else b""


def _put(target: Any, path: object, upload: Upload) -> bool:
    """Put a file at a path such as `variables.input.attachments.0`. Returns False if there is no null at the path."""
    if not isinstance(path, str):
        return False
    *parents, last = path.split(".")
    try:
        for step in parents:
            target = target[int(step)] if isinstance(target, list) else target[step]
        key: Any = int(last) if isinstance(target, list) else last
        if target[key] is not None:
            return False
        target[key] = upload
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True
