"""The headers that keep browsers from doing more with an answer than it is for.

Every answer has `ALWAYS` (set where the server is set up), and what `Guarded` adds: the policy of data where it has
none of its own, and, over https, that this server is to be asked over https alone.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]

API_CSP = "default-src 'none'; frame-ancestors 'none'"
"""Of answers that are data: nothing in them is to be run, loaded or framed."""
GRAPHIQL_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Of pages that this server serves: their own files, and nobody else's."""


class Guarded:
    """An application whose answers all say what browsers may do with them."""

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self._app = app
        self._hsts = [(b"strict-transport-security", b"max-age=%d" % hsts_seconds)] if hsts_seconds else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", [])
                if all(name != b"content-security-policy" for name, _ in headers):
                    headers = [*headers, (b"content-security-policy", API_CSP.encode())]
                # Only what came over https, maybe to a trusted proxy, may say so (RFC 6797, 7.2).
                message = {**message, "headers": [*headers, *(self._hsts if scope["scheme"] == "https" else [])]}
            await send(message)

        await self._app(scope, receive, guarded)
