"""Debian's Chromium at the built console of a real server; a context is a person at a machine of their own."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

from graph.settings import Settings
from graph.web.console import built
from tests.console.people import Person
from tests.support.server import Server

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--force-color-profile=srgb",
]  # fmt: skip


def absent(problem: str) -> NoReturn:
    if os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
        pytest.fail(problem)
    pytest.skip(problem)


def need_console() -> str:
    """The browser's path; skips where it or the console is absent."""
    if not built(Settings()):
        absent("the agent console is not built: `make console` (needs Node.js 20.19 or newer)")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        absent("no Chromium here: apt-get install chromium")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = need_console()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo that the tests of one file share. (Playwright's loop runs in this thread: no other can be run here.)"""
    running = Server(tmp_path_factory.mktemp("desk")).start()
    yield running
    running.stop()


@pytest.fixture
def enter(browser: Browser, server: Server) -> Iterator[Callable[..., Person]]:
    """Open the console as somebody; at the end nobody's page may have complained."""
    people: list[Person] = []

    def come(
        login: str | None,
        at: str = "",
        on: Server = server,
        before: Callable[[Person], None] | None = None,
        **context: object,
    ) -> Person:
        """`before` is given the person before their first page: what their network does."""
        person = Person(browser, on, **context)
        people.append(person)
        if before is not None:
            before(person)
        person.enter(login, at)
        return person

    yield come
    for person in people:
        person.context.close()
    assert [complaint for person in people for complaint in person.complaints] == []
