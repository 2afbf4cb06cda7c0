"""The headers that keep browsers from doing more with an answer than it is for.

Every answer has `ALWAYS` (set where the server is set up), and what `Guarded` adds: the policy of data where it has
none of its own, and, over https, that this server is to be asked over https alone.
"""

from starlette.types import Message, Scope, Send

ALWAYS = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]

API_CSP = "default-src 'none'; frame-ancestors 'none'"
"""Of answers that are data: nothing in them is to be run, loaded or framed."""
GRAPHIQL_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Of pages that this server serves: their own files, and nobody else's."""


_CSP = b"content-security-policy"


class Guarded:
    """What sends an answer, with what says what browsers may do with it; `more`: headers besides."""

    def __init__(self, hsts_seconds: int) -> None:
        self._hsts = [(b"strict-transport-security", b"max-age=%d" % hsts_seconds)] if hsts_seconds else []

    def sending(self, scope: Scope, send: Send, *more: tuple[bytes, bytes]) -> Send:
        """The same `send`, for one request."""
        # Only what came over https, maybe to a trusted proxy, may say so (RFC 6797, 7.2).
        added = [*more, *(self._hsts if scope["scheme"] == "https" else ())]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *added]
                if _CSP not in dict(headers):
                    headers.append((_CSP, API_CSP.encode()))
                message = {**message, "headers": headers}
            await send(message)

        return guarded
