"""`/console/`: the built files of the agent console, and its configuration.

Its sources are in `client-examples/agent-console`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Scope

from graph.auth.demo import DEMO_LOGINS, DemoIdentity
from graph.auth.tokens import Identity
from graph.settings import Settings
from graph.web.static_files import CompressedFiles
from models.directory import queries as directory

DAY = 24 * 3600
_BUILT = Path(__file__).parents[2] / "client-examples" / "agent-console" / "dist"
_IMMUTABLE = "public, max-age=31536000, immutable"


def routes(settings: Settings, identity: Identity) -> Iterator[Route | Mount]:
    """The console's routes, if it was built; in the demo, that of the logins, too."""
    if isinstance(identity, DemoIdentity):
        yield Route("/demo/logins", _logins(identity))
    if not built(settings):
        return

    async def config(request: Request) -> Response:
        return JSONResponse(
            {
                "demo": isinstance(identity, DemoIdentity),
                "issuer": settings.oidc_issuer,
                "clientId": settings.oidc_client_id,
                "shortDescriptionMax": settings.short_description_max_characters,
                "messageMax": settings.ticket_message_max_characters,
                "attachmentMaxBytes": settings.attachment_max_bytes,
                "attachmentMaxCount": settings.attachment_max_count,
            },
            headers={"Cache-Control": "no-cache"},
        )

    async def home(request: Request) -> Response:
        return RedirectResponse("/console/")

    yield Route("/console", home)
    yield Route("/console/config.json", config)
    yield Mount("/console", _Pages(_folder(settings), policy(settings)))


def _folder(settings: Settings) -> Path:
    return Path(settings.console_dir) if settings.console_dir else _BUILT


def built(settings: Settings) -> bool:
    """Whether the console was built."""
    return (_folder(settings) / "index.html").is_file()


def policy(settings: Settings) -> str:
    """The Content-Security-Policy of the console: it may load files of this server, and call it and the issuer."""
    issuer = urlsplit(settings.oidc_issuer)
    connect = f"'self' {issuer.scheme}://{issuer.netloc}" if issuer.netloc else "'self'"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src {connect}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _logins(identity: DemoIdentity) -> Any:
    async def logins(request: Request) -> Response:
        """The demo logins, each with a token, as `saisine demo` prints them."""
        return JSONResponse(
            [
                {"login": login, "displayName": user.display_name, "token": identity.token(login, DAY)}
                for login in DEMO_LOGINS
                if (user := await directory.user_by_login(login)) is not None
            ],
            headers={"Cache-Control": "no-store"},
        )

    return logins


class _Pages(CompressedFiles):
    """The built files; index.html at any other path, which is an address of the single-page app."""

    def __init__(self, folder: Path, content_security_policy: str) -> None:
        super().__init__(directory=folder)
        self._headers = {
            "Content-Security-Policy": content_security_policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at this path, else index.html."""
        # The names under assets/ hold a hash of the content.
        hashed = path.startswith("assets/")
        try:
            response = await super().get_response("index.html" if path == "." else path, scope)
        except HTTPException as error:
            if error.status_code != 404 or hashed:
                raise
            response = await super().get_response("index.html", scope)
        response.headers.update({**self._headers, "Cache-Control": _IMMUTABLE if hashed else "no-cache"})
        return response
