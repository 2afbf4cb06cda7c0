"""Fixtures of the browser tests: Debian's Chromium, a demo server with the built console, and people who use it."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from graph.settings import Settings
from graph.web.console import built
from tests.clients.nodes import missing
from tests.console.people import Enter, Person
from tests.support.server import Server

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--force-color-profile=srgb",
]  # fmt: skip


def chromium_path() -> str:
    """Returns the path of Chromium; skips the test where Chromium or the built console is missing."""
    if not built(Settings()):
        missing("the agent console is not built: `make console` (needs Node.js 20.19 or newer)")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("no Chromium here: apt-get install chromium")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo server shared by the tests of one file. Playwright's event loop runs in this thread, so no other can."""
    running = Server(tmp_path_factory.mktemp("desk")).start()
    yield running
    running.stop()


@pytest.fixture
def enter(browser: Browser, server: Server) -> Iterator[Enter]:
    """Opens the console as a login. The test fails at its end if a page has logged an error that it did not expect.

    A test with a server of its own names that fixture first: pages then close before their server stops.
    """
    people: list[Person] = []

    def open_console(
        login: str | None,
        at: str = "",
        on: Server = server,
        before: Callable[[Person], None] | None = None,
        **context: object,
    ) -> Person:
        """`before` is called before the first page is loaded, for example to change how the network behaves."""
        person = Person(browser, on, **context)
        people.append(person)
        if before is not None:
            before(person)
        person.enter(login, at)
        return person

    yield open_console
    for person in people:
        person.context.close()
    assert [complaint for person in people for complaint in person.complaints] == []
