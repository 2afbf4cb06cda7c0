"""Limits what a client address has open at a time: connections or, behind a trusted proxy, requests and WebSockets.

The address is the one that the server sees, or the one that a trusted proxy names (Uvicorn's `FORWARDED_ALLOW_IPS`).
"""

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.documents.limits import LimitExceeded
from graph.endpoint.address import address_key
from graph.endpoint.connections import Connections, Place
from graph.endpoint.headers import API_CSP
from graph.endpoint.response import error_response
from graph.errors import limit_exceeded
from graph.rate_limits import ConcurrencyLimiter
from models.i18n.language import preferred

_RETRY_AFTER = "1"
"""Seconds after which another request of the address is likely to have ended."""


def connection_place(client: tuple[str, int] | None, connections: Connections) -> Place:
    """The place of a new connection of a client, which counts for its address unless that is a trusted proxy's."""
    trusted = client is None or client[0] in connections.trusted_proxies
    return Place(None if trusted else address_key({"client": client}))


def place_of(scope: Scope) -> Place | None:
    """The place of the connection that brought a request or a WebSocket; None without a server, as in tests."""
    place: Place | None = scope.get("state", {}).get("place")
    return place


class PerAddressLimit:
    """ASGI middleware over HTTP that answers 429 to an address with too many open connections."""

    def __init__(self, app: ASGIApp, per_address: ConcurrencyLimiter, connections: Connections) -> None:
        self._app, self._per_address, self._connections = app, per_address, connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        place = place_of(scope)
        if place is not None and place.address is not None:
            # Its connection is counted.
            app = self._too_many(HTTPConnection(scope)) if place.over_limit else self._app
            await app(scope, receive, send)
            return
        key = address_key(scope)
        if not self._per_address.enter(key, self._connections.address_maximum):
            await self._too_many(HTTPConnection(scope))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if place is None:
                self._per_address.leave(key)
            else:
                place.when_sent(lambda: self._per_address.leave(key))

    def _too_many(self, connection: HTTPConnection) -> Response:
        error = limit_exceeded(LimitExceeded("connections", self._connections.address_maximum))
        response = error_response(error, preferred(connection.headers.get("accept-language")))
        headers = {
            "Retry-After": _RETRY_AFTER,
            "Content-Security-Policy": API_CSP,
            "Cache-Control": "no-store",
            "Connection": "close",
        }
        return Response(response.encoded(), 429, headers, media_type="application/json")
