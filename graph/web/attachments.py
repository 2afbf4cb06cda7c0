"""`/attachments/{id}`: the bytes of an attachment, whole or one range, for viewers who may see its ticket.

Ranges and Content-Disposition are handled here, since Werkzeug answers 416 to a suffix longer than the file, for which
RFC 9110 (14.1.2) requires the whole file, and writes non-ASCII names without `filename*` (RFC 6266).
"""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graph.auth.tokens import BadToken
from graph.endpoint.service import GraphQLService
from graph.errors import CodedError, formatted, not_found, storage_unavailable, unauthenticated
from graph.node_ids import row_of
from models import access
from models.attachments.storage import Storage
from models.attachments.tables import ScanState
from models.attachments.uploads import StorageFailed
from models.i18n.language import Language, Text, preferred
from models.tickets import activities
from models.tickets.activities import AttachmentRow

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-site",
    # A browser may cache it but must revalidate each time: the right to see a ticket can be withdrawn.
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
    "Accept-Ranges": "bytes",
}
_NOT_AVAILABLE = {
    ScanState.PENDING: (
        409,
        "ATTACHMENT_PENDING",
        Text(
            "L’antivirus examine cette pièce jointe : réessayez dans un instant.",
            "The virus scanner is examining this attachment: try again in a moment.",
        ),
    ),
    ScanState.REJECTED: (
        410,
        "ATTACHMENT_REJECTED",
        Text(
            "L’antivirus a rejeté cette pièce jointe : elle a été supprimée.",
            "The virus scanner rejected this attachment: it was removed.",
        ),
    ),
}
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))")


async def download(service: GraphQLService, request: Request) -> Response:
    """Answer with the file as a download (RFC 9110: conditional and range requests).

    Errors: 401, 404 (also for a hidden ticket), 409 while it is scanned, 410 if rejected, 503 while the storage fails.
    """
    language = preferred(request.headers.get("accept-language"))
    try:
        login = await service.viewers.login(request.headers.get("authorization"))
    except BadToken:
        return _error(401, unauthenticated(), language, {"WWW-Authenticate": "Bearer"})
    condition = access.visible(await service.viewers.rights(login.user, check_version=False))
    found = await activities.visible_attachments([row_of("Attachment", request.path_params["id"])], condition)
    storage = service.services.storage
    if found and found[0].scan_state in _NOT_AVAILABLE:
        status, code, text = _NOT_AVAILABLE[found[0].scan_state]
        return _error(status, CodedError(code, text), language, {"Cache-Control": "no-store"})
    try:
        if not found or not await storage.exists(found[0].storage_key):
            return _error(404, not_found(), language)
    except StorageFailed as error:
        return _error(503, storage_unavailable(error), language, {"Retry-After": "5"})
    return _respond(storage, request, found[0])


def _respond(storage: Storage, request: Request, row: AttachmentRow) -> Response:
    """200; 206 for one range; 304 if the client has the file; 416 if the file has no such range."""
    etag = f'"{row.digest}"'
    headers = {**_HEADERS, "ETag": etag, "Content-Disposition": _disposition(row.filename)}
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    span, status = _requested_range(request, row, etag), 206
    if span is None:
        span, status = range(row.size), 200
    elif not span:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{row.size}"})
    else:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{row.size}"
    # As a header: Starlette would add charset=utf-8 to the media type of a text, whose charset nobody knows.
    headers |= {"Content-Length": str(len(span)), "Content-Type": row.content_type}
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    content = storage.read(row.storage_key, span.start, len(span))
    return StreamingResponse(content, status, headers)


def _error(
    status: int, error: CodedError, language: Language, headers: dict[str, str] | None = None
) -> JSONResponse:  # fmt: skip
    return JSONResponse({"errors": [formatted(error, language, "INTERNAL")]}, status, headers)


def _disposition(filename: str) -> str:
    """The Content-Disposition (RFC 6266): the name in UTF-8, and in ASCII for old clients."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _matches(given: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this entity tag, or any (`*`)."""
    tags = [tag.strip().removeprefix("W/") for tag in (given or "").split(",")]
    return etag in tags or tags == ["*"]


def _requested_range(request: Request, row: AttachmentRow, etag: str) -> range | None:
    """The one range that the request names, empty if it is outside the file; None for the whole file.

    Several ranges, other units and a range of another version get the whole file, as RFC 9110 allows.
    """
    given = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if given is None or request.headers.get("if-range", etag) != etag:
        return None
    first, last, tail = given.groups()
    if tail is not None:
        return range(max(0, row.size - int(tail)), row.size)
    if last is not None and int(last) < int(first):
        return None
    return range(int(first), row.size if last is None else min(int(last) + 1, row.size))
