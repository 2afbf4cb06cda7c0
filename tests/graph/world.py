"""Fixtures of the visibility tests: a server with one ticket for each column of the matrix in `visibility.py`."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.graph.visibility import (
    MATRIX,
    NAMES,
    ROLES,
    ProbedTicket,
    document,
    import_nobody,
    make_ticket,
    read_ticket,
    without_keys,
)
from tests.live import People, everybody, serving
from tests.support.server import Client, Server

DISTINCT_ROLES = [role for role in ROLES if role not in ("agent-2", "colleague")]
"""One login for each set of rights."""
TESTED_ROLES = (
    DISTINCT_ROLES if os.environ.get("SAISINE_SOAK") == "1" else ["agent-1", "service-agent", "requester", "nobody"]
)
"""The logins of slow tests: a few; all of them in `make soak`."""
VISIBLE = [(role, name) for role in ROLES for name in NAMES if MATRIX[role][name] != "."]
"""The (login, ticket) pairs in which the login may see the ticket, and, HIDDEN, those in which it may not."""
HIDDEN = [(role, name) for role in ROLES for name in NAMES if MATRIX[role][name] == "."]


@dataclass
class World:
    """A server with one ticket for each column of the matrix."""

    server: Server
    people: People
    tickets: dict[str, ProbedTicket]
    before: str
    """The event cursor from before the first ticket."""
    moved_at: str
    """The event cursor from before `moved` was transferred to the support."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose limits allow one document with every action and every field."""
    with serving(tmp_path_factory.mktemp("desk"), document_max_fields="5000", operation_max_cost="1000000") as running:
        yield running


_worlds: dict[Server, tuple[dict[str, ProbedTicket], str, str]] = {}


@pytest.fixture
async def world(server: Server) -> AsyncIterator[World]:
    """The world of the server, made by the first test that needs it."""
    async with everybody(server) as people:
        if server not in _worlds:
            await import_nobody(server)
            start = await people.now()
            tickets = {}
            for name in NAMES:
                result = await make_ticket(people, name, f"zq{name}")
                tickets[name] = await read_ticket(people, name, f"zq{name}", result["ticket"]["id"])
            moved = tickets["moved"].seen["activities"]["nodes"]
            _worlds[server] = tickets, start, moved[1]["cursor"]
        tickets, start, moved_at = _worlds[server]
        yield World(server, people, tickets, start, moved_at)


async def status_and_body(client: Client, operation: str, name: str, variables: dict[str, Any]) -> tuple[int, Any]:
    """Status and body of a request for one root field with every field below it."""
    response = await client.response(document(operation, name), **variables)
    return response.status_code, without_keys(response.json(), "liveCursor")


def traces(probed: ProbedTicket, body: Any) -> list[str]:
    """The texts of a ticket that a body contains."""
    text = json.dumps(body)
    return [trace for trace in probed.traces if trace in text]
