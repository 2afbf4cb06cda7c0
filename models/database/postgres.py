"""Tortoise's PostgreSQL backend, taking the same SQL as SQLite: `?` for a parameter, rows from RETURNING.

Nothing else: what SQL is run stands in the files that own it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions

PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan"}
"""Of each session. To plan a page of a list costs three times what it costs to run, and no value changes the plan: it
is made of ranges and look-ups of indexes."""
PLANNED_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"


def depends(sql: str) -> bool:
    """Whether a statement's plan depends on what is asked: a search's does on how many tickets have the words."""
    return "::tsquery" in sql


@lru_cache(maxsize=2048)
def numbered(sql: str) -> str:
    """The SQL with `$1`, `$2`… in the places of `?`. (No text of ours has a question mark.)"""
    first, *rest = sql.split("?")
    return first + "".join(f"${place}{part}" for place, part in enumerate(rest, 1))


class _Same:
    """What differs from Tortoise's client, in a transaction and outside."""

    @translate_exceptions
    async def execute_query(self: Any, query: str, values: Sequence[Any] | None = None) -> tuple[int, list[Any]]:
        """Rows changed or found, and the rows."""
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
        if not depends(sql):
            return await connection.fetch(sql, *values)  # type: ignore[no-any-return]
        async with connection.transaction():
            await connection.execute(PLANNED_ANEW)
            return await connection.fetch(sql, *values)  # type: ignore[no-any-return]

    async def execute_batch(self: Any, statements: Sequence[Any]) -> list[tuple[int, list[Any]]]:
        """See `models.database.together`."""
        return [await self.execute_query(sql, values) for sql, values in statements]

    async def execute_many(self: Any, query: str, values: list[Any]) -> None:
        """The same statement for many rows of parameters."""
        await super().execute_many(numbered(query), values)  # type: ignore[misc]


class Client(_Same, AsyncpgDBClient):
    """A pool of connections to one PostgreSQL database."""

    @translate_exceptions
    async def read(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[list[Any]]:
        """The rows of each SELECT, over one connection."""
        async with self.acquire_connection() as connection:
            return [await self._found(connection, sql, values) for sql, values in statements]

    async def create_pool(self, **given: Any) -> asyncpg.Pool:
        """Its sessions keep nothing from one statement to the next, so nothing needs to be reset between two."""

        async def as_it_is(_: asyncpg.Connection) -> None:
            """What was not committed has been rolled back."""

        given["server_settings"] = {**given["server_settings"], **PLANNED_ONCE}
        return await super().create_pool(**given, reset=as_it_is)

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(_InTransaction(self), self._pool_init_lock)


class _InTransaction(_Same, TransactionWrapper):
    """One connection of the pool, between BEGIN and COMMIT."""


client_class = Client
