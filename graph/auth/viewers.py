"""Viewers: finds the user of a bearer token and their rights, and caches both.

A token is verified again after a minute, so that tokens signed with a withdrawn key stop working. Users and
rights are cached for one version of the directory (`rights_version`), which each request reads once, so that a
changed profile applies from the next request on.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from typing import Any, NamedTuple, TypeVar

import structlog
from cachetools import LRUCache

from graph.auth.tokens import BadToken, Identity, Login
from models import access, journal
from models.access import Rights
from models.directory import queries as directory
from models.directory.queries import UserRow

log = structlog.get_logger("saisine.auth")

_VERIFY_AGAIN_SECONDS = 60.0
_CACHE_SIZE = 10_000
"""Entries of each cache; the least recently used goes first."""

V = TypeVar("V")


class VerifiedToken(NamedTuple):
    """The subject of a verified token and its end (seconds since the epoch)."""

    subject: str
    expires_at: float


class Viewers:
    """The users of requests, over HTTP, WebSocket and SSE."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._tokens: LRUCache[bytes, tuple[VerifiedToken, float]] = LRUCache(_CACHE_SIZE)
        """By the SHA-256 of the token, with the time to verify it again; so no token is stored in memory."""
        self._users: LRUCache[Hashable, UserRow] = LRUCache(_CACHE_SIZE)
        self._rights: LRUCache[Hashable, Rights] = LRUCache(_CACHE_SIZE)
        self._version = -1

    async def login(self, authorization: str | None) -> Login:
        """The login of an `Authorization` header (RFC 6750, Bearer). Errors: BadToken."""
        return await self.login_of(await self.verify(authorization))

    async def verify(self, authorization: str | None) -> VerifiedToken:
        """Verify the token of an `Authorization` header, without reading the directory. Errors: BadToken."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise BadToken("no bearer token")
        now, key = time.time(), hashlib.sha256(token.encode()).digest()
        cached = self._tokens.get(key)
        if cached is not None and now < cached[1]:
            return cached[0]
        claims = await self._identity.claims(token)
        if not isinstance(claims["sub"], str):
            raise BadToken("no subject")
        verified = VerifiedToken(claims["sub"], float(claims["exp"]) + self._identity.leeway)
        self._tokens[key] = verified, min(verified.expires_at, now + _VERIFY_AGAIN_SECONDS)
        return verified

    async def login_of(self, token: VerifiedToken) -> Login:
        """The login of a verified token. Errors: BadToken, if the directory does not have it."""
        user = await self._read(self._users, token.subject, directory.user_by_login)
        if user is None:
            # Logged for the operator, who may have forgotten to import the user.
            log.warning("login refused: not in the directory", login=token.subject)
            raise BadToken("unknown user")
        return Login(user, token.expires_at)

    async def rights(self, user: UserRow, *, check_version: bool = True) -> Rights:
        """The rights of a user as they are now.

        `check_version=False` skips the read of the directory's version, which `login_of` has just done.
        """
        rights = await self._read(self._rights, user.id, access.rights_of, check_version=check_version)
        assert rights is not None  # noqa: S101 - the rights of a user may be empty, never None
        return rights

    async def _read(
        self,
        cache: MutableMapping[Hashable, V],
        key: Hashable,
        read: Callable[[Any], Awaitable[V | None]],
        *,
        check_version: bool = True,
    ) -> V | None:
        """A cached value, or the value read and cached. A new version of the directory empties the caches."""
        version = (await journal.desk_state()).rights_version if check_version else self._version
        if version != self._version:
            self._version = version
            self._users.clear()
            self._rights.clear()
        found = cache.get(key)
        if found is None:
            found = await read(key)
            # A value that was read while the directory changed may be newer than the version: it is not cached.
            if found is not None and version == self._version:
                cache[key] = found
        return found
