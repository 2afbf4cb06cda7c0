"""The Python examples: what they show, over cuts, restarts and lost answers; and their documents, each really run."""

import asyncio
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, build_schema, parse, validate

from tests.clients.programs import EXAMPLES, Watching, act, done, losing_an_answer, submitted
from tests.serving import Server

SCHEMA = build_schema((EXAMPLES.parent / "schema.graphql").read_text("utf-8"))
DOCUMENTS = sorted(path for path in EXAMPLES.rglob("*.graphql") if "node_modules" not in path.parts)
each_document = pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(EXAMPLES)))

BRIEF = "Où en est ma facture ?"
TOWN = "Saint-Aurèle"
SAID = {"message": "Merci de regarder la facture F2602007."}

# By operation: who acts, what has been done to a new ticket before, and the rest of the input.
ACTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "AssignTicketToMe": ("agent-1", "", {}),
    "AssignTicket": ("agent-1", "", {}),
    "ProposeSolution": ("agent-1", "take", SAID),
    "RequestInformation": ("agent-1", "take", SAID),
    "TransferToSupport": ("agent-1", "take", SAID),
    "ProvideInformation": ("requester", "take ask", SAID),
    "AcceptSolution": ("requester", "take propose", {}),
    "RefuseSolution": ("requester", "take propose", SAID),
    "CloseTicket": ("requester", "", {}),
}
STEPS = {"take": "assignTicketToMe", "ask": "requestInformation", "propose": "proposeSolution"}
READINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "ReadTab": ("agent-1", {"tab": "ALL_EXCEPT_CLOSED", "search": "facture"}),
    "WatchTab": ("agent-1", {"tab": "TO_PROCESS", "search": "facture"}),
    "FindTicket": ("agent-1", {}),
    "PrepareSubmission": ("requester", {"recipient": TOWN}),
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may kill."""
    running = Server(tmp_path / "desk").start()
    try:
        yield running
    finally:
        running.stop(signal.SIGKILL)


def operation(file: Path) -> OperationDefinitionNode:
    """The only operation of a document."""
    nodes = parse(file.read_text("utf-8")).definitions
    (found,) = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
    return found


def document(name: str) -> str:
    return (EXAMPLES / "python" / "documents" / f"{name}.graphql").read_text("utf-8")


async def new_submission(server: Server) -> dict[str, Any]:
    """The input of a new ticket."""
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
    """A ticket of the requester's, with these steps taken by an agent."""
    async with server.client("requester") as requester, server.client("agent-1") as agent:
        result = await requester.act("submitTicket", **await new_submission(server))
        for step in steps.split():
            said = {} if step == "take" else SAID
            result = await agent.act(STEPS[step], ticketId=result["ticket"]["id"], **said)
        return dict(result["ticket"])


async def prepared(server: Server, name: str) -> tuple[str, dict[str, Any]]:
    """Who runs the operation of that name, with what variables."""
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
    assert name in READINGS, f"no variables are prepared for {name}: add them above"
    login, variables = READINGS[name]
    return login, {"number": (await new_ticket(server))["number"]} if name == "FindTicket" else variables


@each_document
def test_each_document_is_valid_and_named_after_its_operation(file):
    assert validate(SCHEMA, parse(file.read_text("utf-8"))) == []
    assert operation(file).name.value == file.stem


@each_document
async def test_each_document_does_on_a_real_server_what_its_name_says(server, file):
    login, variables = await prepared(server, file.stem)
    text = file.read_text("utf-8")
    if operation(file).operation is OperationType.SUBSCRIPTION:
        # With the list's cursor: a change from before the subscription comes as well as one from after it.
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
        assert data["result"]["__typename"] == "ActionDone", data


def test_each_document_is_used_by_the_programs():
    sources = "".join(path.read_text("utf-8") for path in (EXAMPLES / "python").glob("*.py"))
    unused = [file.name for file in (EXAMPLES / "python").rglob("*.graphql") if f'"{file.stem}"' not in sources]
    assert unused == []


def test_the_watcher_prints_the_list_and_then_what_others_do(server):
    number = submitted(server)
    with Watching(server, server.token("agent-1"), "--search", number) as watching:
        header, row, live = watching.until("à jour")
        assert header.split("  ")[0] == "Émis le"
        assert f"  {number}  {BRIEF}" in row
        assert live == "à jour : 1 ticket"

        assert done(server, "agent-1", "take", number) == f"Ticket affecté : {number}, Ouvert, affecté à Camille Renard"
        assert watching.change() == ("~ modifié", number, f"{BRIEF} | Ouvert | Camille Renard | Ticket affecté")
        done(server, "agent-1", "propose", number, "La facture est mise en paiement.")
        assert watching.change() == ("− sorti", number, f"{BRIEF} | Résolu | Camille Renard | Solution proposée")
        done(server, "requester", "refuse", number, "Elle n’est pas payée.")
        assert watching.change() == ("+ entré", number, f"{BRIEF} | Ouvert | Camille Renard | Refus de solution")
        done(server, "agent-1", "transfer", number, "Le portail ne montre plus la facture.")
        assert watching.change() == ("− sorti", number, f"{BRIEF} | Ouvert | Camille Renard | N’est plus visible")

        watching.send(signal.SIGINT)
        assert watching.end() == (0, "fin")


def test_a_second_take_is_refused_in_french_with_exit_code_1(server):
    number = submitted(server)
    done(server, "agent-1", "take", number)
    refused = act(server, "agent-2", "take", number)
    assert (refused.returncode, refused.stdout) == (1, "")
    why, now = refused.stderr.splitlines()
    assert why.startswith("Refusé : Ce ticket est affecté à Camille Renard")
    assert now == "  À présent : Ouvert, affecté à Camille Renard"


def test_a_refused_input_is_told_field_by_field(server):
    refused = act(server, "requester", "submit", "INVOICES", "INVOICES_STATUS", BRIEF, "Déposée le 3.")
    assert refused.returncode == 1
    assert "  recipientStructureId : " in refused.stderr


def test_every_action_is_done_by_its_subcommand(server, tmp_path):
    note = tmp_path / "avis de paiement.txt"
    note.write_text("Payée le 12.", "utf-8")
    number = submitted(server)
    for login, verb, *rest, told in (
        ("agent-1", "assign", "DIARRA", "Ticket affecté : {}, Ouvert, affecté à Moussa Diarra"),
        ("agent-2", "ask", "Quel numéro ?", "Informations demandées : {}, En attente d’informations, "),
        ("requester", "answer", "Le voici.", "--attach", str(note), "Complément d’informations : {}, Ouvert, "),
        ("agent-2", "propose", "Payée.", "--attach", str(note), "Solution proposée : {}, Résolu, "),
        ("requester", "accept", "Solution acceptée : {}, Fermé, affecté à Moussa Diarra"),
    ):
        assert done(server, login, verb, number, *rest).startswith(told.format(number))
    assert done(server, "requester", "close", submitted(server)).endswith(", Fermé, non affecté")


def test_a_watcher_misses_nothing_of_a_desk_whose_server_is_killed(own):
    first, second = submitted(own), submitted(own)
    with Watching(own, own.token("agent-1")) as watching:
        watching.until("à jour")
        done(own, "agent-1", "take", first)
        assert watching.change()[:2] == ("~ modifié", first)

        own.stop(signal.SIGKILL)
        assert watching.line() == "reconnexion…"
        own.start()
        watching.until("à jour")
        done(own, "agent-2", "take", second)
        assert watching.change() == ("~ modifié", second, f"{BRIEF} | Ouvert | Moussa Diarra | Ticket affecté")

        # Now it does not even see the cut before all has happened.
        watching.send(signal.SIGSTOP)
        own.stop(signal.SIGKILL)
        own.start()
        done(own, "agent-1", "propose", first, "Payée.")
        third = submitted(own)
        done(own, "requester", "accept", first)
        done(own, "agent-2", "ask", second, "Quel numéro ?")
        done(own, "agent-1", "take", third)
        watching.send(signal.SIGCONT)
        assert watching.line() == "reconnexion…"
        assert [watching.change()[:2] for _ in range(4)] == [
            ("− sorti", first), ("+ entré", third), ("− sorti", second), ("~ modifié", third),
        ]  # fmt: skip
        watching.send(signal.SIGINT)
        code, rest = watching.end()
        assert code == 0
        assert [line for line in rest.splitlines() if not line.startswith("à jour : ")] == ["fin"]


def test_a_watcher_of_a_desk_that_was_replaced_starts_over(own, tmp_path):
    number = submitted(own)
    with Watching(own, own.token("agent-1")) as watching:
        watching.until("à jour")
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
    assert not any(number in row for row in rows)


def test_a_token_that_is_refused_or_ends_ends_the_watcher(server):
    ending = server.command("token", "agent-1", "--ttl", "2").stdout.strip()
    for token in ("none", ending):
        with Watching(server, token, "--search", "zzz") as watching:
            code, last = watching.end()
        assert code == 1
        assert last.splitlines()[-1] == "Jeton absent, refusé ou expiré : demandez-en un autre."


async def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(server):
    number = await asyncio.to_thread(submitted, server)
    async with losing_an_answer(server) as network:
        ended = await asyncio.to_thread(act, network, "agent-1", "take", number)
    assert ended.stdout == f"Ticket affecté : {number}, Ouvert, affecté à Camille Renard\n"
    assert (ended.returncode, ended.stderr) == (0, "nouvel essai…\n")
    async with server.client("agent-1") as agent:
        data = await agent.run("query($n: String) { ticket(number: $n) { activities { nodes { kind } } } }", n=number)
    assert [one["kind"] for one in data["ticket"]["activities"]["nodes"]] == ["SUBMITTED", "ASSIGNED"]
