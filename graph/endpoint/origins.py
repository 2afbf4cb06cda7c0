"""The origins whose pages may call this server: one list for CORS and for WebSockets."""

import re
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers

from graph.settings import Settings

LOCAL_ORIGIN = r"http://(localhost|127\.0\.0\.1)(:\d+)?"
"""A developer's page on this machine, at any port. The demo allows it."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_allowed(settings: Settings, headers: Headers) -> bool:
    """Whether a page of the request's Origin may open a WebSocket. Clients without an Origin are not browsers, and may.

    It is checked here since CORS does not apply to WebSockets. The server's own pages may always open one.
    """
    origin = headers.get("origin")
    if origin is None or origin in settings.allowed_origins:
        return True
    if settings.demo and re.fullmatch(LOCAL_ORIGIN, origin):
        return True
    try:
        page = urlsplit(origin)
        host = urlsplit(f"{page.scheme}://{headers.get('host', '')}")
        return page.hostname is not None and _place(page) == _place(host)
    except ValueError:
        return False


def _place(url: SplitResult) -> tuple[str | None, int | None]:
    """The host and the port; browsers leave out the default port of a scheme, other clients may write it."""
    return url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme)
