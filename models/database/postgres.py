"""Tortoise's PostgreSQL backend, taking the same SQL as SQLite: `?` for a parameter, rows from RETURNING.

Nothing else: what SQL is run stands in the files that own it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions


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
            self.log.debug("%s: %s", query, values)
            sql = numbered(query)
            if sql.startswith(("SELECT", "WITH")) or "RETURNING" in sql:
                found = await connection.fetch(sql, *(values or ()))
                return len(found), found
            status = await connection.execute(sql, *(values or ()))
            count = status.split(" ")[-1]
            return int(count) if count.isdecimal() else 0, []

    async def execute_many(self: Any, query: str, values: list[Any]) -> None:
        """The same statement for many rows of parameters."""
        await super().execute_many(numbered(query), values)  # type: ignore[misc]


class Client(_Same, AsyncpgDBClient):
    """A pool of connections to one PostgreSQL database."""

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(_InTransaction(self), self._pool_init_lock)


class _InTransaction(_Same, TransactionWrapper):
    """One connection of the pool, between BEGIN and COMMIT."""


client_class = Client
