"""`/attachments/{id}`: the bytes of an attachment, whole or a range of them, to those who may see its ticket."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graph.auth.tokens import BadToken
from graph.endpoint.service import GraphQLService
from graph.errors import CodedError, not_found, storage_unavailable, unauthenticated
from graph.errors import formatted as shown
from graph.node_ids import row_of
from models import access
from models.attachments.storage import Storage
from models.attachments.uploads import StorageFailed
from models.i18n.language import Language, Text, preferred
from models.tickets import activities
from models.tickets.activities import AttachmentRow
from models.tickets.tables import ScanState

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-site",
    # Kept by the reader's own browser at most, and asked for anew each time: who may see a ticket can change.
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
    "Accept-Ranges": "bytes",
}
_WITHHELD = {
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
    """The bytes, as a download under the file's own name (RFC 9110: conditions and ranges)."""
    language = preferred(request.headers.get("accept-language"))
    try:
        login = await service.viewers.login(request.headers.get("authorization"))
    except BadToken:
        return _refused(401, unauthenticated(), language, {"WWW-Authenticate": "Bearer"})
    condition = access.visible(await service.viewers.rights(login.user, looks=False))
    found = await activities.visible_attachments([row_of("Attachment", request.path_params["id"])], condition)
    storage = service.services.storage
    if found and found[0].scan_state in _WITHHELD:
        status, code, text = _WITHHELD[found[0].scan_state]
        return _refused(status, CodedError(code, text), language, {"Cache-Control": "no-store"})
    try:
        if not found or not await storage.holds(found[0].storage_key):
            return _refused(404, not_found(), language)
    except StorageFailed as error:
        return _refused(503, storage_unavailable(error), language, {"Retry-After": "5"})
    return _answer(storage, request, found[0])


def _answer(storage: Storage, request: Request, row: AttachmentRow) -> Response:
    """The bytes, or that they have not changed, or that there is no such range of them."""
    etag = f'"{row.digest}"'
    headers = {**_HEADERS, "ETag": etag, "Content-Disposition": _disposition(row.filename)}
    if _names(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    asked, status = _asked_range(request, row, etag), 206
    if asked is None:
        asked, status = range(row.size), 200
    elif not asked:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{row.size}"})
    else:
        headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{row.size}"
    headers["Content-Length"] = str(len(asked))
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=row.content_type)
    bytes_of_it = storage.read(row.storage_key, asked.start, len(asked))
    return StreamingResponse(bytes_of_it, status, headers, row.content_type)


def _refused(
    status: int, error: CodedError, language: Language, headers: dict[str, str] | None = None
) -> JSONResponse:  # fmt: skip
    return JSONResponse({"errors": [shown(error, language, "INTERNAL")]}, status, headers)


def _disposition(filename: str) -> str:
    """To be saved under its name (RFC 6266), which old readers get in ASCII."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _names(given: str | None, etag: str) -> bool:
    """Whether an If-None-Match has this tag."""
    tags = [tag.strip().removeprefix("W/") for tag in (given or "").split(",")]
    return etag in tags or tags == ["*"]


def _asked_range(request: Request, row: AttachmentRow, etag: str) -> range | None:
    """The one range that is asked for, empty where the file has none of it; None for the whole.

    Several at a time, other units, and a range of what the file was before are answered by the whole, as they may be.
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
