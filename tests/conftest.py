"""Fixtures of many tests: a desk in this process, a server in another."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from models import database, journal
from models.attachments.storage import storage_for
from models.broker import broker_for
from models.database.migrate import migrate
from models.demo.world import load_world
from models.directory.tables import Service, Structure, Subcategory, User
from models.services import Services
from models.settings import StorageSettings
from tests.support.databases import DATABASES, fresh, fresh_sync, need_postgres
from tests.support.server import Server

pytest.register_assert_rewrite("tests.models", "tests.graph.visibility")

# A process that a script starts in the background ignores SIGINT, and so would the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Desk:
    """An open desk without tickets, with the demo's directory; its methods return the ids of rows."""

    services: Services

    async def user(self, login: str) -> int:
        return int((await User.get(login=login)).id)

    async def structure(self, name: str) -> int:
        """By a part of its name."""
        return int((await Structure.get(name__contains=name)).id)

    async def service(self, code: str) -> int:
        return int((await Service.get(code=code)).id)

    async def subcategory(self, code: str) -> tuple[int, int]:
        """(category, subcategory)."""
        subcategory = await Subcategory.get(code=code)
        return subcategory.category_id, subcategory.id


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: each test of a desk runs on every one."""
    if request.param == "postgres":
        need_postgres()
    return str(request.param)


@pytest.fixture(scope="session")
def template_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """A function: the URL of a database of a kind with the demo's directory, made once and copied for each test."""

    async def make(settings: StorageSettings) -> None:
        await database.open_database(settings)
        try:
            await migrate(settings)
            await load_world()
        finally:
            await database.close_database()

    with ExitStack() as stack:

        @cache
        def template(kind: str) -> str:
            folder = tmp_path_factory.mktemp("template")
            url = stack.enter_context(fresh_sync(kind, folder))
            asyncio.run(make(StorageSettings(data_dir=folder, database_url=url)))
            return url

        yield template


@pytest.fixture
def template(database_kind: str, template_of: Callable[[str], str]) -> str:
    return template_of(database_kind)


@pytest.fixture
async def desk(database_kind: str, template: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with fresh(database_kind, tmp_path, template) as url:
        settings = StorageSettings(data_dir=tmp_path, database_url=url)
        await database.open_database(settings)
        try:
            await journal.open_journal()
            yield Desk(Services(settings, storage_for(settings), broker_for(settings)))
        finally:
            await database.close_database()


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo server that the tests of a file share; each test makes the tickets that it needs.

    It runs on SQLite, or once on each database for a file with the mark `on_every_database`.
    """
    folder = tmp_path_factory.mktemp("desk")
    with serving_on(getattr(request, "param", "sqlite"), folder) as running:
        yield running


@contextmanager
def serving_on(kind: str, folder: Path) -> Iterator[Server]:
    """A demo server on a database of this kind, stopped at the end of the block."""
    if kind == "postgres":
        need_postgres()
    with fresh_sync(kind, folder) as url:
        broker = url if kind == "postgres" else "memory://"
        running = Server(folder, database_url=url, broker_url=broker).start()
        try:
            yield running
        finally:
            running.stop()
