"""Who asks, remembered: tokens that have been proved, and the user and rights of each login.

A token is proved anew every minute, so that one whose issuer has withdrawn its key does not live on. Users and rights
are those of the desk's `rights_version`, which each request reads once: what is changed counts from the next one on.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

import structlog

from graph.auth.tokens import BadToken, Identity, Login
from models import access, journal
from models.access import Rights
from models.directory import queries as directory
from models.directory.queries import UserRow

log = structlog.get_logger("saisine.auth")

_PROVED_SECONDS = 60.0
_REMEMBERED = 10_000
"""Tokens, users and rights, of each so many: those that came last."""

V = TypeVar("V")


class Proof(NamedTuple):
    """Whose token it is, by its issuer, and until when (seconds since the epoch)."""

    subject: str
    expires_at: float


class _Latest(OrderedDict[Hashable, V], Generic[V]):
    """What came last, by its key."""

    def keep(self, key: Hashable, value: V) -> V:
        self[key] = value
        if len(self) > _REMEMBERED:
            self.popitem(last=False)
        return value


class Viewers:
    """From tokens to logins, from logins to rights, the same for HTTP, WebSocket and SSE."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._tokens: _Latest[tuple[Proof, float]] = _Latest()
        self._users: _Latest[UserRow] = _Latest()
        self._rights: _Latest[Rights] = _Latest()
        self._version = -1

    async def login(self, authorization: str | None) -> Login:
        """The login of an `Authorization` value (RFC 6750: Bearer), as the directory has it. Errors: BadToken."""
        return await self.enter(await self.proved(authorization))

    async def proved(self, authorization: str | None) -> Proof:
        """What an `Authorization` value proves, whether or not the directory knows of it. Errors: BadToken."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise BadToken("no bearer token")
        now, key = time.time(), hashlib.sha256(token.encode()).digest()
        known = self._tokens.get(key)
        if known is not None and now < known[1]:
            return known[0]
        claims = await self._identity.claims(token)
        subject, expires_at = claims["sub"], float(claims["exp"]) + self._identity.leeway
        if not isinstance(subject, str):
            raise BadToken("no subject")
        proof = Proof(subject, expires_at)
        self._tokens.keep(key, (proof, min(expires_at, now + _PROVED_SECONDS)))
        return proof

    async def enter(self, proof: Proof) -> Login:
        """The login of who has proved to be somebody. Errors: BadToken, where the directory does not know them."""
        user = await self._known(self._users, proof.subject, directory.user_by_login)
        if user is None:
            # Proved by the issuer, and unknown here: who runs the desk may have forgotten somebody.
            log.warning("login refused: not in the directory", login=proof.subject)
            raise BadToken("unknown user")
        return Login(user, proof.expires_at)

    async def rights(self, user: UserRow, *, looks: bool = True) -> Rights:
        """The rights of a user as they are now; `looks` is false where they have just entered, which was a look."""
        rights = await self._known(self._rights, user.id, access.rights_of, looks=looks)
        assert rights is not None  # noqa: S101 - everybody has some, be they none
        return rights

    async def _known(
        self, kept: _Latest[V], key: Hashable, read: Callable[..., Awaitable[V | None]], *, looks: bool = True
    ) -> V | None:  # fmt: skip
        """What is kept of a login; read, where the directory has changed since, as far as one looks."""
        version = (await journal.desk_state()).rights_version if looks else self._version
        if version != self._version:
            self._version = version
            self._users.clear()
            self._rights.clear()
        found = kept.get(key)
        if found is None:
            found = await read(key)
            # What was read meanwhile may be newer than the version, never older; and what is nobody's is not kept.
            if found is not None and version == self._version:
                kept.keep(key, found)
        return found
