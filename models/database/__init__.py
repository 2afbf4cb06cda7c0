"""The open database: connections, reads and transactions. SQL and tables belong to the files that own them.

A process opens one database, once (`open_database`). On SQLite one connection writes and others read beside it (WAL).
Hot statements are SQL, run by `fetch`, `fetch_all` and `execute_batch`. Everything else uses the models, which read
from the same connections (`ReadRouter`). Inside a transaction a model takes part by `using_db(connection)`.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncpg
from tortoise import BaseDBAsyncClient, Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from models.database.shares import reading_user as reading_user
from models.database.sqlite_readers import Readers
from models.database.sqlite_readers import Statement as Statement
from models.private_files import make_folder, open_private
from models.settings import StorageSettings, parts_of

Row = Any  # sqlite3.Row or asyncpg.Record: its values by position or by column name
Transaction = TransactionalDBClient
T = TypeVar("T")

MODULES = ["models.directory.tables", "models.attachments.tables", "models.tickets.tables", "models.journal"]
_BUSY_MILLISECONDS = 10_000
_readers: list[Readers] = []
"""The reader connections of the open database, if it is SQLite."""


def configuration(settings: StorageSettings, *, timeouts: bool = False) -> dict[str, Any]:
    """Tortoise's configuration for these settings. Errors: ValueError for the URL of any other database.

    `timeouts`: PostgreSQL ends statements that take or wait too long, as a server needs and a migration does not.
    """
    scheme, _, path = settings.database.partition("://")
    if scheme in ("postgres", "postgresql"):
        parts_of("DATABASE_URL", settings.database)
        pool = expand_db_url(f"asyncpg://{path}")["credentials"]
        pool |= {"minsize": 1, "maxsize": settings.postgres_pool_max_connections, "application_name": "saisine"}
        if timeouts:
            limits = {
                "lock_timeout": settings.postgres_lock_timeout_seconds,
                "statement_timeout": settings.postgres_statement_timeout_seconds,
            }
            pool["server_settings"] = {name: str(int(seconds * 1000)) for name, seconds in limits.items()}
        return _configured({"default": {"engine": "models.database.postgres", "credentials": pool}})
    if scheme != "sqlite":
        raise ValueError(
            "SAISINE_DATABASE_URL: unknown kind of database; use sqlite://PATH or postgres://USER@HOST/NAME"
        )
    file = {"file_path": path, "busy_timeout": _BUSY_MILLISECONDS}
    readers = {**file, "number": settings.sqlite_reader_connections}
    return _configured(
        {
            "default": {"engine": "models.database.sqlite", "credentials": file},
            "readers": {"engine": "models.database.sqlite_readers", "credentials": readers},
        }
    )


class ReadRouter:
    """Tortoise's database router: on SQLite, models read from the reader connections, so they wait for no writer.

    In a transaction they read from its own connection, as on PostgreSQL, and so see what it has written.
    """

    def db_for_read(self, model: type[Model]) -> str:
        """The name of the connection to read from."""
        if on_postgres() or isinstance(get_connection("default"), TransactionalDBClient):
            return "default"
        return "readers"

    def db_for_write(self, model: type[Model]) -> str:
        """The name of the connection to write to."""
        return "default"


def _configured(connections: dict[str, Any]) -> dict[str, Any]:
    return {
        "connections": connections,
        "apps": {"models": {"models": MODULES, "default_connection": "default", "migrations": "models.migrations"}},
        "routers": [ReadRouter],
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_database(settings: StorageSettings, *, timeouts: bool = False) -> None:
    """Open the database that the settings name, and make the data directory. `close_database` ends it.

    `timeouts` is as in `configuration`.
    """
    make_folder(settings.data_dir)
    config = configuration(settings, timeouts=timeouts)
    if path := config["connections"]["default"]["credentials"].get("file_path"):
        _create_file(path)
    await Tortoise.init(config=config, _enable_global_fallback=True)
    if "readers" in config["connections"]:
        readers = cast(Readers, get_connection("readers"))
        await readers.open()
        _readers[:] = [readers]


def _create_file(path: str) -> None:
    """Create the SQLite file for its owner only, before SQLite would for everybody; it gives its journals the same."""
    if path and ":memory:" not in path and Path(path).parent.is_dir():
        with open(path, "ab", opener=open_private):
            pass


async def close_database() -> None:
    """Close every connection."""
    _readers.clear()
    await Tortoise.close_connections()
    # Tortoise caches statements by connection name; the next database of this process may have another dialect.
    EXECUTOR_CACHE.clear()


def on_postgres() -> bool:
    """Whether the open database is PostgreSQL; otherwise it is SQLite."""
    return not _readers


async def fetch(
    sql: str, parameters: Sequence[object] = (), connection: BaseDBAsyncClient | None = None
) -> Sequence[Row]:
    """The rows of one SELECT: of what is committed, or as the transaction of `connection` sees it.

    A read never waits for a writer.
    """
    if connection is None:
        return (await fetch_all((sql, parameters)))[0]
    return (await connection.execute_query(sql, list(parameters)))[1]


async def fetch_all(*statements: Statement, inline: bool = False) -> Sequence[Sequence[Row]]:
    """The rows of several SELECTs, of what is committed, in one round trip.

    `inline`: on SQLite they run on the event loop; only for statements that read a short range of one index.
    """
    if _readers:
        return await _readers[0].read(*statements, inline=inline)
    return await cast(Any, get_connection("default")).read(statements)  # type: ignore[no-any-return]


async def execute_batch(connection: Transaction, *statements: Statement) -> list[tuple[int, Sequence[Row]]]:
    """Run statements of a transaction one after the other, in one round trip.

    Returns, of each, the number of rows that it changed or found, and the rows that it found.
    """
    return await cast(Any, connection).execute_batch(statements)  # type: ignore[no-any-return]


_SQLITE_OUTAGES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_POSTGRES_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,  # a full disk, no connection left
    asyncpg.OperatorInterventionError,  # the server starts or stops, or a statement took too long
    asyncpg.LockNotAvailableError,  # somebody else has held a lock for too long
    asyncpg.TransactionRollbackError,  # a deadlock
    asyncpg.InterfaceError,  # the connection was lost during a statement
)


def is_outage(error: BaseException | None) -> bool:
    """Whether an error says that the database can't answer now: the same statement may succeed in a moment."""
    if isinstance(error, OperationalError) and error.args:
        (error,) = error.args[:1]
    if isinstance(error, sqlite3.OperationalError):
        # The low byte is the primary result code, the rest extends it.
        return error.sqlite_errorcode & 0xFF in _SQLITE_OUTAGES
    if isinstance(error, (FileNotFoundError, PermissionError)):
        return False
    return isinstance(error, (OSError, DBConnectionError, *_POSTGRES_OUTAGES))


_running: set[asyncio.Task[Any]] = set()


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, even when the caller is cancelled.

    A client that disconnects cancels its request. A cancellation inside BEGIN or COMMIT loses the connection, and one
    after a commit skips the wake-up. So the work runs in its own task; a cancelled caller waits for it, then ends.
    """
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not report it as never retrieved
        raise


async def transaction(work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `work` in one transaction that a cancellation does not interrupt: all that it wrote is committed, or none."""

    async def run() -> T:
        async with in_transaction("default") as connection:
            return await work(connection)

    return await shielded(run())
