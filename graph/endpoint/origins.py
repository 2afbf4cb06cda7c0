"""The origins whose pages may call this server: one list for CORS and for WebSockets."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from graph.settings import Settings

LOCAL_ORIGIN = r"http://(localhost|127\.0\.0\.1)(:\d+)?"
"""A developer's page on this machine, from whatever port serves it. The demo accepts it."""


def origin_allowed(settings: Settings, headers: Headers) -> bool:
    """Whether a WebSocket may be opened from the origin that the headers name. Without an origin it is not a browser's.

    A page of this server itself may always open one: CORS does not apply to WebSockets.
    """
    origin = headers.get("origin")
    if origin is None or origin in settings.allowed_origins:
        return True
    if settings.demo and re.fullmatch(LOCAL_ORIGIN, origin):
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False
