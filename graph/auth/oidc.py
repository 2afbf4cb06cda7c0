"""Verifies tokens of an OpenID Connect issuer, with its keys (`issuer_keys.py`)."""

from typing import Any

from joserfc import jws, jwt
from joserfc.jwt import JWTClaimsRegistry

from graph.auth.issuer_keys import IssuerKeys
from graph.auth.tokens import TOKEN_ERRORS, BadToken, check_kind

ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "Ed25519"]
"""Asymmetric algorithms only: with a shared secret, a server that verifies tokens could also sign them."""

LEEWAY_SECONDS = 30
"""Seconds that the issuer's clock and this one may differ."""
DAY = 24 * 3600


class OidcIdentity:
    """Verifies the tokens of one issuer for one audience."""

    leeway = LEEWAY_SECONDS

    def __init__(self, issuer: str, audience: str, login_claim: str = "sub", keys_max_age_seconds: float = DAY) -> None:
        self._login_claim = login_claim
        issuer = issuer.rstrip("/")
        self._keys = IssuerKeys(issuer, keys_max_age_seconds)
        self._registry = JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "values": [issuer, f"{issuer}/"]},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token of this issuer, with the login as `sub`. Errors: BadToken."""
        try:
            headers = jws.extract_compact(token.encode()).headers()
            check_kind(headers)
            decoded = jwt.decode(token, await self._keys.get(headers.get("kid")), algorithms=ALGORITHMS)
            self._registry.validate(decoded.claims)
            check_kind(headers, decoded.claims)
        except TOKEN_ERRORS as error:
            raise BadToken(type(error).__name__) from error
        return {**decoded.claims, "sub": decoded.claims.get(self._login_claim)}
