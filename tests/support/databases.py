"""A new, empty database for a test: SQLite in its own folder, or PostgreSQL.

`SAISINE_TEST_POSTGRES_URL` is the PostgreSQL server, by default the local one. If it does not answer, its tests are
skipped, or fail with `SAISINE_TEST_REQUIRE_ALL`.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

import asyncpg
import pytest

POSTGRES_URL = os.environ.get("SAISINE_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
DATABASES = ("sqlite", "postgres")


@cache
def postgres_problem() -> str | None:
    """The reason why PostgreSQL can't be used, or None."""

    async def ask() -> None:
        connection = await asyncpg.connect(POSTGRES_URL, timeout=5)
        await connection.close()

    try:
        asyncio.run(ask())
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return f"no PostgreSQL at {POSTGRES_URL} ({error}): start one, or set SAISINE_TEST_POSTGRES_URL"
    return None


def need_postgres() -> None:
    """Skip or fail the test if there is no PostgreSQL. Not for use inside a running event loop."""
    if problem := postgres_problem():
        if os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
            pytest.fail(problem)
        pytest.skip(problem)


on_every_database = pytest.mark.parametrize("server", DATABASES, indirect=True)
"""The mark of a file whose tests share a server: they run once on each database."""


@contextmanager
def fresh_sync(kind: str, folder: Path) -> Iterator[str]:
    """`fresh` for code without an event loop."""
    with asyncio.Runner() as runner:
        database = fresh(kind, folder)
        url = runner.run(database.__aenter__())
        try:
            yield url
        finally:
            runner.run(database.__aexit__(None, None, None))


@asynccontextmanager
async def fresh(kind: str, folder: Path, template: str | None = None) -> AsyncIterator[str]:
    """The URL of a new database, dropped at the end: empty, or a copy of the one at the URL `template`.

    Nothing may have `template` open.
    """
    if kind == "sqlite":
        file = folder / "saisine.sqlite3"
        if template is not None:
            shutil.copy(template.removeprefix("sqlite://"), file)
        yield f"sqlite://{file}"
        return
    name = f"saisine_test_{uuid.uuid4().hex[:12]}"
    copied = f" TEMPLATE {template.rsplit('/', 1)[1]}" if template is not None else ""
    admin = await asyncpg.connect(POSTGRES_URL)
    try:
        await admin.execute(f"CREATE DATABASE {name}{copied}")
        yield f"{POSTGRES_URL.rsplit('/', 1)[0]}/{name}"
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def analyze(url: str) -> None:
    """Collect PostgreSQL's statistics of a database that was just filled, as autovacuum does later."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
