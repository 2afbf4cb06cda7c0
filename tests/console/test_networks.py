"""The console over late events, an expired cursor, and a network without WebSockets."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.console.people import Enter, Person
from tests.support.http_client import Api, submitted
from tests.support.server import Server

pytestmark = pytest.mark.long


class HeldWebSockets:
    """Drops the messages from the server on a person's WebSockets while `holding` is true."""

    def __init__(self, person: Person) -> None:
        self.holding = False
        person.page.route_web_socket("**/graphql", self._carry)

    def _carry(self, client: WebSocketRoute) -> None:
        server = client.connect_to_server()
        server.on_message(lambda message: None if self.holding else client.send(message))


def test_conflicting_action_lists_the_other_changes_and_keeps_the_draft(enter: Enter, server: Server) -> None:
    ticket = submitted(server, "Changé entre-temps")
    networks: list[HeldWebSockets] = []
    with Api(server, "agent-1") as api, Api(server, "agent-2") as colleague:
        api.act("assignTicketToMe", ticketId=ticket["id"])
        agent = enter("agent-1", f"tickets/{ticket['number']}", before=lambda one: networks.append(HeldWebSockets(one)))
        agent.is_up_to_date()
        dialog = agent.begin("Proposer une solution")
        dialog.get_by_role("textbox").fill("Elle est payée depuis hier.")
        # The colleague's changes do not reach this screen before it sends.
        networks[0].holding = True
        for name in ("Moussa Diarra", "Camille Renard"):
            names = colleague.run(AGENTS, id=ticket["id"])["ticket"]["assignableAgents"]
            chosen = next(one["id"] for one in names if one["displayName"] == name)
            colleague.act("assignTicket", ticketId=ticket["id"], assigneeId=chosen)
        dialog.get_by_role("button", name="Proposer une solution").click()
        refusal = dialog.get_by_role("alert")
        expect(refusal).to_contain_text("L’action n’a pas été faite")
        expect(refusal.get_by_role("listitem")).to_contain_text(
            ["Ticket affecté par Moussa Diarra", "Ticket affecté par Moussa Diarra À Camille Renard"]
        )
        expect(dialog.get_by_role("textbox")).to_have_value("Elle est payée depuis hier.")
        assert agent.violations() == []
        dialog.get_by_role("button", name="J’ai lu, envoyer").click()
        expect(dialog).to_have_count(0)
        expect(agent.page.locator(".head")).to_contain_text("Résolu")
        now = api.run("query($id: ID) { ticket(id: $id) { activities { nodes { message } } } }", id=ticket["id"])
    assert now["ticket"]["activities"]["nodes"][-1]["message"] == "Elle est payée depuis hier."


AGENTS = "query($id: ID) { ticket(id: $id) { assignableAgents { id displayName } } }"


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Server]:
    """A server that keeps the last ten events only for clients that resume."""
    running = Server(tmp_path / "desk", journal_retention_events="10").start()
    yield running
    running.stop(signal.SIGKILL)


def test_list_with_an_expired_cursor_is_read_again_without_a_reload(forgetful: Server, enter: Enter) -> None:
    agent = enter("agent-1", "recus", on=forgetful)
    agent.is_up_to_date()
    agent.page.evaluate("window.same = true")
    agent.expected = ("ERR_INTERNET_DISCONNECTED",)
    agent.context.set_offline(True)
    expect(agent.page.locator(".link")).to_have_text("Hors ligne")
    tickets = [submitted(forgetful, "Pendant la coupure") for _ in range(12)]
    agent.context.set_offline(False)
    agent.is_up_to_date()
    expect(agent.row(tickets[-1]["number"])).to_be_visible()
    assert agent.page.evaluate("window.same")
    with Api(forgetful, "agent-2") as colleague:
        colleague.act("assignTicketToMe", ticketId=tickets[-1]["id"])
    expect(agent.row(tickets[-1]["number"])).to_contain_text("Ticket affecté par Moussa Diarra")


def without_websockets(person: Person) -> None:
    """Closes every WebSocket as it opens."""
    person.expected = ("WebSocket",)
    person.page.route_web_socket("**/graphql", lambda socket: socket.close())


@pytest.mark.parametrize(
    ("login", "at", "mark"),
    [("agent-1", "recus", "Modifié — Ticket affecté par Moussa Diarra"), ("requester", "emis", "Modifié")],
)
def test_live_changes_arrive_over_sse_where_websockets_are_blocked(
    enter: Enter, server: Server, login: str, at: str, mark: str
) -> None:
    ticket = submitted(server, "Sans WebSocket")
    person = enter(login, at, before=without_websockets)
    expect(person.row(ticket["number"])).to_be_visible()
    person.is_up_to_date()
    with Api(server, "agent-2") as colleague:
        colleague.act("assignTicketToMe", ticketId=ticket["id"])
    expect(person.row(ticket["number"])).to_contain_text(mark)
    assert person.page.evaluate("sessionStorage.getItem('saisine.transport')") == "sse"
    # The streams leave the browser enough connections for its other requests.
    person.open(ticket["number"])
    expect(person.page.locator(".facts")).to_contain_text("Moussa Diarra")
    with Api(server, "agent-2") as colleague:
        colleague.act("proposeSolution", ticketId=ticket["id"], message="Payée.")
    expect(person.page.locator(".head")).to_contain_text("Résolu")
