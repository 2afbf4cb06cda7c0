"""`/attachments/{id}`: the bytes of an attachment, to those who may see its ticket."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graph.auth import BadToken, authenticate
from graph.endpoint.door import Door
from graph.errors import formatted as shown
from graph.errors import not_found, unauthenticated
from graph.ids import row_of
from models import access, history
from models.language import preferred

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


async def download(door: Door, request: Request) -> Response:
    """The bytes, as a download under the file's own name."""
    language = preferred(request.headers.get("accept-language"))
    try:
        login = await authenticate(door.identity, request.headers.get("authorization"))
    except BadToken:
        body = {"errors": [shown(unauthenticated(), language, "UNAUTHENTICATED")]}
        return JSONResponse(body, 401, {"WWW-Authenticate": "Bearer"})
    condition = access.visible(await access.rights_of(login.user.id))
    found = await history.visible_attachments([row_of("Attachment", request.path_params["id"])], condition)
    if not found or not await door.office.means.storage.holds(found[0].storage_key):
        return JSONResponse({"errors": [shown(not_found(), language, "NOT_FOUND")]}, 404)
    row = found[0]
    headers = {
        **_HEADERS,
        "Content-Length": str(row.size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.filename, safe='')}",
    }
    return StreamingResponse(door.office.means.storage.read(row.storage_key), 200, headers, row.content_type)
