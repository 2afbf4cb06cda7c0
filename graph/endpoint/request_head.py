"""Checks the head of an HTTP request, its fields and its host; shortens fields that are longer than any use of them."""

from collections.abc import Sequence
from functools import lru_cache

import httptools

from graph.endpoint.headers import API_CSP
from graph.settings import Settings
from models.i18n.language import Text

_FIELD_MAX_BYTES = 1_000
"""Bytes of a header field that are looked at: fields such as Accept, Range or If-None-Match are parsed by parts."""
_WHOLE = b"authorization"
"""The field that is never shortened: the maximum of the head bounds it, and a token is not parsed by parts."""
_FORWARDED = b"x-forwarded-for"
_TEXTS = {
    400: Text(
        "La requête HTTP est mal formée, ou suit trop d’autres : renvoyez-la, bien formée, sur une autre connexion.",
        "The HTTP request is malformed, or follows too many others: send it again, well-formed, on another connection.",
    ),
    421: Text(
        "Ce serveur ne répond pas sous ce nom : indiquez un seul `Host`, que SAISINE_ALLOWED_HOSTS nomme.",
        "This server does not answer under this name: send one `Host` that SAISINE_ALLOWED_HOSTS names.",
    ),
    431: Text(
        "L’en-tête de la requête dépasse {head} octets ou {fields} champs, ou son corps est en morceaux trop petits.",
        "The head of the request is over {head} bytes or {fields} fields, or its body is in chunks that are too small.",
    ),
}

Fields = list[tuple[bytes, bytes]]


class InvalidHead(Exception):
    """A request that is not read any further; `reason` is for the log and the metrics."""

    headers = (
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", API_CSP.encode()),
    )

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason

    def text(self, settings: Settings) -> str:
        """What the client reads, in both languages: its own may be in the part that was not read."""
        text = _TEXTS[self.status].with_(head=settings.head_max_bytes, fields=settings.head_max_fields)
        return f"{text.fr}\n{text.en}\n"


def check_head(fields: Fields, target: bytes, version: str, settings: Settings) -> None:
    """Check the number of fields and the host (RFC 9112, 3.2). Errors: InvalidHead."""
    if len(fields) > settings.head_max_fields:
        raise InvalidHead(431, "too many header fields")
    hosts = [value for name, value in fields if name == b"host"]
    if len(hosts) != 1 and (hosts or version == "1.1"):
        raise InvalidHead(400, "not one Host")
    if settings.allowed_hosts:
        named = {*hosts, *_hosts_of_target(target)}
        if len(named) != 1 or not _is_allowed(named.pop()[:_FIELD_MAX_BYTES], tuple(settings.allowed_hosts)):
            raise InvalidHead(421, "host not allowed")


def _hosts_of_target(target: bytes) -> Sequence[bytes]:
    """The host of a request target in absolute form, with its port."""
    if target.startswith(b"/") or target == b"*":
        return ()
    url = httptools.parse_url(target)
    host = url.host or b""
    return (host if url.port is None else b"%b:%d" % (host, url.port),)


@lru_cache(maxsize=256)
def _is_allowed(host: bytes, allowed: tuple[str, ...]) -> bool:
    """Whether a list has a host, with its port or without one."""
    name = host.decode("latin-1").strip().lower()
    bare = name[: name.rfind(":")] if name.rpartition(":")[2].isdecimal() and not name.endswith("]") else name
    names = {one.strip().lower() for one in allowed}
    return name in names or bare in names


def clip_fields(fields: Fields, head_bytes: int) -> None:
    """Shorten fields that are longer than what is looked at, except for the token. `head_bytes` is an upper bound."""
    if head_bytes <= _FIELD_MAX_BYTES:
        return
    if any(len(value) > _FIELD_MAX_BYTES and name != _WHOLE for name, value in fields):
        fields[:] = [_clipped(name, value) for name, value in fields]


def _clipped(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if len(value) <= _FIELD_MAX_BYTES or name == _WHOLE:
        return name, value
    if name == _FORWARDED:
        # The proxies append: its last addresses count, from the first whole one.
        return name, value[-_FIELD_MAX_BYTES:].partition(b",")[2]
    return name, value[:_FIELD_MAX_BYTES]
