"""Serves a folder of built files, each as the build compressed it if the client accepts that.

Nothing is compressed for a request: the console's script would take a tenth of a second. The builds of the console and
of GraphiQL write `NAME.gz` beside each file that gets smaller (`compress.ts`).
"""

from functools import lru_cache

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class CompressedFiles(StaticFiles):
    """The files of a folder. It redirects nowhere: an address has one spelling."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at a path. Errors: HTTPException."""
        if path.endswith(".gz"):
            raise HTTPException(404)
        accepted = accepts_gzip(Headers(scope=scope).get("accept-encoding", ""))
        response = await self._compressed(path, scope) if accepted else None
        if response is None:
            response = await super().get_response(path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def _compressed(self, path: str, scope: Scope) -> Response | None:
        try:
            response = await super().get_response(f"{path}.gz", scope)
        except HTTPException as error:
            if error.status_code != 404:
                raise
            return None
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Type"] = FileResponse(path).headers["content-type"]
        return response


@lru_cache(maxsize=256)
def accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header accepts gzip (RFC 9110, 12.5.3)."""
    qualities = {}
    for part in accepted.lower().split(","):
        coding, _, parameter = (item.strip() for item in part.partition(";"))
        name, _, value = (item.strip() for item in parameter.partition("="))
        try:
            qualities[coding] = float(value) if name == "q" else 1.0
        except ValueError:
            qualities[coding] = 0.0
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0
