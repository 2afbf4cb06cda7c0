"""The console when the network is cut, the server restarts, a read fails, or the login expires."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.console.people import Enter
from tests.support.http_client import Api, submitted
from tests.support.server import Server


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may stop."""
    running = Server(tmp_path / "desk", drain_seconds="0").start()
    yield running
    running.stop(signal.SIGKILL)


def test_list_marks_changes_made_during_a_network_cut(enter: Enter, server: Server) -> None:
    taken = submitted(server)
    agent = enter("agent-1", "recus")
    agent.is_up_to_date()
    agent.expected = ("ERR_INTERNET_DISCONNECTED",)
    agent.context.set_offline(True)
    expect(agent.page.locator(".link")).to_have_text("Hors ligne")
    with Api(server, "agent-2") as colleague:
        colleague.act("assignTicketToMe", ticketId=taken["id"])
    submitted(server, "Pendant la coupure")
    agent.context.set_offline(False)
    expect(agent.row(taken["number"])).to_contain_text("Ticket affecté par Moussa Diarra")
    expect(agent.button("1 nouveau ticket Afficher")).to_be_visible()
    agent.is_up_to_date()


def test_console_reconnects_by_itself_after_a_server_restart(own: Server, enter: Enter) -> None:
    taken = submitted(own)
    agent = enter("agent-1", "recus", on=own)
    agent.is_up_to_date()
    agent.expected = ("WebSocket connection", "ERR_CONNECTION_REFUSED")
    own.stop()
    expect(agent.page.locator(".link")).to_have_text("Reconnexion…")
    own.start()
    with Api(own, "agent-2") as colleague:
        colleague.act("assignTicketToMe", ticketId=taken["id"])
    expect(agent.row(taken["number"])).to_contain_text("Ticket affecté par Moussa Diarra")
    agent.is_up_to_date()


def test_up_to_date_is_not_shown_before_the_list_is_read(enter: Enter, server: Server) -> None:
    ticket = submitted(server)
    agent = enter("agent-1", "recus")
    held = []

    def hold(route: Route) -> None:
        held.append(route)

    agent.context.route("**/graphql", hold)
    agent.page.reload()
    expect(agent.page.locator(".link")).to_have_text("Reconnexion…")
    for route in held:
        route.continue_()
    agent.context.unroute("**/graphql")
    agent.is_up_to_date()
    expect(agent.row(ticket["number"])).to_be_visible()


def test_failed_list_is_read_again_when_the_server_answers(enter: Enter, server: Server) -> None:
    ticket = submitted(server)
    agent = enter("agent-1", "recus")
    agent.is_up_to_date()
    agent.expected = ("ERR_FAILED",)
    agent.context.route("**/graphql", lambda route: route.abort())
    agent.tab("Tous (sauf clôturés)").click()
    # The live connection still stands, but the list was not read, so the screen is not up to date.
    expect(agent.page.get_by_role("alert")).to_contain_text("La lecture a échoué")
    expect(agent.page.locator(".link")).to_have_text("Reconnexion…")
    agent.context.unroute("**/graphql")
    expect(agent.row(ticket["number"])).to_be_visible()
    expect(agent.tab("Tous (sauf clôturés)")).to_have_attribute("aria-selected", "true")
    agent.is_up_to_date()


def test_expired_login_asks_again_and_keeps_the_draft(enter: Enter, server: Server) -> None:
    ticket = submitted(server)
    with Api(server, "agent-1") as agent:
        agent.act("assignTicketToMe", ticketId=ticket["id"])
    ending = server.command("token", "agent-1", "--ttl", "14").stdout.strip()
    person = enter(None, f"tickets/{ticket['number']}")
    person.expected = ("401",)
    person.button("Se connecter avec un jeton").click()
    person.page.get_by_label("Jeton d’accès").fill(ending)
    person.button("Se connecter").click()
    dialog = person.begin("Proposer une solution")
    dialog.get_by_role("textbox").fill("Elle est payée depuis hier.")
    again = person.page.get_by_role("alertdialog", name="Votre session a expiré")
    expect(again).to_be_visible()
    again.get_by_role("button", name="agent-1").click()
    expect(again).to_have_count(0)
    expect(dialog.get_by_role("textbox")).to_have_value("Elle est payée depuis hier.")
    dialog.get_by_role("button", name="Proposer une solution").click()
    expect(person.page.locator(".head")).to_contain_text("Résolu")
