"""The connections that read a SQLite file while another one writes to it (WAL), as one client of Tortoise.

A read never waits for a writer: Tortoise's own client has one connection, whose lock an open transaction holds.
Each connection has a thread (aiosqlite). A trip to that thread and back costs more than a short statement, so
statements that are needed together make one trip, and `inline` ones run on the event loop. A read whose task is
cancelled is interrupted, or not begun.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient, translate_exceptions

from models.database.shares import ReadShares, reading_user

Statement = tuple[str, Sequence[object]]
"""A statement with `?` for each parameter, and the parameters."""

log = logging.getLogger("tortoise.db_client")
"""The log to which Tortoise's own clients write their statements."""

_READ_ONLY = "PRAGMA query_only=ON"
_INLINE_MAX_STEPS = 200_000
"""The steps of SQLite's virtual machine, some milliseconds, after which a statement on the event loop is given up and
run by a thread."""
_INTERRUPT_AGAIN_SECONDS = 0.02


class _Read:
    """Statements to run, their caller, who may have been cancelled, and the user whose share they take, if any."""

    __slots__ = ("loop", "rows", "statements", "user_id")

    def __init__(self, statements: Sequence[Statement], user_id: int | None) -> None:
        self.statements, self.user_id = statements, user_id
        self.loop = asyncio.get_running_loop()
        self.rows: asyncio.Future[list[list[Any]]] = self.loop.create_future()


_Ended = Callable[["_Reader", _Read, list[list[Any]], BaseException | None], None]


class _Reader:
    """One connection, which runs one read at a time."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._running: _Read | None = None

    def start(self, read: _Read, ended: _Ended) -> None:
        """Run a read in the thread; then call `ended` on the event loop."""
        self._running = read
        self._connection._tx.put_nowait((None, partial(self._run, self._connection._conn, read, ended)))

    def _run(self, connection: sqlite3.Connection, read: _Read, ended: _Ended) -> None:
        rows: list[list[Any]] = []
        error: BaseException | None = None
        try:
            for sql, values in read.statements:
                if read.rows.cancelled():
                    break
                rows.append(connection.execute(sql, values).fetchall())
        except BaseException as caught:  # as aiosqlite does: the caller raises it
            error = caught
        read.loop.call_soon_threadsafe(self._end, read, ended, rows, error)

    def _end(self, read: _Read, ended: _Ended, rows: list[list[Any]], error: BaseException | None) -> None:
        self._running = None
        ended(self, read, rows, error)

    def interrupt(self, read: _Read) -> None:
        """Stop the statement that runs for this read, if it still runs.

        No other read can begin meanwhile: reads begin and end on the event loop. An interrupt between two statements
        has no effect, so it is repeated until the read has ended.
        """
        if self._running is read:
            with suppress(sqlite3.ProgrammingError):  # the connection was closed with the database
                self._connection._conn.interrupt()
            read.loop.call_later(_INTERRUPT_AGAIN_SECONDS, self.interrupt, read)

    async def close(self) -> None:
        await self._connection.close()


def _fetch(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[list[Any]]:
    return [connection.execute(sql, values).fetchall() for sql, values in statements]


class Readers(SqliteClient):
    """The reader connections of a process, all to one file. They refuse every write.

    Reads that find no free connection wait in their order; one user has all connections but one at most.
    """

    def __init__(self, file_path: str, *, number: int, busy_timeout: int, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._number, self._busy_timeout = number, busy_timeout
        self._readers: list[_Reader] = []
        self._free: list[_Reader] = []
        self._waiting: deque[_Read] = deque()
        self._shares = ReadShares(max(1, number - 1))
        self._inline: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the connections. `busy_timeout` is in milliseconds."""
        self._inline = sqlite3.connect(self.filename, timeout=0, isolation_level=None)
        self._inline.execute(_READ_ONLY)
        # A handler that returns 1 interrupts the statement, which then raises OperationalError.
        self._inline.set_progress_handler(lambda: 1, _INLINE_MAX_STEPS)
        for _ in range(self._number):
            connection = await aiosqlite.connect(self.filename, timeout=self._busy_timeout / 1000, isolation_level=None)
            connection.row_factory = sqlite3.Row
            await connection.execute_fetchall(_READ_ONLY)
            self._readers.append(_Reader(connection))
        self._free = self._readers.copy()

    async def close(self) -> None:
        """Close the connections, after the reads that they run."""
        if self._inline is not None:
            self._inline.close()
            self._inline = None
        self._free.clear()
        while self._waiting:
            self._waiting.popleft().rows.set_exception(_closed())
        while self._readers:
            await self._readers.pop().close()

    async def read(self, *statements: Statement, inline: bool = False) -> list[list[Any]]:
        """Run SELECTs on one of the connections: the rows of each.

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
                pass  # too long, or another process recovers the file: a thread can wait for that, the event loop can't
        user_id = reading_user.get()
        if user_id is not None:
            await self._shares.enter(user_id)
        return await self._run(_Read(statements, user_id))

    async def _run(self, read: _Read) -> list[list[Any]]:
        """Run a read that has its user's share, which it gives back once it has ended."""
        if not self._readers:
            raise _closed()
        if self._free:
            self._free.pop().start(read, self._ended)
        else:
            self._waiting.append(read)
        try:
            return await read.rows
        except asyncio.CancelledError:
            self._give_up(read)
            raise

    def _give_up(self, read: _Read) -> None:
        if read in self._waiting:
            self._waiting.remove(read)
            self._leave(read)
        for reader in self._readers:
            reader.interrupt(read)

    def _leave(self, read: _Read) -> None:
        if read.user_id is not None:
            self._shares.leave(read.user_id)

    def _ended(self, reader: _Reader, read: _Read, rows: list[list[Any]], error: BaseException | None) -> None:
        """Give a read's result to its caller, and its connection to the read that waits longest."""
        if self._waiting:
            reader.start(self._waiting.popleft(), self._ended)
        elif reader in self._readers:
            self._free.append(reader)
        self._leave(read)
        if read.rows.done():
            return
        if error is None:
            read.rows.set_result(rows)
        else:
            read.rows.set_exception(error)

    @translate_exceptions
    async def execute_query(self, query: str, values: Sequence[Any] | None = None) -> tuple[int, Sequence[Any]]:
        """Run one SELECT of a model: the number of rows, and the rows."""
        (found,) = await self.read((query, values or ()))
        return len(found), found

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Run one SELECT of a model: the rows as dictionaries."""
        return list(map(dict, (await self.execute_query(query, values))[1]))


def _closed() -> sqlite3.ProgrammingError:
    return sqlite3.ProgrammingError("the database is closed")


client_class = Readers
