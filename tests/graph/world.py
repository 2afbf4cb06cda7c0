"""One desk with a ticket for each column of the matrix in `visibility.py`, and those who ask about it. No test here."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.graph.visibility import MATRIX, NAMES, ROLES, Secret, bring_about, document, lookup, secret_of, stranger
from tests.live import People, everybody, serving
from tests.support.server import Client, Server

DISTINCT = [role for role in ROLES if role not in ("agent-2", "colleague")]
"""A role for each set of rights."""
ASKED = DISTINCT if os.environ.get("SAISINE_SOAK") == "1" else ["agent-1", "service-agent", "requester", "nobody"]
"""Those who are asked where each role takes long; in `make soak` all of them."""
SEES = [(role, name) for role in ROLES for name in NAMES if MATRIX[role][name] != "."]
BLIND = [(role, name) for role in ROLES for name in NAMES if MATRIX[role][name] == "."]


@dataclass
class World:
    """A desk with one ticket for each column of the matrix."""

    server: Server
    people: People
    secrets: dict[str, Secret]
    before: str
    """The cursor of the moment before the first of them."""
    moved_at: str
    """Of the moment before `moved` went to the support."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that takes all actions in one document, each asked for everything."""
    with serving(tmp_path_factory.mktemp("desk"), document_max_fields="5000") as running:
        yield running


_worlds: dict[Server, tuple[dict[str, Secret], str, str]] = {}


@pytest.fixture
async def world(server: Server) -> AsyncIterator[World]:
    """Made once a server, by whoever asks first."""
    async with everybody(server) as people:
        if server not in _worlds:
            await stranger(server)
            begun = await people.now()
            secrets = {}
            for name in NAMES:
                result = await bring_about(people, name, f"zq{name}")
                secrets[name] = await secret_of(people, name, f"zq{name}", result["ticket"]["id"])
            moved = secrets["moved"].seen["activities"]["nodes"]
            _worlds[server] = secrets, begun, moved[1]["cursor"]
        secrets, begun, moved_at = _worlds[server]
        yield World(server, people, secrets, begun, moved_at)


async def answer(client: Client, operation: str, name: str, variables: dict[str, Any]) -> tuple[int, Any]:
    """Status and body of one root field that is asked for everything."""
    response = await client.response(document(operation, name), **variables)
    return response.status_code, lookup(response.json(), "liveCursor")


def traces(secret: Secret, body: Any) -> list[str]:
    text = json.dumps(body)
    return [trace for trace in secret.traces if trace in text]
