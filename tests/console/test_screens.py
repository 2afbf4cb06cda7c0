"""Every screen in both themes, on a desktop and on a phone: accessibility by axe, width, and size of the download.

`SAISINE_SCREENSHOTS=1` also takes the README's screenshots again.
"""

import gzip
import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.console.people import DESKTOP, PHONE, Enter, Person
from tests.support.http_client import Api, submitted
from tests.support.server import Server

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "client-examples" / "agent-console"
BUDGET = 265 * 1024
"""Compressed bytes of script and style that the first screen may need."""

SHOWN = {"inbox-1440", "inbox-360", "inbox-dark", "ticket-1440", "ticket-360"}
"""The screenshots of the README."""


def picture(person: Person, name: str) -> None:
    if os.environ.get("SAISINE_SCREENSHOTS") and name in SHOWN:
        person.page.screenshot(path=ROOT / ".readme" / f"console-{name}.png")


@pytest.mark.parametrize(
    ("theme", "size"),
    [
        pytest.param("light", DESKTOP, id="light-1440"),
        pytest.param("dark", PHONE, id="dark-360", marks=pytest.mark.long),
        pytest.param("light", PHONE, id="light-360", marks=pytest.mark.long),
        pytest.param("dark", DESKTOP, id="dark-1440", marks=pytest.mark.long),
    ],
)
def test_screens_have_no_axe_violation_and_fit_the_window(
    enter: Enter, server: Server, theme: str, size: dict[str, int]
) -> None:
    look = {"color_scheme": theme, "viewport": size}
    kept = f"{size['width']}" if theme == "light" else ""
    problems: dict[str, list[str]] = {}

    def look_at(person: Person, screen: str) -> None:
        problems[screen] = person.violations()
        if kept:
            picture(person, f"{screen}-{kept}")
        elif size == DESKTOP:
            picture(person, f"{screen}-dark")

    ticket = submitted(server, "Statut de la facture F2602007")
    someone = enter(None, **look)
    expect(someone.button("Se connecter avec un jeton")).to_be_visible()
    look_at(someone, "sign-in")

    agent = enter("agent-1", "recus", **look)
    agent.is_up_to_date()
    with Api(server, "agent-1") as api:
        api.act("assignTicketToMe", ticketId=ticket["id"])
    submitted(server, "Relance : facture F2602007")
    expect(agent.button("1 nouveau ticket Afficher")).to_be_visible()
    expect(agent.row(ticket["number"])).to_contain_text("Modifié")
    look_at(agent, "inbox")
    agent.button("Filtres").click()
    expect(agent.page.get_by_role("group", name="Filtres")).to_be_visible()
    look_at(agent, "filters")
    agent.go("recus?q=zzzz")
    expect(agent.page.get_by_text("Aucun ticket ne correspond.")).to_be_visible()
    look_at(agent, "nothing-found")

    agent.go(f"tickets/{ticket['number']}")
    expect(agent.page.locator(".head")).to_contain_text("Camille Renard")
    look_at(agent, "ticket")
    agent.tab("Activités").click()
    look_at(agent, "activities")
    agent.button("Actions").click()
    expect(agent.page.get_by_role("menu")).to_be_visible()
    look_at(agent, "menu")
    agent.page.keyboard.press("Escape")
    dialog = agent.begin("Demander des informations")
    dialog.get_by_role("button", name="Demander des informations").click()
    expect(dialog).to_contain_text("Écrivez un message.")
    look_at(agent, "dialog")

    requester = enter("requester", "emis", **look)
    expect(requester.page.locator("tbody tr").first).to_be_visible()
    requester.is_up_to_date()
    look_at(requester, "sent")
    requester.go("emis/nouveau")
    requester.choose("Catégorie", "Factures")
    requester.choose("Sous-catégorie", "Statut d’une facture")
    expect(requester.page.get_by_role("combobox", name="Structure destinataire")).to_be_visible()
    look_at(requester, "new-ticket")
    assert {screen: found for screen, found in problems.items() if found} == {}


def test_first_screen_stays_within_its_size_budget(browser: Browser) -> None:
    page = (CONSOLE / "dist" / "index.html").read_text("utf-8")
    needed = [file for file in (CONSOLE / "dist" / "assets").iterdir() if file.name in page]
    assert {file.suffix for file in needed} == {".js", ".css"}
    weight = sum(len(gzip.compress(file.read_bytes())) for file in needed)
    assert weight <= BUDGET, f"{weight} bytes"
