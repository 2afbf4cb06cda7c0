"""Limits the requests, streams and WebSockets that a client address has open at a time, counted together.

The address is the one that the server sees, or the one that a trusted proxy names (Uvicorn's `FORWARDED_ALLOW_IPS`).
"""

from collections.abc import Hashable

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.documents.limits import LimitExceeded
from graph.endpoint.headers import API_CSP
from graph.endpoint.response import error_response
from graph.errors import limit_exceeded
from graph.rate_limits import ConcurrencyLimiter
from graph.settings import Settings
from models.i18n.language import preferred

_RETRY_AFTER = "1"
"""Seconds after which another request of the address is likely to have ended."""


def address_key(scope: Scope) -> tuple[str, Hashable]:
    """The key under which the connections of a client's address are counted."""
    client = scope.get("client")
    return "address", client[0] if client else ""


class PerAddressLimit:
    """ASGI middleware over HTTP that answers 429 to an address with too many open connections."""

    def __init__(self, app: ASGIApp, connections: ConcurrencyLimiter, settings: Settings) -> None:
        self._app, self._connections = app, connections
        self._maximum = settings.only_in_production("connections_per_address")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        key = address_key(scope)
        if not self._connections.enter(key, self._maximum):
            await self._too_many(HTTPConnection(scope))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._connections.leave(key)

    def _too_many(self, connection: HTTPConnection) -> Response:
        error = limit_exceeded(LimitExceeded("connections", self._maximum))
        response = error_response(error, preferred(connection.headers.get("accept-language")))
        headers = {"Retry-After": _RETRY_AFTER, "Content-Security-Policy": API_CSP, "Cache-Control": "no-store"}
        return Response(response.encoded(), 429, headers, media_type="application/json")
