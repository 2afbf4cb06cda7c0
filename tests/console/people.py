"""A person at the console: the page object of the browser tests, in the words of the screens."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.support.server import WAIT, Server

expect.set_options(timeout=WAIT * 1000)
AXE = Path(__file__).parents[2] / "client-examples/agent-console/node_modules/axe-core/axe.min.js"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


class Person:
    """One login with a browser context of its own: separate storage, separate connections."""

    def __init__(self, browser: Browser, server: Server, **context: Any) -> None:
        self.server = server
        self.context = browser.new_context(
            **{
                "viewport": DESKTOP,
                "locale": "fr-FR",
                "timezone_id": "Europe/Paris",
                "reduced_motion": "reduce",
                **context,
            }
        )
        self.context.set_default_timeout(WAIT * 1000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        """Texts of console errors that the test causes on purpose, such as a cut network or an expired login."""
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in self.expected):
            self.complaints.append(message.text)

    def enter(self, login: str | None, at: str = "") -> None:
        self.page.goto(f"{self.server.url}/console/{at}")
        if login is not None:
            self.page.locator(".login", has_text=login).filter(has=self.page.get_by_text(login, exact=True)).click()
            expect(self.page.locator(".login")).to_have_count(0)

    def go(self, at: str) -> None:
        self.page.goto(f"{self.server.url}/console/{at}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def row(self, number: str) -> Locator:
        return self.page.locator(f"tr[data-ticket='{number}']")

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("tab", name=re.compile(rf"^{re.escape(name)}( |$)"))

    def count(self, name: str) -> int:
        """Returns the counter of a tab."""
        return int(self.tab(name).locator(".tabs__count").inner_text())

    def open(self, number: str) -> None:
        """Opens the ticket of a row."""
        self.row(number).get_by_role("link").click()
        expect(self.page.get_by_text(f"Ticket {number}", exact=True)).to_be_visible()

    def begin(self, action: str) -> Locator:
        """Chooses an action of the « Actions » menu and returns its window."""
        self.button("Actions").click()
        self.page.get_by_role("menuitem", name=action, exact=True).click()
        dialog = self.page.get_by_role("dialog", name=action)
        expect(dialog).to_be_visible()
        return dialog

    def act(self, action: str, message: str | None = None) -> None:
        """Performs an action from the menu to its end; the button of the window has the action's name."""
        dialog = self.begin(action)
        if message is not None:
            dialog.get_by_role("textbox").fill(message)
        dialog.get_by_role("button", name=action, exact=True).click()
        expect(dialog).to_have_count(0)

    def choose(self, label: str, option: str, within: Locator | Page | None = None) -> None:
        """Chooses an option of a drop-down list."""
        (within or self.page).get_by_role("button", name=re.compile(rf"(^| ){label}\b")).click()
        self.page.get_by_role("option", name=option).first.click()

    def is_up_to_date(self) -> None:
        expect(self.page.locator(".link")).to_have_text("À jour")

    def violations(self) -> list[str]:
        """Returns axe's violations (WCAG 2.1 A and AA, best practices), and whether the page overflows the window."""
        # Through the debugger: the page's content security policy lets no foreign script in.
        self.page.evaluate(AXE.read_text("utf-8") + "; undefined")
        # React Aria's announcer keeps its text for seconds, also about a button that is gone.
        checked = "{exclude: ['[data-live-announcer]']}"
        found = self.page.evaluate(f"axe.run({checked}, {{resultTypes: ['violations']}})")
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        texts = [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]
        return texts + (["wider than the window"] if wide else [])

    def screenshot(self, path: Path) -> None:
        with suppress(FileExistsError):
            path.parent.mkdir()
        self.page.screenshot(path=path)


Enter = Callable[..., Person]
"""The type of the fixture `enter`."""
