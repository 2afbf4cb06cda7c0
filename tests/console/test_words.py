"""The words of the console's screens in French, against the words of the guide."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.clients.guide_words import (
    ACTIONS_BUTTON,
    ASSIGN,
    ASSIGN_TO_ME,
    COLUMNS,
    CONTENT,
    MENU,
    NARROW_NUMBER,
    STATE_REASON,
    STATE_REASONS,
    STATUSES,
    TABS,
    TABS_WITH_STATE_REASON,
    TICKET_TABS,
    TREATMENTS,
)
from tests.console.people import Enter, Person
from tests.support.http_client import Api, submitted
from tests.support.server import Server

WORDS = Path(__file__).parents[2] / "client-examples" / "agent-console" / "src" / "i18n" / "fr.ts"


def texts(found: Locator) -> list[str]:
    """Returns the visible texts without the counters of tabs."""
    return [re.sub(r"\s*\d*$", "", text.strip()) for text in found.all_inner_texts()]


def tabs_of(person: Person) -> list[str]:
    return texts(person.page.get_by_role("tab"))


def test_menu_and_tabs_have_the_words_and_the_order_of_the_guide(enter: Enter) -> None:
    agent: Person = enter("agent-1", "recus")
    agent.is_up_to_date()
    assert texts(agent.page.locator(".nav__link")) == [MENU]
    expect(agent.page.get_by_role("heading", level=1)).to_have_text(MENU)
    assert tabs_of(agent) == list(TABS.values())


def test_each_tab_has_the_columns_of_the_guide(enter: Enter) -> None:
    agent: Person = enter("agent-1", "recus")
    for tab in TABS.values():
        agent.tab(tab).click()
        expect(agent.page.locator("table caption")).to_have_text(tab)
        columns = [*COLUMNS[:-1], STATE_REASON, COLUMNS[-1]] if tab in TABS_WITH_STATE_REASON else COLUMNS
        assert texts(agent.page.get_by_role("columnheader")) == columns


def test_column_of_numbers_has_its_short_name_in_a_narrow_window(enter: Enter) -> None:
    agent: Person = enter("agent-1", "recus", viewport={"width": 1200, "height": 900})
    agent.is_up_to_date()
    assert texts(agent.page.get_by_role("columnheader"))[0] == NARROW_NUMBER


def test_filters_offer_the_statuses_and_state_reasons_of_the_guide(enter: Enter) -> None:
    agent: Person = enter("agent-1", "recus")
    agent.button("Filtres").click()
    filters = agent.page.get_by_role("group", name="Filtres")
    for column, words in (("Statut", STATUSES), (STATE_REASON, STATE_REASONS)):
        filters.get_by_role("button", name=re.compile(rf" {column}\b")).click()
        assert set(texts(agent.page.get_by_role("option"))) == {"Tous", *words.values()}
        agent.page.keyboard.press("Escape")


def test_typed_page_number_shows_that_page_with_the_chosen_rows(enter: Enter) -> None:
    agent: Person = enter("agent-1", "recus?onglet=tous&lignes=10")
    agent.is_up_to_date()
    number = agent.page.get_by_label("Page", exact=True)
    expect(number).to_have_value("1")
    first = agent.page.locator("tbody tr").first.inner_text()
    number.fill("3")
    number.press("Enter")
    expect(agent.page).to_have_url(re.compile("page=3"))
    expect(agent.page.locator("tbody tr").first).not_to_have_text(first)
    expect(number).to_have_value("3")
    agent.choose("Lignes par page", "50")
    expect(agent.page).to_have_url(re.compile("lignes=50"))
    expect(number).to_have_value("1")


def test_page_number_beyond_the_last_shows_the_last_page(enter: Enter) -> None:
    agent: Person = enter("agent-1", "recus?onglet=tous&lignes=20")
    agent.is_up_to_date()
    number = agent.page.get_by_label("Page", exact=True)
    number.fill("999")
    number.press("Enter")
    expect(agent.button("Page suivante")).to_be_disabled()
    expect(agent.page.locator("tbody tr").first).to_be_visible()
    assert agent.page.locator(".pages__at").inner_text().split() == ["Page", "sur", number.input_value()]


def test_ticket_has_the_tabs_and_headings_and_facts_of_the_guide(enter: Enter, server: Server) -> None:
    agent: Person = enter("agent-1", f"tickets/{submitted(server)['number']}")
    expect(agent.page.get_by_role("tabpanel")).to_be_visible()
    assert tabs_of(agent) == TICKET_TABS
    sections = agent.page.get_by_role("tabpanel").locator("section")
    shown = {one.locator("h2").inner_text(): texts(one.locator("dt")) for one in sections.all()}
    assert shown == CONTENT


def test_menu_and_windows_of_actions_have_the_words_of_the_guide(enter: Enter, server: Server) -> None:
    ticket = submitted(server)
    agent: Person = enter("agent-1", f"tickets/{ticket['number']}")
    assert menu_of(agent) == [ASSIGN_TO_ME, ASSIGN]
    with Api(server, "agent-1") as api:
        api.act("assignTicketToMe", ticketId=ticket["id"])
    expect(agent.page.locator(".facts")).to_contain_text("Camille Renard")
    assert menu_of(agent) == [ASSIGN, *TREATMENTS]
    for action in (ASSIGN, *TREATMENTS):
        dialog = agent.begin(action)
        expect(dialog.get_by_role("heading")).to_have_text(action)
        expect(dialog.get_by_role("button", name=action, exact=True)).to_be_visible()
        dialog.get_by_role("button", name="Annuler").click()
        expect(dialog).to_have_count(0)


def menu_of(person: Person) -> list[str]:
    """Opens the « Actions » menu, closes it, and returns its entries."""
    person.button(ACTIONS_BUTTON).click()
    entries = person.page.get_by_role("menuitem")
    expect(entries.first).to_be_visible()
    words = entries.all_inner_texts()
    person.page.keyboard.press("Escape")
    expect(entries).to_have_count(0)
    return words


def test_french_words_have_typographic_apostrophes_only() -> None:
    assert re.findall(r"\w+'\w+", WORDS.read_text("utf-8")) == []
