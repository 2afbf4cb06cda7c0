"""Tortoise's SQLite backend for the one connection that writes, with safe transactions and batches of statements.

Tortoise's own transactions begin deferred, so two processes that read and then write fail with "database is locked",
whatever the timeout. They also keep the lock for ever if BEGIN fails, and the next BEGIN commits what a failed COMMIT
left.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.connection import get_connections

from models.database.sqlite_readers import Statement


class _Transaction(SqliteTransactionWrapper):
    """An open transaction."""

    @translate_exceptions
    async def execute_batch(self, statements: Sequence[Statement]) -> list[tuple[int, list[Any]]]:
        """Run statements in one trip to the connection's thread; see `models.database.execute_batch`."""
        async with self.acquire_connection() as connection:
            for sql, values in statements:
                self.log.debug("%s: %s", sql, values)
            return await connection._execute(_run, connection._conn, statements)  # type: ignore[no-any-return]


def _run(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[tuple[int, list[Any]]]:
    done = []
    for sql, values in statements:
        before = connection.total_changes
        found = connection.execute(sql, values).fetchall()
        done.append((connection.total_changes - before or len(found), found))
    return done


class Client(SqliteClient):
    """One connection to one SQLite file."""

    def _in_transaction(self) -> TransactionContext:
        return _Immediate(self)


class _Immediate(TransactionContext):
    """BEGIN IMMEDIATE … COMMIT on the one connection, under its lock."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.connection_name = client.connection_name

    async def ensure_connection(self) -> None:
        if not self._client._connection:
            await self._client.create_connection(with_db=True)

    async def __aenter__(self) -> Any:
        await self._client._lock.acquire()
        try:
            await self.ensure_connection()
            self.connection = _Transaction(self._client)
            await self.connection._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._client._lock.release()
            raise
        self._token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if exc_type is None:
                try:
                    await self.connection.commit()
                except BaseException:
                    await asyncio.shield(self.connection.rollback())
                    raise
            elif not self.connection._finalized:
                await self.connection.rollback()
        finally:
            get_connections().reset(self._token)
            self._client._lock.release()


client_class = Client
