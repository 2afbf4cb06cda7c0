"""The headers that restrict what browsers do with a response.

Every response has `ALWAYS`, which Uvicorn sets, and those of `SecurityHeaders`.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]

API_CSP = "default-src 'none'; frame-ancestors 'none'"
"""The policy of data: a browser may run, load and frame nothing."""
GRAPHIQL_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The policy of GraphiQL's pages: they load files of this server only."""

_CSP = b"content-security-policy"


class SecurityHeaders:
    """ASGI middleware that adds the policy of data to responses without a policy, and HSTS to those over https."""

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self._app = app
        self._hsts = [(b"strict-transport-security", b"max-age=%d" % hsts_seconds)] if hsts_seconds else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # HSTS is for responses over https only; the scheme may be that of a trusted proxy (RFC 6797, 7.2).
        hsts = self._hsts if scope["scheme"] == "https" else ()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                has_policy = any(name == _CSP for name, _ in headers)
                if hsts or not has_policy:
                    policy = () if has_policy else ((_CSP, API_CSP.encode()),)
                    message = {**message, "headers": [*headers, *hsts, *policy]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class GraphiQLHeaders:
    """ASGI middleware that adds the policy of GraphiQL to its files, since a worker obeys the policy of its script."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (_CSP, GRAPHIQL_CSP.encode()), (b"cache-control", b"no-cache")]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_headers)
