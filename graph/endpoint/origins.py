"""Whose pages may call: the same list for CORS and for WebSockets."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from graph.settings import Settings

DEVELOPER = r"http://(localhost|127\.0\.0\.1)(:\d+)?"
"""A developer's page on this machine, served by whatever builds it, may call the demo."""


def admitted(settings: Settings, headers: Headers) -> bool:
    """Whether a WebSocket may be opened from where it says it comes from. Who says nothing is no browser."""
    origin = headers.get("origin")
    if origin is None or origin in settings.allowed_origins:
        return True
    if settings.demo and re.fullmatch(DEVELOPER, origin):
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False
