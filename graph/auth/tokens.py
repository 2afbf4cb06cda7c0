"""Tokens: signed JWTs (RFC 7519). An Identity says who signs them; `viewers.py` has whom they stand for."""

from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError

from models.directory.queries import UserRow

UNPROVEN = (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What taking a stranger's token apart may raise: the library expects well-formed headers."""


class BadToken(Exception):
    """No token, or none that proves anything."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who a token is of, and until when (seconds since the epoch)."""

    user: UserRow
    expires_at: float


class Identity(Protocol):
    """Who signs tokens."""

    leeway: int
    """Seconds that clocks may be apart: so long after its end a token is still good."""

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token whose signature, issuer, audience and dates are right. Errors: BadToken."""
