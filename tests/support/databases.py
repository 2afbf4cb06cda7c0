"""A fresh, empty database for a test: SQLite in its own folder, or PostgreSQL where one answers.

`SAISINE_TEST_POSTGRES_URL` says where; by default the local one. Where none answers, its tests are skipped and say so,
or, under `SAISINE_TEST_REQUIRE_ALL`, fail.
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
    """Why no PostgreSQL can be used; None where one can."""

    async def ask() -> None:
        connection = await asyncpg.connect(POSTGRES_URL, timeout=5)
        await connection.close()

    try:
        asyncio.run(ask())
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return f"no PostgreSQL at {POSTGRES_URL} ({error}): start one, or set SAISINE_TEST_POSTGRES_URL"
    return None


def need_postgres() -> None:
    """Skip, or fail, where there is no PostgreSQL. Not inside a running loop."""
    if problem := postgres_problem():
        if os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
            pytest.fail(problem)
        pytest.skip(problem)


on_every_database = pytest.mark.parametrize("server", DATABASES, indirect=True)
"""Marks a file whose tests share a server: they run once on each database."""


@contextmanager
def fresh_sync(kind: str, folder: Path) -> Iterator[str]:
    """`fresh`, where no event loop runs."""
    with asyncio.Runner() as runner:
        database = fresh(kind, folder)
        url = runner.run(database.__aenter__())
        try:
            yield url
        finally:
            runner.run(database.__aexit__(None, None, None))


@asynccontextmanager
async def fresh(kind: str, folder: Path, model: str | None = None) -> AsyncIterator[str]:
    """The URL of a database of its own, empty or a copy of the one at the URL `model`, which nobody has open; it is
    gone afterwards."""
    if kind == "sqlite":
        file = folder / "saisine.sqlite3"
        if model is not None:
            shutil.copy(model.removeprefix("sqlite://"), file)
        yield f"sqlite://{file}"
        return
    name = f"saisine_test_{uuid.uuid4().hex[:12]}"
    template = f" TEMPLATE {model.rsplit('/', 1)[1]}" if model is not None else ""
    admin = await asyncpg.connect(POSTGRES_URL)
    try:
        await admin.execute(f"CREATE DATABASE {name}{template}")
        yield f"{POSTGRES_URL.rsplit('/', 1)[0]}/{name}"
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()
