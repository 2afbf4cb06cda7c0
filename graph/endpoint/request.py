"""Reads GraphQL requests: from JSON, from a form with files, from the query of a URL, from a WebSocket's payload."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from graph.documents.limits import LIMIT_EXCEEDED, LimitExceeded
from graph.endpoint.address import address_key
from graph.endpoint.filenames import filename_of
from graph.endpoint.response import HTTPError, http_error, login_required
from graph.endpoint.trusted_documents import TrustedDocuments
from graph.errors import CodedError, bad_user_input, limit_exceeded, storage_unavailable
from graph.rate_limits import ConcurrencyLimiter
from graph.settings import Settings
from models.attachments.uploads import StorageFailed, Upload, clean_filename, clean_media_type
from models.i18n.language import Text, size_text

_MAX_FILES_READ = 200
"""Number of files read from a form: more than an action accepts, so that it can name those beyond its limit."""
_OTHER_CHARSET = re.compile(rb"charset(?!\s*=\s*\"?utf-?8\"?\s*(;|$))", re.IGNORECASE)
"""A form in another charset than UTF-8: Starlette would decode it by any codec of Python, some in quadratic time."""
MultiPartParser.spool_max_size = 64 * 1024
"""Bytes of a file that are kept in memory. Starlette's 1 MiB for each of 200 files would be too many."""


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

    async def read(self, request: Request, receive: Receive, declared: int) -> bytes:
        """The whole body, of `declared` bytes if that is known (else 0).

        Errors: HTTPError, if the address has too many bytes of unfinished bodies; ClientDisconnect.
        """
        body, more = await _next_part(receive)
        if not more:
            return body
        key, parts, size, held = address_key(request.scope), [body], len(body), 0
        try:
            while True:
                if (missing := max(declared, size) - held) > 0:
                    if not self._unfinished.enter(key, self._maximum, missing):
                        error = limit_exceeded(LimitExceeded("bodies", self._maximum))
                        raise HTTPError(429, error, {"Retry-After": "1"})
                    held += missing
                if not more:
                    return b"".join(parts)
                body, more = await _next_part(receive)
                parts.append(body)
                size += len(body)
        finally:
            if held:
                self._unfinished.leave(key, held)


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
        declared = int(headers.get(b"content-length") or 0)
        body = _json(await limits.read(request, _bounded(request.receive, headers, maximum), declared))
        return body if isinstance(body, list) else _parse(body, trusted)
    if media_type == b"multipart/form-data":
        if anonymous:
            raise login_required()
        if _OTHER_CHARSET.search(headers[b"content-type"]):
            raise http_error(415, "Envoyez le formulaire en UTF-8.", "Send the form in UTF-8.")
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
    text = Text("La requête dépasse {maximum}.", "The request is larger than {maximum}.")
    return HTTPError(413, CodedError(LIMIT_EXCEEDED, text.with_(maximum=size_text(maximum))))


async def _read_multipart(request: Request, settings: Settings) -> dict[str, Any]:
    """The body of a form (GraphQL multipart request specification): `operations`, `map`, then the files."""
    try:
        form = await request.form(max_files=_MAX_FILES_READ, max_fields=10, max_part_size=settings.body_max_bytes)
    except (MultiPartException, HTTPException) as error:
        message = getattr(error, "message", None) or getattr(error, "detail", "")
        raise http_error(400, f"Formulaire illisible : {message}", f"Unreadable form: {message}") from error
    except OSError as error:  # the folder of temporary files is full
        failed = StorageFailed(f"temporary files: {error.strerror}")
        raise HTTPError(503, storage_unavailable(failed), {"Retry-After": "5"}) from error
    operations = await _json_part(form.get("operations"), "operations", settings.body_max_bytes)
    file_map = await _json_part(form.get("map"), "map", settings.body_max_bytes)
    for name, paths in file_map.items():
        file = form.get(name)
        if not isinstance(file, UploadFile) or not isinstance(paths, list):
            raise http_error(400, f"`map` : {name} n’est pas un fichier.", f"`map`: {name} is not a file.")
        filename = filename_of(file.headers.get("content-disposition"), file.filename)
        upload = Upload(clean_filename(filename), clean_media_type(file.content_type), file.file, file.size or 0)
        for path in paths:
            if not _put(operations, path, upload):
                raise http_error(
                    400, f"`map` : {path} ne mène pas à un null.", f"`map`: {path} does not lead to a null."
                )
    return operations


async def _json_part(part: UploadFile | str | None, name: str, maximum: int) -> dict[str, Any]:
    """The object of a form's JSON part, which may have a file name, as a Blob of JavaScript has."""
    if part is None:
        raise http_error(400, f"Il manque la partie `{name}` du formulaire.", f"The form has no part `{name}`.")
    if isinstance(part, UploadFile) and (part.size or 0) > maximum:
        raise _too_large(maximum)
    try:
        content = orjson.loads(await part.read() if isinstance(part, UploadFile) else part)
    except orjson.JSONDecodeError as error:
        raise http_error(400, f"La partie `{name}` n’est pas du JSON.", f"The part `{name}` is not JSON.") from error
    if not isinstance(content, dict):
        raise http_error(400, f"`{name}` doit être un objet JSON.", f"`{name}` must be a JSON object.")
    return content


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
