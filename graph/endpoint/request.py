"""From an HTTP request to the GraphQL request in it: JSON, a form with files, or the query of a URL."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from graph.documents.limits import LIMIT_EXCEEDED
from graph.endpoint.service import GraphQLRequest, GraphQLService, read_request
from graph.errors import CodedError, bad_user_input, unauthenticated
from graph.settings import Settings
from models.attachments.uploads import Upload, clean_filename, clean_media_type
from models.i18n.language import Text

_FILES_READ = 200
"""Files of a form that are looked at: more than are accepted, so that the action can say which are too many."""


class HTTPError(Exception):
    """A request that ends here: its HTTP status and the error to send."""

    def __init__(self, status: int, error: CodedError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.error, self.headers = status, error, headers


def http_error(status: int, fr: str, en: str, headers: Mapping[str, str] | None = None) -> HTTPError:
    """One for what the client can mend."""
    return HTTPError(status, bad_user_input(fr, en), headers)


def no_login() -> HTTPError:
    """One for who has shown no token that proves anything."""
    return HTTPError(401, unauthenticated(), {"WWW-Authenticate": "Bearer"})


async def read(
    service: GraphQLService, request: Request, headers: Mapping[bytes, bytes], *, anonymous: bool
) -> GraphQLRequest | list[Any]:
    """The GraphQL request in an HTTP request; a list of what may be some. Errors: Refusal, ClientDisconnect."""
    settings = service.settings
    if request.method in ("GET", "HEAD"):
        body = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in body:
                body[name] = _json(body[name].encode())
        return _checked(service, body)
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if kind == b"application/json":
        body = _json(await _whole(_bounded(request.receive, headers, settings.body_max_bytes)))
        return body if isinstance(body, list) else _checked(service, body)
    if kind == b"multipart/form-data":
        if anonymous:
            raise no_login()
        files = settings.attachment_max_count * settings.attachment_max_bytes
        maximum = settings.body_max_bytes + max(files, settings.attachment_max_bytes) + 64 * 1024
        request._receive = _bounded(request.receive, headers, maximum)
        return _checked(service, await _read_multipart(request, settings))
    raise http_error(
        415, "Envoyez application/json ou multipart/form-data.", "Send application/json or multipart/form-data."
    )


def _bounded(receive: Receive, headers: Mapping[bytes, bytes], maximum: int) -> Receive:
    """What receives a body, but not more than so many bytes, whatever it says of its length."""
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


async def _whole(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _checked(service: GraphQLService, body: object) -> GraphQLRequest:
    try:
        return read_request(body, service.trusted)
    except CodedError as error:
        raise HTTPError(400, error) from error


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise http_error(400, "Ce n’est pas du JSON.", "This is no JSON.") from error


def _too_large(maximum: int) -> HTTPError:
    text = Text(f"La requête dépasse {maximum} octets.", f"The request is larger than {maximum} bytes.")
    return HTTPError(413, CodedError(LIMIT_EXCEEDED, text))


async def _read_multipart(request: Request, settings: Settings) -> dict[str, Any]:
    """The GraphQL multipart request specification: `operations`, `map`, then the files."""
    try:
        form = await request.form(max_files=_FILES_READ, max_fields=10, max_part_size=settings.body_max_bytes)
    except (MultiPartException, HTTPException) as error:
        message = getattr(error, "message", None) or getattr(error, "detail", "")
        raise http_error(400, f"Formulaire illisible : {message}", f"Unreadable form: {message}") from error
    operations, places = (_json(_text(form.get(name))) for name in ("operations", "map"))
    if not isinstance(operations, dict) or not isinstance(places, dict):
        raise http_error(
            400, "`operations` et `map` doivent être des objets.", "`operations` and `map` must be objects."
        )
    for name, paths in places.items():
        file = form.get(name)
        if not isinstance(file, UploadFile) or not isinstance(paths, list):
            raise http_error(400, f"`map` : {name} n’est pas un fichier.", f"`map`: {name} is no file.")
        upload = Upload(clean_filename(file.filename), clean_media_type(file.content_type), file.file, file.size or 0)
        for path in paths:
            if not _put(operations, path, upload):
                raise http_error(400, f"`map` : {path} ne mène à aucun null.", f"`map`: {path} leads to no null.")
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
