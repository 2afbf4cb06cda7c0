"""The guide « Traiter un ticket reçu » from end to end, with every role, over real HTTP and WebSocket."""

from typing import Any

import pytest

from tests.support.databases import on_every_database
from tests.support.server import TICKET, Client, Server

pytestmark = on_every_database

CHOICES = """{ viewer { entitlements { structure { id name } profile } }
  categories { id code subcategories { id code destination } } structures { id name services { id code } } }"""
TICKET_AS_SEEN = f"""query Seen($id: ID!) {{ ticket(id: $id) {{ {TICKET} assignableAgents {{ id displayName }}
  attachments {{ filename url size }} activities {{ totalCount nodes {{ kind label message statusBefore statusAfter
  actor {{ displayName }} attachments {{ filename }} }} }} }} }}"""
COUNTS = "{ tabs { tab label count } }"
WATCH = """subscription Watch($tab: InboxTab!) { inboxChanges(tab: $tab) {
  kind ticketId cursor ticket { number statusLabel stateReasonLabel assignee { displayName } } activity { label } } }"""


async def counts(client: Client) -> dict[str, int]:
    return {row["tab"]: row["count"] for row in (await client.run(COUNTS))["tabs"]}


async def submission(client: Client, subcategory: str, recipient: str | None = None, **more: Any) -> dict[str, Any]:
    """The input of `submitTicket`, chosen by the labels that users read."""
    choices = await client.run(CHOICES)
    category = next(c for c in choices["categories"] if any(s["code"] == subcategory for s in c["subcategories"]))
    given: dict[str, Any] = {
        "categoryId": category["id"],
        "subcategoryId": next(s["id"] for s in category["subcategories"] if s["code"] == subcategory),
        "objectType": "INVOICE",
        "shortDescription": "Facture FAC-2026-0417 rejetée",
        "description": "Bonjour, notre facture a été rejetée sans motif. Pouvez-vous nous éclairer ?",
        "issuerStructureId": choices["viewer"]["entitlements"][0]["structure"]["id"],
        **more,
    }
    if recipient is not None:
        given["recipientStructureId"] = next(s["id"] for s in choices["structures"] if recipient in s["name"])
    return given


def done(result: Any) -> Any:
    assert result["__typename"] == "ActionDone", result
    return result


def refused(result: Any) -> str:
    assert result["__typename"] == "ActionRefused", result
    assert result["message"]
    return str(result["code"])


@pytest.fixture
async def people(server: Server) -> Any:
    """A client for each user of the story, by login."""
    logins = ("agent-1", "agent-2", "reader", "other-agent", "support", "requester", "colleague", "other-requester")
    clients = {login: server.client(login) for login in logins}
    yield clients
    for client in clients.values():
        await client.http.aclose()


async def test_ticket_goes_from_submission_to_a_refused_then_accepted_solution(server: Server, people: Any) -> None:
    requester, agent, second, reader = (people[n] for n in ("requester", "agent-1", "agent-2", "reader"))
    before = await counts(agent)
    async with server.socket("agent-2") as watching:
        await watching.subscribe("w", WATCH, tab="TO_PROCESS")
        await watching.send(type="ping")
        assert (await watching.receive())["type"] == "pong"
        # The first counters on the same socket show that the subscription before them has started.
        await watching.subscribe("c", "subscription { tabCounts { tab count } }")
        await watching.next("c")

        invoice = ("facture.pdf", b"%PDF-1.4 une facture", "application/pdf")
        given = await submission(requester, "INVOICES_REJECTED", "Commune de Saint", attachments=[invoice])
        sent = done(await requester.act("submitTicket", **given))
        ticket = sent["ticket"]
        assert (ticket["status"], ticket["stateReason"], ticket["statusLabel"]) == ("OPEN", "CREATION", "Ouvert")
        assert ticket["stateReasonLabel"] == "Création"
        assert ticket["assignee"] is None
        assert ticket["availableActions"] == ["CLOSE"]

        arrived = {}
        for _ in range(2):
            message = await watching.receive()
            arrived[message["id"]] = message["payload"]["data"]
        change = arrived["w"]["inboxChanges"]
        assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket["id"])
        assert change["ticket"]["number"] == ticket["number"]
        assert change["activity"]["label"] == "Ticket émis"

    now = await counts(agent)
    assert now["TO_PROCESS"] == before["TO_PROCESS"] + 1
    assert now["MY_TICKETS_TO_PROCESS"] == before["MY_TICKETS_TO_PROCESS"]
    this = {"ticketId": ticket["id"]}

    # A ticket is taken before it is answered; a reader can read it and do nothing.
    assert refused(await agent.act("proposeSolution", **this, message="Voici.")) == "NOT_ASSIGNED"
    assert refused(await reader.act("assignTicketToMe", **this)) == "FORBIDDEN"
    assert (await reader.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"]["availableActions"] == []
    done(await agent.act("assignTicketToMe", **this))
    assert (await counts(agent))["MY_TICKETS_TO_PROCESS"] == now["MY_TICKETS_TO_PROCESS"] + 1
    taken = await second.act("assignTicketToMe", **this)
    assert refused(taken) == "ASSIGNED_TO_SOMEONE_ELSE"
    assert taken["now"]["assignee"]["displayName"] in taken["message"]

    # The agent requests information, and the requester's colleague provides it.
    asked = done(await agent.act("requestInformation", **this, message="Quel est le numéro d’engagement ?"))
    assert asked["ticket"]["statusLabel"] == "En attente d’informations"
    assert asked["ticket"]["stateReason"] is None
    assert asked["ticket"]["availableActions"] == ["ASSIGN"]
    assert refused(await agent.act("proposeSolution", **this, message="Trop tôt.")) == "INVALID_TRANSITION"
    note = ("engagement.txt", b"EJ-2026-55", "text/plain")
    answered = done(
        await people["colleague"].act("provideInformation", **this, message="EJ-2026-55", attachments=[note])
    )
    assert (answered["ticket"]["status"], answered["ticket"]["stateReason"]) == ("OPEN", "INFORMATION_PROVIDED")
    assert answered["ticket"]["assignee"] is not None, "the assignee stays"

    # The ticket is reassigned, its solution is refused, proposed again and accepted.
    seen = (await agent.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"]
    other = next(a for a in seen["assignableAgents"] if a["displayName"] != seen["assignee"]["displayName"])
    done(await agent.act("assignTicket", **this, assigneeId=other["id"]))
    assert refused(await agent.act("proposeSolution", **this, message="À moi ?")) == "ASSIGNED_TO_SOMEONE_ELSE"
    solved = done(await second.act("proposeSolution", **this, message="Renvoyez la facture avec l’engagement."))
    assert (solved["ticket"]["status"], solved["ticket"]["stateReason"]) == ("RESOLVED", None)
    back = done(await requester.act("refuseSolution", **this, message="Elle est de nouveau rejetée."))
    assert (back["ticket"]["status"], back["ticket"]["stateReasonLabel"]) == ("OPEN", "Refus de solution")
    done(await second.act("proposeSolution", **this, message="C’est corrigé de notre côté."))
    closed = done(await requester.act("acceptSolution", **this))
    assert (closed["ticket"]["status"], closed["ticket"]["availableActions"]) == ("CLOSED", [])

    # A closed ticket never changes, and its whole log can be read.
    assert refused(await agent.act("assignTicketToMe", **this)) == "INVALID_TRANSITION"
    assert refused(await requester.act("closeTicket", **this)) == "INVALID_TRANSITION"
    whole = (await reader.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"]
    assert [activity["label"] for activity in whole["activities"]["nodes"]] == [
        "Ticket émis", "Ticket affecté", "Informations demandées", "Complément d’informations", "Ticket affecté",
        "Solution proposée", "Refus de solution", "Solution proposée", "Solution acceptée",
    ]  # fmt: skip
    assert whole["version"] == whole["activities"]["totalCount"] == 9
    assert [file["filename"] for file in whole["attachments"]] == ["facture.pdf", "engagement.txt"]
    assert whole["issuer"]["organisationName"] == "Ateliers Kervella SAS"
    assert (await counts(agent))["CLOSED"] == before["CLOSED"] + 1


async def test_transferred_ticket_leaves_its_agents_and_goes_on_with_the_support(people: Any) -> None:
    requester, agent, support = people["requester"], people["agent-1"], people["support"]
    given = await submission(requester, "INVOICES_STATUS", "Commune de Saint")
    ticket = done(await requester.act("submitTicket", **given))["ticket"]
    this = {"ticketId": ticket["id"]}
    assert (await support.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"] is None

    done(await agent.act("assignTicketToMe", **this))
    moved = done(await agent.act("transferToSupport", **this, message="Le portail est en cause."))
    assert moved["ticket"]["recipient"]["name"] == "Support Chorus Pro"
    assert (moved["ticket"]["assignee"], moved["ticket"]["availableActions"]) == (None, [])

    assert (await agent.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"] is None
    assert (await agent.run("query($n: String!) { ticket(number: $n) { id } }", n=ticket["number"]))["ticket"] is None
    assert (await agent.run("query($id: ID!) { node(id: $id) { id } }", id=ticket["id"]))["node"] is None
    assert refused(await agent.act("assignTicketToMe", **this)) == "NOT_FOUND"
    found = await agent.run(
        "query($s: String!) { tickets(tab: ALL_EXCEPT_CLOSED, search: $s) { totalCount } }", s=ticket["number"]
    )
    assert found["tickets"]["totalCount"] == 0

    followed = (await requester.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"]
    assert followed["activities"]["nodes"][-1]["label"] == "Ticket transféré au support"
    done(await support.act("assignTicketToMe", **this))
    assert refused(await support.act("transferToSupport", **this, message="Plus loin ?")) == "FORBIDDEN"
    done(await support.act("proposeSolution", **this, message="Le portail est réparé."))
    done(await requester.act("acceptSolution", **this))


async def test_other_users_neither_find_nor_change_a_ticket(server: Server, people: Any) -> None:
    requester = people["requester"]
    given = await submission(requester, "INVOICES_PAYMENT", "Commune de Saint")
    file = ("secret.txt", b"confidentiel", "text/plain")
    sent = done(await requester.act("submitTicket", **given, attachments=[file]))
    ticket, attachment = sent["ticket"], sent["activity"]["attachments"][0]
    for stranger in (people["other-agent"], people["other-requester"], people["support"]):
        assert (await stranger.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"] is None
        assert refused(await stranger.act("assignTicketToMe", ticketId=ticket["id"])) == "NOT_FOUND"
        assert refused(await stranger.act("closeTicket", ticketId=ticket["id"])) == "NOT_FOUND"
        assert (await stranger.http.get(attachment["url"])).status_code == 404
    for one in (requester, people["colleague"], people["agent-1"], people["reader"]):
        response = await one.http.get(attachment["url"])
        assert (response.status_code, response.content) == (200, b"confidentiel")
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
    async with server.client(None) as nobody:
        assert (await nobody.http.get(attachment["url"])).status_code == 401
        response = await nobody.response("{ viewer { user { id } } }")
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_ticket_about_the_portal_goes_to_the_support_without_a_recipient(people: Any) -> None:
    requester, support = people["requester"], people["support"]
    wrong = await requester.act("submitTicket", **await submission(requester, "ACCOUNT_LOGIN", "Commune de Saint"))
    assert refused(wrong) == "INVALID_INPUT"
    assert [field["name"] for field in wrong["fields"]] == ["recipientStructureId"]
    ticket = done(await requester.act("submitTicket", **await submission(requester, "ACCOUNT_LOGIN")))["ticket"]
    assert ticket["recipient"] == {"siret": None, "name": "Support Chorus Pro", "service": None}
    assert (await support.run(TICKET_AS_SEEN, id=ticket["id"]))["ticket"]["availableActions"] == [
        "ASSIGN_TO_ME", "ASSIGN",
    ]  # fmt: skip


async def test_labels_and_messages_are_english_if_the_request_asks_for_it(server: Server) -> None:
    async with server.client("agent-1", "en-GB,en;q=0.9,fr;q=0.5") as agent:
        labels = [row["label"] for row in (await agent.run(COUNTS))["tabs"]]
        assert labels[0] == "My tickets to process"
        missing = await agent.act("assignTicketToMe", ticketId="rien")
        assert (missing["code"], missing["message"]) == (
            "NOT_FOUND", "This ticket does not exist, or you have no access to it.",
        )  # fmt: skip


async def test_repeated_idempotent_call_runs_once_even_across_a_restart(server: Server, people: Any) -> None:
    requester = people["requester"]
    given = await submission(requester, "INVOICES_STATUS", "Commune de Saint", idempotencyKey="une-seule-fois")
    first = done(await requester.act("submitTicket", **given))
    server.stop()
    server.start()
    again = done(await requester.act("submitTicket", **given))
    assert (again["ticket"], again["activity"], again["cursor"]) == (
        first["ticket"],
        first["activity"],
        first["cursor"],
    )
    given["shortDescription"] = "Autre chose"
    assert refused(await requester.act("submitTicket", **given)) == "IDEMPOTENCY_KEY_REUSED"
