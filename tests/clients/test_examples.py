"""The example programs: their output, over cuts, restarts and lost answers; and each of their documents, run."""

import asyncio
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType, parse, validate

from tests.clients.documents import ACTIONS, EXAMPLES, SAID, SCHEMA, STEPS, files_of, fragments_of, operation, whole
from tests.clients.programs import Example, losing_an_answer, network
from tests.support.http_client import Api, submitted
from tests.support.server import Server

CLIENTS = [EXAMPLES / "python", EXAMPLES / "node"]
DOCUMENTS = [file for file in files_of(CLIENTS[0]) if operation(file)]
each_document = pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)

BRIEF = "Où en est ma facture ?"
TOWN = "Saint-Aurèle"
READINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "ReadTab": ("agent-1", {"tab": "ALL_EXCEPT_CLOSED", "search": "facture"}),
    "WatchTab": ("agent-1", {"tab": "TO_PROCESS", "search": "facture"}),
    "ReadUnassigned": ("agent-1", {"search": "facture"}),
    "FindTicket": ("agent-1", {}),
    "PrepareSubmission": ("requester", {"recipient": TOWN}),
}


def document(name: str) -> str:
    return whole(EXAMPLES / "python" / "documents" / f"{name}.graphql")


async def new_submission(server: Server) -> dict[str, Any]:
    """Returns the input of a new ticket."""
    async with server.client("requester") as requester:
        known = await requester.run(document("PrepareSubmission"), recipient=TOWN)
    category = next(one for one in known["categories"] if one["code"] == "INVOICES")
    return {
        "categoryId": category["id"], "subcategoryId": category["subcategories"][0]["id"], "objectType": "INVOICE",
        "shortDescription": BRIEF, "description": "Déposée le 3.",
        "recipientStructureId": known["structures"][0]["id"],
        "issuerStructureId": known["viewer"]["entitlements"][0]["structure"]["id"],
    }  # fmt: skip


async def new_ticket(server: Server, steps: str = "") -> dict[str, Any]:
    """Submits a ticket as `requester`, takes these steps as `agent-1`, and returns it."""
    async with server.client("requester") as requester, server.client("agent-1") as agent:
        result = await requester.act("submitTicket", **await new_submission(server))
        for step in steps.split():
            said = {} if step == "take" else SAID
            result = await agent.act(STEPS[step], ticketId=result["ticket"]["id"], **said)
        return dict(result["ticket"])


async def prepared(server: Server, name: str) -> tuple[str, dict[str, Any]]:
    """Returns the login and the variables to run the operation of that name with."""
    if name == "SubmitTicket":
        return "requester", {"input": await new_submission(server)}
    if name in ACTIONS:
        login, steps, more = ACTIONS[name]
        ticket = await new_ticket(server, steps)
        if name == "AssignTicket":
            async with server.client(login) as agent:
                known = await agent.run(document("FindTicket"), number=ticket["number"])
            more = {"assigneeId": known["ticket"]["assignableAgents"][0]["id"]}
        target = {"ticketId": ticket["id"], "version": ticket["version"]}
        return login, {"input": {**target, "idempotencyKey": name, **more}}
    assert name in READINGS, (
        f"no variables are prepared for {name}: add them to READINGS, or the action to ACTIONS of documents.py"
    )
    login, variables = READINGS[name]
    return login, {"number": (await new_ticket(server))["number"]} if name == "FindTicket" else variables


def act(server: Server, login: str, mutation: str, ticket: dict[str, Any], **given: Any) -> None:
    """Runs an action on a ticket as another person, while the program runs."""
    with Api(server, login) as person:
        person.act(mutation, ticketId=ticket["id"], **given)


def test_python_and_node_have_the_same_documents() -> None:
    python, node = ({file.name: file.read_text("utf-8") for file in files_of(client)} for client in CLIENTS)
    assert python == node


@each_document
def test_each_document_is_valid_and_named_after_its_operation(file: Path) -> None:
    assert validate(SCHEMA, parse(whole(file))) == []
    node = operation(file)
    assert node is not None
    assert node.name is not None
    assert node.name.value == file.stem


@each_document
async def test_each_document_runs_on_a_real_server(server: Server, file: Path) -> None:
    login, variables = await prepared(server, file.stem)
    text = whole(file)
    node = operation(file)
    assert node is not None
    if node.operation is OperationType.SUBSCRIPTION:
        # From the list's cursor: changes before the subscription arrive as well as those after it.
        async with server.client(login) as viewer:
            listed = await viewer.run("{ tickets(tab: TO_PROCESS, first: 1) { liveCursor } }")
        first = await new_ticket(server)
        async with server.socket(login) as socket:
            await socket.subscribe("1", text, **variables, after=listed["tickets"]["liveCursor"])
            assert (await socket.next("1"))["inboxChanges"]["ticket"]["number"] == first["number"]
            second = await new_ticket(server)
            assert (await socket.next("1"))["inboxChanges"]["ticket"]["number"] == second["number"]
        return
    async with server.client(login) as viewer:
        data = await viewer.run(text, **variables)
    assert all(data.values()), data
    if "input" in variables:
        assert data["result"].keys() >= {"ticket", "activity"}, data


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_each_document_and_fragment_is_used(client: Path) -> None:
    programs = "".join(path.read_text("utf-8") for path in (*client.glob("*.py"), *client.glob("src/*.ts")))
    called = re.sub("[^a-z]", "", programs.lower())
    spread = "".join(file.read_text("utf-8") for file in files_of(client))
    assert [file.name for file in files_of(client) if operation(file) and file.stem.lower() not in called] == []
    assert [name for name in fragments_of(client) if f"...{name}" not in spread] == []


def test_watch_prints_the_list_then_each_change(example: Example, server: Server) -> None:
    ticket = submitted(server)
    number = ticket["number"]
    with example.watching(server, server.token("agent-1"), "--search", number) as watching:
        header, row, live = watching.until("à jour")
        assert header.split("  ")[0] == "Émis le"
        assert f"  {number}  {BRIEF}" in row
        assert live == "à jour : 1 ticket"

        act(server, "agent-1", "assignTicketToMe", ticket)
        assert watching.change() == ("~ modifié", number, f"{BRIEF} | Ouvert | Camille Renard | Ticket affecté")
        act(server, "agent-1", "proposeSolution", ticket, message="La facture est mise en paiement.")
        assert watching.change() == ("− sorti", number, f"{BRIEF} | Résolu | Camille Renard | Solution proposée")
        act(server, "requester", "refuseSolution", ticket, message="Elle n’est pas payée.")
        assert watching.change() == ("+ entré", number, f"{BRIEF} | Ouvert | Camille Renard | Refus de solution")
        act(server, "agent-1", "transferToSupport", ticket, message="Le portail ne montre plus la facture.")
        assert watching.change() == ("− sorti", number, f"{BRIEF} | Ouvert | Camille Renard | N’est plus visible")

        watching.send(signal.SIGINT)
        assert watching.end() == (0, "fin")


def test_second_take_is_refused_in_french_with_exit_code_1(example: Example, server: Server) -> None:
    ticket = submitted(server)
    number = ticket["number"]
    act(server, "agent-1", "assignTicketToMe", ticket)
    refused = example.act(server, "agent-2", "take", number)
    assert (refused.returncode, refused.stdout) == (1, "")
    why, now = refused.stderr.splitlines()
    assert why.startswith("Refusé : Ce ticket est affecté à Camille Renard")
    assert now == "  À présent : Ouvert, affecté à Camille Renard"


def test_refused_input_is_printed_field_by_field(example: Example, server: Server) -> None:
    refused = example.act(server, "requester", "submit", "INVOICES", "INVOICES_STATUS", BRIEF, "Déposée le 3.")
    assert refused.returncode == 1
    assert "  recipientStructureId : " in refused.stderr


def test_each_subcommand_performs_its_action(example: Example, server: Server, tmp_path: Path) -> None:
    note = tmp_path / "avis de paiement.txt"
    note.write_text("Payée le 12.", "utf-8")
    number = example.submitted(server)
    for login, subcommand, *rest, printed in (
        ("agent-1", "assign", "DIARRA", "Ticket affecté : {}, Ouvert, affecté à Moussa Diarra"),
        ("agent-2", "ask", "Quel numéro ?", "Informations demandées : {}, En attente d’informations, "),
        ("requester", "answer", "Le voici.", "--attach", str(note), "Complément d’informations : {}, Ouvert, "),
        ("agent-2", "propose", "Payée.", "--attach", str(note), "Solution proposée : {}, Résolu, "),
        ("requester", "accept", "Solution acceptée : {}, Fermé, affecté à Moussa Diarra"),
    ):
        assert example.done(server, login, subcommand, number, *rest).startswith(printed.format(number))
    assert example.done(server, "requester", "close", example.submitted(server)).endswith(", Fermé, non affecté")


def test_watch_resumes_after_a_killed_server_and_starts_over_at_another_desk(
    example: Example, own: Server, tmp_path: Path
) -> None:
    first, second = submitted(own), submitted(own)
    with example.watching(own, own.token("agent-1")) as watching:
        watching.until("à jour")
        act(own, "agent-1", "assignTicketToMe", first)
        assert watching.change()[:2] == ("~ modifié", first["number"])

        # The program stands still until everything has happened.
        watching.send(signal.SIGSTOP)
        own.stop(signal.SIGKILL)
        own.start()
        act(own, "agent-1", "proposeSolution", first, message="Payée.")
        third = submitted(own)
        act(own, "requester", "acceptSolution", first)
        act(own, "agent-2", "assignTicketToMe", second)
        act(own, "agent-2", "requestInformation", second, message="Quel numéro ?")
        act(own, "agent-1", "assignTicketToMe", third)
        watching.send(signal.SIGCONT)
        assert watching.line() == "reconnexion…"
        assert watching.missed(5) == [
            ("− sorti", first["number"]), ("+ entré", third["number"]), ("~ modifié", second["number"]),
            ("− sorti", second["number"]), ("~ modifié", third["number"]),
        ]  # fmt: skip

        # Another desk answers at the same address: the old cursor is of no use there.
        own.stop(signal.SIGKILL)
        assert watching.line() == "reconnexion…"
        (tmp_path / "other").mkdir()
        shutil.copy(own.data_dir / "demo-key.json", tmp_path / "other")
        other = Server(tmp_path / "other", own.port).start()
        try:
            watching.until("Émis le")
            rows = watching.until("à jour")[:-1]
        finally:
            other.stop()
        assert rows
        assert not any(third["number"] in row for row in rows)
        assert watching.line() == "reconnexion…"
        watching.send(signal.SIGINT)
        assert watching.end() == (0, "fin")


def test_refused_or_expired_token_ends_watch(example: Example, server: Server) -> None:
    ending = server.command("token", "agent-1", "--ttl", "2").stdout.strip()
    for token in ("none", ending):
        with example.watching(server, token, "--search", "zzz") as watching:
            code, last = watching.end()
        assert code == 1
        assert last.splitlines()[-1] == "Jeton absent, refusé ou expiré : demandez-en un autre."


async def test_lost_answer_is_retried_without_acting_twice(example: Example, server: Server) -> None:
    number = (await asyncio.to_thread(submitted, server))["number"]
    async with losing_an_answer(server) as network:
        ended = await asyncio.to_thread(example.act, network, "agent-1", "take", number)
    assert ended.stdout == f"Ticket affecté : {number}, Ouvert, affecté à Camille Renard\n"
    assert (ended.returncode, ended.stderr) == (0, "nouvel essai…\n")
    async with server.client("agent-1") as agent:
        data = await agent.run("query($n: String) { ticket(number: $n) { activities { nodes { kind } } } }", n=number)
    assert [one["kind"] for one in data["ticket"]["activities"]["nodes"]] == ["SUBMITTED", "ASSIGNED"]


async def test_refusal_code_of_a_newer_server_is_printed_like_any_other(example: Example, server: Server) -> None:
    ticket = await asyncio.to_thread(submitted, server)
    await asyncio.to_thread(act, server, "agent-1", "assignTicketToMe", ticket)
    known, newer = b"ASSIGNED_TO_SOMEONE_ELSE", b"ASSIGNED_TO_SOMETHING_ON"
    async with network(server, lambda _, said: said.replace(known, newer)) as ahead:
        refused = await asyncio.to_thread(example.act, ahead, "agent-2", "take", ticket["number"])
    assert refused.returncode == 1
    assert refused.stderr.startswith("Refusé : Ce ticket est affecté à Camille Renard")
