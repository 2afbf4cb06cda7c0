"""The open database: connections, reads, transactions. SQL and tables belong to the files that own them.

One database a process, opened once (`open_database`). On SQLite one connection writes, and others read beside it (WAL).
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar, cast

import asyncpg
from tortoise import BaseDBAsyncClient, Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.transactions import in_transaction

from models.database.sqlite_readers import Readers
from models.database.sqlite_readers import Statement as Statement
from models.settings import StorageSettings, parts_of

Row = Any  # a mapping by column name, indexable by position too: sqlite3.Row or asyncpg.Record
Transaction = TransactionalDBClient
T = TypeVar("T")

MODULES = ["models.directory.tables", "models.tickets.tables", "models.journal"]
_BUSY_MILLISECONDS = 10_000
_readers: list[Readers] = []
"""Those of the open database, where it is SQLite."""


def configuration(settings: StorageSettings) -> dict[str, Any]:
    """Tortoise's configuration for these settings.

    Errors: ValueError for a URL of a database that Saisine has no backend for.
    """
    scheme, _, path = settings.database.partition("://")
    if scheme in ("postgres", "postgresql"):
        parts_of("DATABASE_URL", settings.database)
        pool = expand_db_url(f"asyncpg://{path}")["credentials"]
        pool |= {"minsize": 1, "maxsize": settings.postgres_pool_max_connections, "application_name": "saisine"}
        return _configured({"default": {"engine": "models.database.postgres", "credentials": pool}})
    if scheme != "sqlite":
        raise ValueError("SAISINE_DATABASE_URL: no backend for that; use sqlite://PATH or postgres://USER@HOST/NAME")
    return _configured(
        {
            "default": {
                "engine": "models.database.sqlite",
                "credentials": {"file_path": path, "busy_timeout": _BUSY_MILLISECONDS},
            }
        }
    )


def _configured(connections: dict[str, Any]) -> dict[str, Any]:
    return {
        "connections": connections,
        "apps": {"models": {"models": MODULES, "default_connection": "default", "migrations": "models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_database(settings: StorageSettings) -> None:
    """Open the database that the settings name, making its folder; `close_database` ends it."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    config = configuration(settings)
    await Tortoise.init(config=config, _enable_global_fallback=True)
    file = config["connections"]["default"]["credentials"].get("file_path")
    if file is not None:
        _readers[:] = [await Readers.open(file, settings.sqlite_reader_connections, _BUSY_MILLISECONDS)]


async def close_database() -> None:
    """Close every connection."""
    for readers in _readers:
        await readers.close()
    _readers.clear()
    await Tortoise.close_connections()


def on_postgres() -> bool:
    """Whether the open database is PostgreSQL; else it is SQLite."""
    return not _readers


async def fetch(
    sql: str, parameters: Sequence[object] = (), connection: BaseDBAsyncClient | None = None
) -> Sequence[Row]:
    """The rows of one SELECT: over committed data, or as the transaction of `connection` sees them. A read never waits
    for a writer."""
    if connection is None:
        return (await fetch_all((sql, parameters)))[0]
    return (await connection.execute_query(sql, list(parameters)))[1]


async def fetch_all(*statements: Statement, inline: bool = False) -> Sequence[Sequence[Row]]:
    """The rows of several SELECTs over committed data, asked together. `brief`: they are bound by what they say to a
    few rows that an index has side by side (on SQLite they are answered on the spot)."""
    if _readers:
        return await _readers[0].read(*statements, inline=inline)
    return await cast(Any, get_connection("default")).read(statements)  # type: ignore[no-any-return]


async def execute_batch(connection: Transaction, *statements: Statement) -> list[tuple[int, Sequence[Row]]]:
    """Statements of a transaction, one after the other, asked together: of each how many rows it changed or found, and
    what it found."""
    return await cast(Any, connection).execute_batch(statements)  # type: ignore[no-any-return]


_SQLITE_OUTAGES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_POSTGRES_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,  # its disk is full, it has no connection left
    asyncpg.OperatorInterventionError,  # it starts or stops
    asyncpg.InterfaceError,  # the connection has gone in the middle of something
)


def is_outage(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot answer for now; the same question may do well in a moment."""
    if isinstance(error, OperationalError) and error.args:
        (error,) = error.args[:1]
    if isinstance(error, sqlite3.OperationalError):
        # The low byte is the kind, the rest what it was exactly.
        return error.sqlite_errorcode & 0xFF in _SQLITE_OUTAGES
    if isinstance(error, (FileNotFoundError, PermissionError)):
        return False
    return isinstance(error, (OSError, DBConnectionError, *_POSTGRES_OUTAGES))


_running: set[asyncio.Task[Any]] = set()


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end whatever becomes of the caller.

    A client that goes away cancels its request, and a cancellation inside BEGIN or COMMIT, or between a commit and
    what must follow it, would leave things half done. So the work runs in a task of its own; a cancelled caller waits
    for that task, then goes.
    """
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that a failure nobody waits for is not reported twice
        raise


async def transaction(work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `work` in one transaction, uninterrupted: all of it is there afterwards, or nothing."""

    async def whole() -> T:
        async with in_transaction("default") as connection:
            return await work(connection)

    return await shielded(whole())
