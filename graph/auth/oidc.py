"""Verifies tokens of an OpenID Connect issuer, with the keys (JWKS) that its discovery document leads to.

Keys are cached: while the issuer is unreachable, tokens signed with a known key stay valid. A token with an
unknown key makes the server fetch the keys again, at most once in a few seconds.
"""

import asyncio
import time
from typing import Any

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from graph.auth.tokens import TOKEN_ERRORS, BadToken

log = structlog.get_logger("saisine.oidc")

ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "Ed25519"]
"""Asymmetric algorithms only: with a shared secret, a server that verifies tokens could also sign them."""

_REFRESH_SECONDS = 3600.0
_RETRY_SECONDS = 5.0
LEEWAY_SECONDS = 30
"""Seconds that the issuer's clock and this one may differ."""


class OidcIdentity:
    """Verifies the tokens of one issuer for one audience."""

    leeway = LEEWAY_SECONDS

    def __init__(self, issuer: str, audience: str, login_claim: str = "sub") -> None:
        self._login_claim = login_claim
        self._issuer = issuer.rstrip("/")
        self._keys: KeySet | None = None
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self._registry = JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token of this issuer, with the login as `sub`. Errors: BadToken."""
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            decoded = jwt.decode(token, await self._key_set(kid), algorithms=ALGORITHMS)
            self._registry.validate(decoded.claims)
        except TOKEN_ERRORS as error:
            raise BadToken(type(error).__name__) from error
        return {**decoded.claims, "sub": decoded.claims.get(self._login_claim)}

    async def _key_set(self, kid: object) -> KeySet:
        """The issuer's keys, fetched again if they are old or lack the key that a token names."""
        known = self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys.keys))
        old = time.monotonic() - self._fetched > _REFRESH_SECONDS
        if (old or not known) and self._fetching is None and time.monotonic() - self._tried > _RETRY_SECONDS:
            self._fetching = asyncio.create_task(self._fetch())
        # A token with a known key never waits for the issuer.
        if not known and self._fetching is not None:
            await asyncio.shield(self._fetching)
        if self._keys is None:
            raise BadToken("the issuer's keys could not be fetched")
        return self._keys

    async def _fetch(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=10, follow_redirects=False) as client:
                found = (await client.get(f"{self._issuer}/.well-known/openid-configuration")).raise_for_status().json()
                if str(found["issuer"]).rstrip("/") != self._issuer:
                    raise ValueError(f"the discovery document names another issuer: {found['issuer']!r}")
                published = (await client.get(found["jwks_uri"])).raise_for_status().json()
            self._keys = KeySet.import_key_set(published)
            self._fetched = time.monotonic()
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
            log.warning("issuer unreachable", issuer=self._issuer, error=repr(error))
        finally:
            self._tried = time.monotonic()
            self._fetching = None
