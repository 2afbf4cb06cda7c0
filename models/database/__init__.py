"""The open database: connections, reads, transactions. SQL and tables belong to the files that own them.

One database a process, opened once (`open_database`). On SQLite one connection writes, and others read beside it (WAL).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from tortoise import BaseDBAsyncClient, Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.settings import StorageSettings

Row = Any  # a mapping by column name, indexable by position too: sqlite3.Row or asyncpg.Record
Transaction = TransactionalDBClient
T = TypeVar("T")

MODULES = ["models.directory", "models.tickets", "models.journal"]
_readers: list[str] = []


def configuration(settings: StorageSettings) -> dict[str, Any]:
    """Tortoise's configuration for these settings.

    Errors: ValueError for a URL of a database that Saisine has no backend for.
    """
    scheme, _, path = settings.database.partition("://")
    if scheme in ("postgres", "postgresql"):
        pool = expand_db_url(f"asyncpg://{path}")["credentials"]
        pool |= {"minsize": 1, "maxsize": settings.postgres_pool_max, "application_name": "saisine"}
        return _configured({"default": {"engine": "models.database.postgres", "credentials": pool}})
    if scheme != "sqlite":
        raise ValueError(f"SAISINE_DATABASE_URL: no backend for {scheme}://; use sqlite://PATH or postgres://…")
    writer = {"engine": "models.database.sqlite", "credentials": {"file_path": path, "busy_timeout": 10_000}}
    reader = {"engine": "models.database.sqlite", "credentials": {**writer["credentials"], "query_only": "ON"}}  # type: ignore[dict-item]
    return _configured({"default": writer, **{f"reader-{n}": reader for n in range(settings.sqlite_readers)}})


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
    _readers[:] = [name for name in config["connections"] if name.startswith("reader")]


async def close_database() -> None:
    """Close every connection."""
    _readers.clear()
    await Tortoise.close_connections()


def reader() -> BaseDBAsyncClient:
    """A connection to read with, a free one where there is one; a read never waits for a writer."""
    if not _readers:
        return get_connection("default")
    clients = [get_connection(name) for name in _readers]
    return next((client for client in clients if not client._lock.locked()), clients[0])  # type: ignore[attr-defined]


def on_postgres() -> bool:
    """Whether the open database is PostgreSQL; else it is SQLite."""
    return not _readers


async def rows(
    sql: str, parameters: Sequence[object] = (), connection: BaseDBAsyncClient | None = None
) -> Sequence[Row]:
    """The rows of one SELECT: over committed data, or as the transaction of `connection` sees them."""
    return (await (connection or reader()).execute_query(sql, list(parameters)))[1]


_running: set[asyncio.Task[Any]] = set()


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
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

    return await uninterrupted(whole())
