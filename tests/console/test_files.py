"""Attachments at the console: dropped, uploaded with progress, shown with the result of the virus scan."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Locator, expect

from tests.console.people import Enter, Person
from tests.support.clamd import EICAR, Clamd, clamd
from tests.support.http_client import Api, submitted
from tests.support.server import Server

pytestmark = pytest.mark.long

T = TypeVar("T")


class Scanner:
    """The tests' clamd, on an event loop in a thread of its own: Playwright's loop runs in this one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._running = clamd()
        self._daemon: Clamd
        self._daemon, self.url = self._run(self._running.__aenter__())
        self._loop.call_soon_threadsafe(self._daemon.answering.clear)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def answer(self) -> None:
        """Lets all scans end, those that wait and those to come."""
        self._loop.call_soon_threadsafe(self._daemon.answering.set)

    def close(self) -> None:
        self._run(self._running.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


@pytest.fixture
def scanner() -> Iterator[Scanner]:
    running = Scanner()
    yield running
    running.close()


@pytest.fixture
def scanned(scanner: Scanner, tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "desk", clamd_url=scanner.url).start()
    yield running
    scanner.answer()
    running.stop()


def drop(person: Person, at: Locator, files: list[Path]) -> None:
    """Drags files from the desktop onto an element, through the browser's debugger."""
    box = at.bounding_box()
    assert box is not None
    debugger = person.context.new_cdp_session(person.page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        debugger.send("Input.dispatchDragEvent", {"type": kind, "x": box["x"] + 9, "y": box["y"] + 9, "data": data})


def slow(person: Person) -> None:
    """Limits uploads to 400 kB a second, so that progress can be seen."""
    network = person.context.new_cdp_session(person.page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000},
    )


def test_dropped_files_upload_with_progress_and_download_after_the_scan(
    scanned: Server, scanner: Scanner, tmp_path: Path, enter: Enter
) -> None:
    ticket = submitted(scanned, "Avec des fichiers")
    with Api(scanned, "agent-1") as api:
        api.act("assignTicketToMe", ticketId=ticket["id"])
    agent = enter("agent-1", f"tickets/{ticket['number']}", on=scanned, before=slow)
    dialog = agent.begin("Proposer une solution")
    dialog.get_by_role("textbox").fill("Voici l’avis de paiement.")
    contents = {"avis.txt": "Payée le 12. ".encode() * 40_000, "virus.txt": EICAR, "vide.txt": b""}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    drop(agent, dialog.locator(".drop"), [tmp_path / name for name in contents])
    expect(dialog.locator(".files__item")).to_have_count(3)
    expect(dialog.get_by_role("alert")).to_contain_text("« vide.txt » est vide.")
    dialog.get_by_role("button", name="Retirer vide.txt").click()
    dialog.get_by_role("button", name="Proposer une solution").click()
    expect(dialog.get_by_role("progressbar")).to_contain_text("Envoi : ")
    expect(dialog).to_have_count(0)

    # Before the scanner answers no file can be downloaded, and the screen says why.
    agent.tab("Pièces jointes").click()
    rows = agent.page.locator(".files__item")
    expect(rows.filter(has_text="Analyse antivirus en cours")).to_have_count(2)
    expect(agent.page.get_by_role("button", name="Télécharger avis.txt")).to_have_count(0)
    problems = agent.violations()
    scanner.answer()
    expect(rows.filter(has_text="virus.txt")).to_contain_text("Supprimée par l’antivirus")
    agent.page.emulate_media(color_scheme="dark")
    assert problems + agent.violations() == []
    expect(agent.page.get_by_role("button", name="Télécharger virus.txt")).to_have_count(0)
    with agent.page.expect_download() as downloading:
        agent.button("Télécharger avis.txt").click()
    assert downloading.value.path().read_bytes() == contents["avis.txt"]
