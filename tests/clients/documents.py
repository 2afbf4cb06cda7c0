"""Reads the GraphQL documents of the example clients, and joins operations and fragments as their codegen does."""

from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    build_schema,
    parse,
    print_ast,
)
from graphql.language import Visitor, visit

EXAMPLES = Path(__file__).parents[2] / "client-examples"
SCHEMA = build_schema((EXAMPLES.parent / "schema.graphql").read_text("utf-8"))

SAID = {"message": "Merci de regarder la facture F2602007."}
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
"""By operation: the login, the steps that agent-1 takes on the new ticket before, and the rest of the input."""
STEPS = {"take": "assignTicketToMe", "ask": "requestInformation", "propose": "proposeSolution"}


def client_of(file: Path) -> Path:
    """Returns the folder in client-examples that the file belongs to."""
    return EXAMPLES / file.relative_to(EXAMPLES).parts[0]


def files_of(client: Path) -> list[Path]:
    return sorted(path for path in client.rglob("*.graphql") if "node_modules" not in path.parts)


@cache
def fragments_of(client: Path) -> dict[str, FragmentDefinitionNode]:
    """Returns the client's fragments by name; a name may be defined once only."""
    found: dict[str, FragmentDefinitionNode] = {}
    for file in files_of(client):
        for node in parse(file.read_text("utf-8")).definitions:
            if isinstance(node, FragmentDefinitionNode):
                assert node.name.value not in found, f"{client.name} has two fragments {node.name.value}"
                found[node.name.value] = node
    return found


def operation(file: Path) -> OperationDefinitionNode | None:
    """Returns the only operation of a file, or None where the file holds fragments alone."""
    found = [one for one in parse(file.read_text("utf-8")).definitions if isinstance(one, OperationDefinitionNode)]
    assert len(found) < 2, f"{file} holds several operations"
    return found[0] if found else None


def whole(file: Path) -> str:
    """Returns the file's operation with all fragments that it spreads, from any file of its client."""
    known, needed = fragments_of(client_of(file)), {}

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name not in needed:
                needed[name] = known[name]
                visit(known[name], self)

    node = operation(file)
    assert node is not None
    visit(node, Spreads())
    return print_ast(DocumentNode(definitions=(node, *needed.values())))
