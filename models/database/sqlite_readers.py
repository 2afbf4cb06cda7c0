"""Connections to a SQLite file that read beside the one that writes (WAL). What is read stands in the files that ask.

A connection has a thread (aiosqlite). The way there and back, and Python's lock that changes hands at every row, cost
more than a brief statement: those are answered without going there, and others that belong together go together.
"""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite

Statement = tuple[str, Sequence[object]]
"""One SELECT with `?` for its parameters, and those."""

log = logging.getLogger("tortoise.db_client")
"""Where Tortoise tells what is run on the other connections."""

_READS_ONLY = "PRAGMA query_only=ON"


class _Reader:
    """One connection, and how many wait for it."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self.waiting = 0

    async def read(self, statements: Sequence[Statement]) -> list[list[Any]]:
        self.waiting += 1
        try:
            # As its own execute_fetchall does, for several statements.
            return await self._connection._execute(_fetch, self._connection._conn, statements)  # type: ignore[no-any-return, no-untyped-call]
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        await self._connection.close()


def _fetch(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[list[Any]]:
    return [connection.execute(sql, values).fetchall() for sql, values in statements]


class Readers:
    """The connections of a process that read one file."""

    def __init__(self, readers: Sequence[_Reader], at_once: sqlite3.Connection) -> None:
        self._readers = readers
        self._at_once = at_once

    @classmethod
    async def open(cls, file: str, number: int, busy_milliseconds: int) -> "Readers":
        """Open so many connections."""
        at_once = sqlite3.connect(file, timeout=0, isolation_level=None)
        at_once.execute(_READS_ONLY)
        readers = []
        for _ in range(number):
            connection = await aiosqlite.connect(file, timeout=busy_milliseconds / 1000, isolation_level=None)
            connection.row_factory = sqlite3.Row
            await connection.execute_fetchall(_READS_ONLY)
            readers.append(_Reader(connection))
        return cls(readers, at_once)

    async def close(self) -> None:
        """Close them all."""
        self._at_once.close()
        for reader in self._readers:
            await reader.close()

    async def read(self, *statements: Statement, inline: bool = False) -> list[list[Any]]:
        """The rows of each statement, by the connection that the fewest wait for; on the spot, where they are `brief`:
        bound by what they say to a few rows that an index has side by side, whatever is in the file."""
        if log.isEnabledFor(logging.DEBUG):
            for sql, values in statements:
                log.debug("%s: %s", sql, values)
        if inline:
            try:
                return _fetch(self._at_once, statements)
            except sqlite3.OperationalError:
                pass  # such as another process that recovers the file: that is waited for, but not by everybody
        return await min(self._readers, key=lambda reader: reader.waiting).read(statements)
