"""The console's documents, read from their files: each validates against the schema and runs on a real server."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import DefinitionNode, FragmentDefinitionNode, OperationDefinitionNode, parse, validate

from tests.clients.documents import ACTIONS, EXAMPLES, SAID, SCHEMA, STEPS, files_of, fragments_of, operation, whole
from tests.support.http_client import Api, submitted
from tests.support.server import Server

CONSOLE = EXAMPLES / "agent-console"
FILES = files_of(CONSOLE)
OPERATIONS = {file.stem: file for file in FILES if operation(file)}
PAGE = {"page": 1, "pageSize": 10}
READINGS: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "ReadViewer": ("agent-1", lambda ticket: {}),
    "ReadCategories": ("agent-1", lambda ticket: {}),
    "ReadInbox": ("agent-1", lambda ticket: {"tab": "TO_PROCESS", "search": "facture", **PAGE}),
    "CountTabs": ("agent-1", lambda ticket: {"filter": {"unassigned": True}}),
    "WatchInbox": ("agent-1", lambda ticket: {"tab": "TO_PROCESS"}),
    "WatchTabCounts": ("agent-1", lambda ticket: {}),
    "ReadTicket": ("agent-1", lambda ticket: {"number": ticket["number"]}),
    "ReadAssignableAgents": ("agent-1", lambda ticket: {"ticketId": ticket["id"]}),
    "ReadLiveCursor": ("agent-1", lambda ticket: {}),
    "WatchTicket": ("agent-1", lambda ticket: {"ticketId": ticket["id"]}),
    "ReadSent": ("requester", lambda ticket: {"first": 5}),
    "WatchSentTicket": ("requester", lambda ticket: {"ticketId": ticket["id"]}),
    "PrepareSubmission": ("requester", lambda ticket: {}),
    "FindRecipients": ("requester", lambda ticket: {"search": "aurèle"}),
}


def first(api: Api, query: str, variables: dict[str, Any]) -> Any:
    """Returns the first event over SSE, which the console uses where a network blocks WebSockets."""
    request = {"query": query, "variables": variables}
    with api.http.stream("POST", "/graphql", json=request, headers={"Accept": "text/event-stream"}) as stream:
        lines: Iterator[str] = stream.iter_lines()
        line = next(one for one in lines if one.startswith("data: "))
        answer = json.loads(line.removeprefix("data: "))
    assert "errors" not in answer, answer
    return answer["data"]


def name_of(node: DefinitionNode) -> str:
    """Returns the name of an operation or of a fragment."""
    assert isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    assert node.name is not None
    return node.name.value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_file_holds_one_definition_named_after_it(file: Path) -> None:
    (node,) = parse(file.read_text("utf-8")).definitions
    assert name_of(node) == file.stem


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_each_operation_validates_against_the_schema(name: str) -> None:
    assert validate(SCHEMA, parse(whole(OPERATIONS[name]))) == []


def test_every_fragment_is_used() -> None:
    used = {name_of(node) for file in OPERATIONS.values() for node in parse(whole(file)).definitions[1:]}
    assert used == set(fragments_of(CONSOLE))


def new_ticket(server: Server, steps: str = "") -> dict[str, Any]:
    ticket = submitted(server)
    with Api(server, "agent-1") as agent:
        for step in steps.split():
            ticket = agent.act(STEPS[step], ticketId=ticket["id"], **({} if step == "take" else SAID))
    return ticket


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_each_operation_runs_on_a_real_server(server: Server, name: str) -> None:
    query, node = whole(OPERATIONS[name]), operation(OPERATIONS[name])
    assert node is not None
    kind = node.operation.value
    if name == "SubmitTicket":
        # The same input as `submitted`, sent by the console's own document.
        inputs: list[dict[str, Any]] = []
        ticket = submitted(server, inputs=inputs)
        with Api(server, "requester") as requester:
            result = requester.run(query, input=inputs[0])["result"]
        assert result["ticket"]["number"] > ticket["number"]
    elif name in ACTIONS:
        login, steps, more = ACTIONS[name]
        ticket = new_ticket(server, steps)
        with Api(server, login) as person:
            if name == "AssignTicket":
                known = person.run("query($id: ID) { ticket(id: $id) { assignableAgents { id } } }", id=ticket["id"])
                more = {"assigneeId": known["ticket"]["assignableAgents"][0]["id"]}
            target = {"ticketId": ticket["id"], "version": ticket["version"], "idempotencyKey": name}
            result = person.run(query, input={**target, **more})["result"]
            assert result["__typename"] == "ActionDone"
            again = person.run(query, input={"ticketId": ticket["id"], "version": ticket["version"], **more})["result"]
            assert again["__typename"] == "ActionRefused"
    elif kind == "subscription":
        login, variables = READINGS[name]
        with Api(server, login) as person:
            cursor = person.run("{ sentTickets(first: 1) { liveCursor } }")["sentTickets"]["liveCursor"]
            given = variables(new_ticket(server))
            changed = first(person, query, given if name == "WatchTabCounts" else {**given, "after": cursor})
        assert all(changed.values())
    else:
        login, variables = READINGS[name]
        with Api(server, login) as person:
            assert all(person.run(query, **variables(new_ticket(server))).values())
