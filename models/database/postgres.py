"""Tortoise's PostgreSQL backend, changed to take the SQL that SQLite takes: `?` for a parameter, rows from RETURNING.

It also sets when a statement is planned. The SQL itself is in the files that use it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import PoolConnectionWrapper, TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions

from models.database.shares import ReadShares, reading_user
from models.database.sql import PlanParameter

PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan"}
"""Session settings: a statement is planned once. Planning a page of a list takes three times as long as running it, and
the plan is the same for every value: it reads ranges of indexes and looks up keys."""
PLANNED_AT_EACH_RUN = "SET LOCAL plan_cache_mode = force_custom_plan"
"""Turns that off for the rest of a transaction."""


def is_planned_at_each_run(values: Sequence[object]) -> bool:
    """Whether one of a statement's parameters decides its plan."""
    return PlanParameter in map(type, values)


_CACHED_MAX_CHARACTERS = 4_000
"""The length of statements that are cached: a client's filter and search can make them long, and each one other."""


def numbered(sql: str) -> str:
    """The SQL with `$1`, `$2`… in place of `?`. No SQL here has a question mark in a literal."""
    return _cached_numbered(sql) if len(sql) <= _CACHED_MAX_CHARACTERS else _numbered(sql)


def _numbered(sql: str) -> str:
    first, *rest = sql.strip().split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


_cached_numbered = lru_cache(maxsize=2048)(_numbered)


class _Statements:
    """How statements are run, in a transaction and outside."""

    @translate_exceptions
    async def execute_query(self: Any, query: str, values: Sequence[Any] | None = None) -> tuple[int, list[Any]]:
        """Run one statement: the number of rows changed or found, and the rows."""
        async with self.acquire_connection() as connection:
            sql = numbered(query)
            if sql.startswith(("SELECT", "WITH")) or "RETURNING" in sql:
                found = await self._found(connection, query, values or ())
                return len(found), found
            self.log.debug("%s: %s", query, values)
            status = await connection.execute(sql, *(values or ()))
            count = status.split(" ")[-1]
            return int(count) if count.isdecimal() else 0, []

    async def _found(self: Any, connection: Any, query: str, values: Sequence[Any]) -> list[Any]:
        self.log.debug("%s: %s", query, values)
        sql = numbered(query)
        if not is_planned_at_each_run(values):
            return await connection.fetch(sql, *values)  # type: ignore[no-any-return]
        async with connection.transaction():
            await connection.execute(PLANNED_AT_EACH_RUN)
            return await connection.fetch(sql, *values)  # type: ignore[no-any-return]

    async def execute_batch(self: Any, statements: Sequence[Any]) -> list[tuple[int, list[Any]]]:
        """Run statements one after the other; see `models.database.execute_batch`."""
        return [await self.execute_query(sql, values) for sql, values in statements]

    async def execute_many(self: Any, query: str, values: list[Any]) -> None:
        """Run one statement for many rows of parameters."""
        await super().execute_many(numbered(query), values)  # type: ignore[misc]


class _SharedConnection(PoolConnectionWrapper[asyncpg.Connection]):
    """A connection of the pool for one read: of the user's share, if a user's operation reads."""

    __slots__ = ("_shares", "_user_id")

    def __init__(self, client: "Client") -> None:
        super().__init__(client, client._pool_init_lock)
        self._shares, self._user_id = client.shares, reading_user.get()

    async def __aenter__(self) -> asyncpg.Connection:
        if self._user_id is not None:
            await self._shares.enter(self._user_id)
        try:
            return await super().__aenter__()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        # A cancelled statement has ended when the connection is released: asyncpg has cancelled it on the server.
        try:
            await super().__aexit__(exc_type, exc_val, exc_tb)
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._user_id is not None:
            self._shares.leave(self._user_id)


class Client(_Statements, AsyncpgDBClient):
    """A pool of connections to one PostgreSQL database.

    The reads of one user take half of them at most. Transactions are not counted: actions are limited by their rate.
    """

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.shares = ReadShares(max(1, self.pool_maxsize // 2))

    def acquire_connection(self) -> PoolConnectionWrapper[asyncpg.Connection]:
        """A connection for one statement, or for some reads."""
        return _SharedConnection(self)

    @translate_exceptions
    async def read(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[list[Any]]:
        """Run SELECTs on one connection: the rows of each."""
        async with self.acquire_connection() as connection:
            return [await self._found(connection, sql, values) for sql, values in statements]

    async def create_pool(self, **given: Any) -> asyncpg.Pool:
        """Make the pool. Sessions keep no state between two uses, so a connection is not reset when it is released."""

        async def no_reset(_: asyncpg.Connection) -> None:
            """Do nothing: an open transaction has been rolled back already."""

        given["server_settings"] = {**given["server_settings"], **PLANNED_ONCE}
        return await super().create_pool(**given, reset=no_reset)

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(_InTransaction(self), self._pool_init_lock)


class _InTransaction(_Statements, TransactionWrapper):
    """One connection of the pool, between BEGIN and COMMIT."""


client_class = Client
