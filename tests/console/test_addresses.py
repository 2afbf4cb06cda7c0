"""Addresses of the console as people type them or get them from a colleague."""

import pytest
from playwright.sync_api import expect

from tests.clients.guide_words import TABS, TICKET_TABS
from tests.console.people import Enter

pytestmark = pytest.mark.long

SENSELESS = (
    "lignes=20", "lignes=many&page=zero", "statut=LOST&motif=x&objet=x", "tri=COLOUR&sens=UP", "du=tomorrow",
    "onglet=toString",
)  # fmt: skip


def test_list_ignores_senseless_values_of_an_address(enter: Enter) -> None:
    agent = enter("agent-1", "recus")
    for query in SENSELESS:
        agent.go(f"recus?{query}")
        agent.is_up_to_date()
        expect(agent.tab(TABS["TO_PROCESS"])).to_have_attribute("aria-selected", "true")
        expect(agent.page.locator("tbody tr").first).to_be_visible()


def test_ticket_shows_its_content_where_an_address_names_an_unknown_part(enter: Enter) -> None:
    agent = enter("agent-1", "recus")
    number = agent.page.locator("tbody tr").first.get_attribute("data-ticket")
    agent.go(f"tickets/{number}?vue=x")
    expect(agent.tab(TICKET_TABS[0])).to_have_attribute("aria-selected", "true")
