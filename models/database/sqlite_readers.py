"""The connections that read a SQLite file while another one writes to it (WAL), as one client of Tortoise.

A read never waits for a writer: Tortoise's own client has one connection, whose lock an open transaction holds.
Each connection has a thread (aiosqlite). A trip to that thread and back costs more than a short statement, so
statements that are needed together make one trip, and `inline` ones run on the event loop.
"""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient, translate_exceptions

Statement = tuple[str, Sequence[object]]
"""A statement with `?` for each parameter, and the parameters."""

log = logging.getLogger("tortoise.db_client")
"""The log to which Tortoise's own clients write their statements."""

_READ_ONLY = "PRAGMA query_only=ON"


class _Reader:
    """One connection, and the number of reads that wait for it."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self.waiting = 0

    async def read(self, statements: Sequence[Statement]) -> list[list[Any]]:
        self.waiting += 1
        try:
            # As aiosqlite's execute_fetchall does, for several statements.
            return await self._connection._execute(_fetch, self._connection._conn, statements)  # type: ignore[no-any-return, no-untyped-call]
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        await self._connection.close()


def _fetch(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[list[Any]]:
    return [connection.execute(sql, values).fetchall() for sql, values in statements]


class Readers(SqliteClient):
    """The reader connections of a process, all to one file. They refuse every write."""

    def __init__(self, file_path: str, *, number: int, busy_timeout: int, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._number, self._busy_timeout = number, busy_timeout
        self._readers: list[_Reader] = []
        self._inline: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the connections. `busy_timeout` is in milliseconds."""
        self._inline = sqlite3.connect(self.filename, timeout=0, isolation_level=None)
        self._inline.execute(_READ_ONLY)
        for _ in range(self._number):
            connection = await aiosqlite.connect(self.filename, timeout=self._busy_timeout / 1000, isolation_level=None)
            connection.row_factory = sqlite3.Row
            await connection.execute_fetchall(_READ_ONLY)
            self._readers.append(_Reader(connection))

    async def close(self) -> None:
        """Close the connections."""
        if self._inline is not None:
            self._inline.close()
            self._inline = None
        while self._readers:
            await self._readers.pop().close()

    async def read(self, *statements: Statement, inline: bool = False) -> list[list[Any]]:
        """Run SELECTs on the connection that the fewest reads wait for: the rows of each.

        With `inline` they run on the event loop: only for statements that read a short range of one index, however
        large the file is.
        """
        if log.isEnabledFor(logging.DEBUG):
            for sql, values in statements:
                log.debug("%s: %s", sql, values)
        if inline and self._inline is not None:
            try:
                return _fetch(self._inline, statements)
            except sqlite3.OperationalError:
                pass  # such as another process that recovers the file: a thread can wait for that, the event loop can't
        return await min(self._readers, key=lambda reader: reader.waiting).read(statements)

    @translate_exceptions
    async def execute_query(self, query: str, values: Sequence[Any] | None = None) -> tuple[int, Sequence[Any]]:
        """Run one SELECT of a model: the number of rows, and the rows."""
        (found,) = await self.read((query, values or ()))
        return len(found), found

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Run one SELECT of a model: the rows as dictionaries."""
        return list(map(dict, (await self.execute_query(query, values))[1]))


client_class = Readers
