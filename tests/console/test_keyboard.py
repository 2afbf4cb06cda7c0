"""The console by keyboard alone, with the focus always visible; and in English."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.people import Enter, Person
from tests.support.http_client import Api, submitted
from tests.support.server import Server

pytestmark = pytest.mark.long

FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const ringed = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.closest('[data-focus-visible]');
  const name = (one.getAttribute('aria-label') ?? one.innerText ?? '').trim() || one.id || one.placeholder || '';
  return {name: one === document.body ? 'beyond the page' : name, ringed: !!ringed};
}"""


def tab_to(person: Person, name: str, key: str = "Tab") -> None:
    """Presses a key until an element whose name begins so has the focus; each on the way must show its focus."""
    passed: list[Any] = []
    while len(passed) < 60:
        person.page.keyboard.press(key)
        now = person.page.evaluate(FOCUS)
        passed.append(now)
        assert now["ringed"] or now["name"] == "beyond the page", now
        if now["name"].startswith(name):
            return
    raise AssertionError(f"no {name!r} among {[one['name'] for one in passed]}")


def test_agent_treats_a_ticket_by_keyboard_alone(enter: Enter, server: Server) -> None:
    ticket = submitted(server, "Sans souris")
    agent = enter(None)
    page = agent.page
    expect(page.locator(".login").first).to_be_visible()
    tab_to(agent, "Camille Renard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tickets reçus")).to_be_visible()
    agent.is_up_to_date()

    # A tab by arrow keys, then the search, then the ticket.
    tab_to(agent, "À traiter")
    tab_to(agent, "Tous (sauf clôturés)", key="ArrowRight")
    page.keyboard.press("Enter")
    expect(agent.tab("Tous (sauf clôturés)")).to_have_attribute("aria-selected", "true")
    search = page.get_by_role("searchbox")
    while not search.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.type(ticket["number"])
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    tab_to(agent, ticket["number"])
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Ticket {ticket['number']}", exact=True)).to_be_visible()

    tab_to(agent, "Actions")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the first entry of the menu
    taking = page.get_by_role("dialog", name="M’affecter le ticket")
    expect(taking).to_be_visible()
    tab_to(agent, "M’affecter le ticket")
    page.keyboard.press("Enter")
    expect(taking).to_have_count(0)
    expect(page.locator(".facts")).to_contain_text("Camille Renard")

    expect(agent.button("Actions")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(agent, "Proposer une solution", key="ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Elle est payée.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Escape keeps the draft.
    agent.begin("Proposer une solution")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value("Elle est payée.")
    tab_to(agent, "Proposer une solution")
    page.keyboard.press("Enter")
    expect(page.locator(".head")).to_contain_text("Résolu")


def test_choosing_english_translates_screens_and_live_changes(enter: Enter, server: Server) -> None:
    ticket = submitted(server, "In English")
    agent = enter("agent-1", f"tickets/{ticket['number']}")
    expect(agent.page.locator(".head")).to_contain_text("Ouvert")
    agent.page.get_by_role("button", name="Mon compte").click()
    agent.page.get_by_text("English", exact=True).click()
    agent.page.keyboard.press("Escape")
    expect(agent.page.locator("html")).to_have_attribute("lang", "en")
    expect(agent.page.locator(".head")).to_contain_text("Open")
    expect(agent.page.locator(".link")).to_have_text("Up to date")
    with Api(server, "agent-2") as colleague:
        colleague.act("assignTicketToMe", ticketId=ticket["id"])
    agent.tab("Activities").click()
    expect(agent.page.locator(".activity").first).to_contain_text("Ticket assigned")
    agent.page.reload()
    expect(agent.page.locator(".activity").first).to_contain_text("Ticket assigned")
    agent.button("Actions").click()
    expect(agent.page.get_by_role("menuitem")).to_have_text(["Assign to somebody"])
