"""Tokens: signed JWTs (RFC 7519). An Identity verifies them; `viewers.py` finds their users."""

from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError

from models.directory.queries import UserRow

TOKEN_ERRORS = (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""The exceptions of decoding an invalid token; some come from headers that are malformed."""


class BadToken(Exception):
    """There is no token, or it is not valid."""


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
