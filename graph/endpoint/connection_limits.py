"""How many requests, streams and WebSockets one client address has open at a time, counted together.

The address is the one that the server sees, or the one that a trusted proxy tells (`FORWARDED_ALLOW_IPS`, Uvicorn's).
"""

from collections.abc import Hashable

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.documents.limits import LimitExceeded
from graph.endpoint.headers import API_CSP
from graph.endpoint.service import GraphQLService, error_response
from graph.errors import limit_exceeded
from models.i18n.language import preferred

_RETRY_AFTER = "1"
"""Seconds: a request is soon answered, and gives its place to another."""


def address_of(scope: Scope) -> tuple[str, Hashable]:
    """What the connections of a client's address are counted under."""
    client = scope.get("client")
    return "address", client[0] if client else ""


class PerAddress:
    """An application over HTTP that answers 429 to an address that has too much open."""

    def __init__(self, service: GraphQLService, app: ASGIApp) -> None:
        self._service, self._app = service, app
        self._maximum = service.settings.only_in_production("connections_per_address")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse."""
        key = address_of(scope)
        if not self._service.connections.enter(key, self._maximum):
            await self._refusal(HTTPConnection(scope))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._service.connections.leave(key)

    def _refusal(self, connection: HTTPConnection) -> Response:
        error = limit_exceeded(LimitExceeded("connections", self._maximum))
        answer = error_response(error, preferred(connection.headers.get("accept-language")))
        headers = {"Retry-After": _RETRY_AFTER, "Content-Security-Policy": API_CSP, "Cache-Control": "no-store"}
        return Response(answer.encoded(), 429, headers, media_type="application/json")
