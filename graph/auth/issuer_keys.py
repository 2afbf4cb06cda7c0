"""The keys (JWKS) of an OpenID Connect issuer, which its discovery document leads to.

They are cached: while the issuer is unreachable, known keys stay trusted, but no longer than `max_age_seconds`. What
the issuer answers has a largest size, a whole time and a number of keys, and is read over https only: whoever stands
between could else hand out keys of their own. On one machine (loopback) http is allowed.
"""

import asyncio
import ipaddress
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from graph.auth.tokens import BadToken

log = structlog.get_logger("saisine.oidc")

_REFRESH_SECONDS = 3600.0
_RETRY_SECONDS = 5.0
_FETCH_SECONDS = 10.0
_DOCUMENT_MAX_BYTES = 256 * 1024
_MAX_KEYS = 100


def reason_not_to_trust(url: str) -> str | None:
    """Why the address of an issuer or of its keys is not safe, or None: it is https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is not a valid URL"
    if not host or parts.scheme not in ("https", "http"):
        return "use an address that begins with https://"
    if parts.username is not None:
        return "it is public and must hold no credentials"
    if parts.scheme == "http" and not _is_loopback(host):
        return "http:// lets anyone on the way exchange the keys that tokens are verified with: use https://"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class IssuerKeys:
    """The keys of one issuer, fetched when they are needed, old or lack one that a token names."""

    def __init__(self, issuer: str, max_age_seconds: float) -> None:
        self._issuer = issuer
        self._max_age_seconds = max_age_seconds
        self._keys: KeySet | None = None
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, kid: object) -> KeySet:
        """The keys, with the one that a token names if the issuer has it. Errors: BadToken, without any to trust."""
        age = monotonic() - self._fetched
        if age > self._max_age_seconds:
            self._keys = None
        known = self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys.keys))
        due = age > min(_REFRESH_SECONDS, self._max_age_seconds / 2)
        if (due or not known) and self._fetching is None and monotonic() - self._tried > _RETRY_SECONDS:
            self._fetching = asyncio.create_task(self._fetch())
        # A token with a known key never waits for the issuer.
        if not known and self._fetching is not None:
            await asyncio.shield(self._fetching)
        if self._keys is None:
            raise BadToken("the issuer's keys could not be fetched")
        return self._keys

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(_FETCH_SECONDS), httpx.AsyncClient(timeout=_FETCH_SECONDS) as client:
                found = await _document(client, f"{self._issuer}/.well-known/openid-configuration")
                if str(found["issuer"]).rstrip("/") != self._issuer:
                    raise ValueError(f"the discovery document names another issuer: {found['issuer']!r:.200}")
                published = await _document(client, self._trusted(found["jwks_uri"]))
            if len(published["keys"]) > _MAX_KEYS:
                raise ValueError(f"more than {_MAX_KEYS} keys")
            self._keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
            self._fetched = monotonic()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, KeyError, TypeError, JoseError) as error:
            log.warning("issuer unreachable", issuer=self._issuer, error=repr(error)[:500])
        except Exception:
            log.exception("the issuer's keys could not be read", issuer=self._issuer)
        finally:
            self._tried = monotonic()
            self._fetching = None

    def _trusted(self, url: object) -> str:
        """The address of the keys: it is as safe as the issuer's, so no remote issuer leads to this machine."""
        reason = reason_not_to_trust(str(url))
        if reason is None and self._issuer.startswith("https:") and not str(url).lower().startswith("https:"):
            reason = "the issuer is https and its keys are not"
        if reason is not None:
            raise ValueError(f"jwks_uri: {reason}")
        return str(url)


async def _document(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object at an address, which may not redirect. It is not compressed, so that its size is what is read."""
    async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False) as response:
        response.raise_for_status()
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise ValueError(f"{url}: compressed although it was not to be")
        content = b""
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > _DOCUMENT_MAX_BYTES:
                raise ValueError(f"{url}: more than {_DOCUMENT_MAX_BYTES} bytes")
    document = orjson.loads(content)
    if not isinstance(document, dict):
        raise ValueError(f"{url}: no JSON object")
    return document
