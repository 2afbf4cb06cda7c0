"""Tokens: signed JWTs (RFC 7519). An Identity verifies them; `viewers.py` finds their users."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError

from models.directory.queries import UserRow

TOKEN_ERRORS = (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""The exceptions of decoding an invalid token; some come from headers that are malformed."""


_HEADER_TYPES = ("jwt", "at+jwt", "application/at+jwt", "application/jwt")
"""The types of access tokens (RFC 9068) and of ID tokens. Media types have no case."""
_CLAIM_TYPES = ("refresh", "offline", "logout")
"""What Keycloak writes in the claim `typ` of tokens that are no proof of a login."""


class BadToken(Exception):
    """There is no token, or it is not valid."""


def check_kind(headers: Mapping[str, Any], claims: Mapping[str, Any] | None = None) -> None:
    """Check that a token is one to log in with. Errors: BadToken, for a logout token, a proof, a refresh token.

    An issuer signs them all with the same keys, and a logout token is sent to whoever was logged in.
    """
    kind = headers.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _HEADER_TYPES:
        raise BadToken("not the type of an access token")
    if claims and ("events" in claims or str(claims.get("typ", "")).lower() in _CLAIM_TYPES):
        raise BadToken("a token of another kind")


@dataclass(frozen=True, slots=True)
class Login:
    """The user whom a token stands for, and the token's end (seconds since the epoch)."""

    user: UserRow
    expires_at: float


class Identity(Protocol):
    """Verifies the tokens of one issuer."""

    leeway: int
    """Seconds that the issuer's clock may differ: a token stays valid for that time after its end."""

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token, once its signature, issuer, audience and dates are verified. Errors: BadToken."""
