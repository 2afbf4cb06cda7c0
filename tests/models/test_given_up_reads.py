"""Reads that are given up end, and the reads of one user leave the others a connection, on every database."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import asyncpg
import pytest

from models.database import close_database, fetch, fetch_all, is_outage, on_postgres, open_database, reading_user
from models.directory.tables import Structure
from models.settings import StorageSettings
from tests.conftest import Desk
from tests.support.databases import fresh, need_postgres

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n"
RUNNING = (
    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH RECURSIVE%' "
    "AND datname = current_database()"
)
WAIT = 20


async def read(user_id: int | None, sql: str = "SELECT 1", *, inline: bool = False) -> int:
    """The first value of a statement that a user's operation reads."""
    reading_user.set(user_id)
    ((row,),) = await fetch_all((sql, ()), inline=inline)
    return int(row[0])


@asynccontextmanager
async def endless(user_id: int | None, number: int, *, inline: bool = False) -> AsyncIterator[list[asyncio.Task[int]]]:
    """Endless reads of a user, given up at the end of the block."""
    tasks = [asyncio.create_task(read(user_id, ENDLESS, inline=inline)) for _ in range(number)]
    try:
        await asyncio.sleep(0)
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait_for(asyncio.wait(tasks), WAIT)


async def some_run(user_id: int | None) -> None:
    """Wait until endless reads of this user run: on SQLite, in other threads of this process."""
    began = time.process_time() - time.thread_time()
    async with asyncio.timeout(WAIT):
        while not on_postgres() and time.process_time() - time.thread_time() < began + 0.02:  # noqa: ASYNC110 (no event)
            await asyncio.sleep(0)
        while on_postgres() and user_id is not None and not await read(2, RUNNING):
            pass


async def answered(user_id: int | None) -> None:
    """Wait for as many reads at once as there are connections, and for one by a model."""
    reads = [asyncio.create_task(read(user_id)) for _ in range(10)]
    async with asyncio.timeout(WAIT):
        assert await asyncio.gather(*reads) == [1] * 10
        reading_user.set(user_id)
        assert await Structure.exists()
        reading_user.set(None)


async def test_given_up_reads_end_and_free_their_connections(desk: Desk) -> None:
    for user_id in (1, None):
        async with endless(user_id, 30):
            await some_run(user_id)
        for other in (user_id, 2, None):
            await answered(other)
        if on_postgres():
            assert await read(None, RUNNING) == 0


async def test_the_reads_of_one_user_leave_the_others_a_connection(desk: Desk) -> None:
    async with endless(1, 30) as tasks:
        await some_run(1)
        await answered(2)
        await answered(None)
        assert not any(task.done() for task in tasks)
    await answered(1)


async def test_a_waiting_read_that_is_given_up_takes_no_turn(desk: Desk) -> None:
    async with endless(1, 30) as tasks:
        await some_run(1)
        for task in tasks[15:]:
            task.cancel()
        await asyncio.wait_for(asyncio.wait(tasks[15:]), WAIT)
        assert all(task.cancelled() for task in tasks[15:])
        for task in tasks[:15]:
            task.cancel()
        await answered(1)


async def test_giving_up_reads_never_ends_other_reads(desk: Desk) -> None:
    random = Random(8)
    short = "SELECT count(*) FROM structures a, structures b"
    right = await read(None, short)
    wrong: list[object] = []

    async def ask(user_id: int | None) -> None:
        for _ in range(60 if desk.services.settings.database.startswith("sqlite") else 6):  # PostgreSQL cancels slowly
            sql = random.choice([short, ENDLESS])
            task = asyncio.create_task(read(user_id, sql))
            if sql is ENDLESS or random.random() < 0.5:
                for _ in range(random.randint(0, 20)):
                    await asyncio.sleep(0)
                task.cancel()
            try:
                if await task != right:
                    wrong.append(task.result())
            except asyncio.CancelledError:
                pass
            except Exception as error:
                wrong.append(error)

    async with asyncio.timeout(3 * WAIT):
        await asyncio.gather(*(ask(user_id) for user_id in (1, 1, 1, 2, 2, 3, None)))
    assert wrong == []
    await answered(1)


async def test_a_long_read_leaves_the_event_loop_even_if_it_was_to_run_there(desk: Desk) -> None:
    async with endless(None, 1, inline=True) as (task,):
        assert (await fetch("SELECT 1"))[0][0] == 1
        assert not task.done()


@pytest.fixture
def postgres() -> str:
    need_postgres()
    return "postgres"


async def test_a_server_ends_statements_that_take_too_long_and_a_migration_does_not(
    postgres: str, tmp_path: Path
) -> None:
    async with fresh(postgres, tmp_path) as url:
        settings = StorageSettings(
            data_dir=tmp_path,
            database_url=url,
            postgres_lock_timeout_seconds=0.2,
            postgres_statement_timeout_seconds=0.3,
        )
        for timeouts, shown in ((True, {"lock_timeout": "200ms", "statement_timeout": "300ms"}), (False, {})):
            await open_database(settings, timeouts=timeouts)
            try:
                for name in ("lock_timeout", "statement_timeout"):
                    assert (await fetch(f"SELECT current_setting('{name}')"))[0][0] == shown.get(name, "0")
                if timeouts:
                    with pytest.raises(asyncpg.QueryCanceledError) as caught:
                        await fetch(ENDLESS)
                    assert is_outage(caught.value)
            finally:
                await close_database()
