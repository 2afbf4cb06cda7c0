"""Alerts for an agent who is looking elsewhere, each switched on by choice: the page's title, desktop notifications."""

import pytest
from playwright.sync_api import expect

from tests.console.people import Enter, Person
from tests.support.http_client import Api, submitted
from tests.support.server import Server

pytestmark = pytest.mark.long

# A headless browser never hides a page: this script says that it is hidden, and records the notifications.
ELSEWHERE = """
  window.shown = [];
  window.Notification = class extends EventTarget {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    constructor(title, {body}) {
      super();
      shown.push(`${title} : ${body}`);
      document.documentElement.dataset.shown = shown.join(' | ');
      window.last = this;
    }
    close() {}
  };
  Object.defineProperty(document, 'visibilityState', {get: () => window.away ? 'hidden' : 'visible'});
"""


def test_notifications_report_new_and_returned_tickets_and_open_them(enter: Enter, server: Server) -> None:
    agent: Person = enter("agent-1", "recus", before=lambda one: one.page.add_init_script(ELSEWHERE))
    agent.is_up_to_date()
    submitted(server, "Avant d’avoir choisi")
    expect(agent.button("1 nouveau ticket Afficher")).to_be_visible()
    agent.page.get_by_role("button", name="Mon compte").click()
    agent.page.get_by_text("Notifications sur le bureau").click()
    expect(agent.page.get_by_role("switch", name="Notifications sur le bureau")).to_be_checked()
    agent.page.keyboard.press("Escape")
    agent.is_up_to_date()
    agent.page.evaluate("window.away = true")

    new = submitted(server, "Un nouveau")
    with Api(server, "agent-2") as colleague, Api(server, "requester") as requester:
        colleague.act("assignTicketToMe", ticketId=new["id"])
        colleague.act("requestInformation", ticketId=new["id"], message="Quel numéro ?")
        requester.act("provideInformation", ticketId=new["id"], message="F2602007.")
    expected = [f"Nouveau ticket {new['number']} : Un nouveau", f"Le ticket {new['number']} est à traiter : Un nouveau"]
    expect(agent.page.locator("html")).to_have_attribute("data-shown", " | ".join(expected))
    agent.page.evaluate("window.away = false")
    agent.page.evaluate("last.onclick()")
    expect(agent.page.get_by_text(f"Ticket {new['number']}", exact=True)).to_be_visible()


def test_page_title_counts_own_tickets_to_process_when_switched_on(enter: Enter, server: Server) -> None:
    agent: Person = enter("agent-1", "recus")
    agent.is_up_to_date()
    mine = agent.count("Mes tickets à traiter")
    agent.page.get_by_role("button", name="Mon compte").click()
    badge = agent.page.get_by_role("switch", name="Nombre de tickets à traiter dans le titre de l’onglet")
    if not badge.is_checked():
        agent.page.get_by_text("Nombre de tickets à traiter dans le titre").click()
    expect(badge).to_be_checked()
    agent.page.keyboard.press("Escape")
    expect(agent.page).to_have_title(f"({mine}) Tickets reçus – Saisine")
    with Api(server, "agent-1") as api:
        api.act("assignTicketToMe", ticketId=submitted(server)["id"])
    expect(agent.page).to_have_title(f"({mine + 1}) Tickets reçus – Saisine")
