"""The list as tutorials write it: Strawberry types over Tortoise objects, each relation read by its field.

No data loader, no hand-written SQL. `python -m tests.benchmarks.peers.typical PORT KNOWN.json`.
"""

import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise import Tortoise

from models.database import MODULES
from models.directory.tables import Entitlement
from models.tickets import tables
from tests.benchmarks.bare import instant


@strawberry.enum
class InboxTab(Enum):
    TO_PROCESS = "OPEN"


@strawberry.type
class User:
    display_name: str


@strawberry.type
class Category:
    label: str


@strawberry.type
class Ticket:
    row: strawberry.Private[tables.Ticket]
    number: str
    short_description: str
    object_type: str
    status: str
    state_reason: str | None

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(base64.urlsafe_b64encode(f"Ticket:{self.row.id}".encode()).decode().rstrip("="))

    @strawberry.field
    def submitted_at(self) -> str:
        return instant(self.row.submitted_at)

    @strawberry.field
    def updated_at(self) -> str:
        return instant(self.row.updated_at)

    @strawberry.field
    async def assignee(self) -> User | None:
        found = await self.row.assignee  # type: ignore[misc] # Tortoise types it as already read
        return User(display_name=found.display_name) if found else None

    @strawberry.field
    async def category(self) -> Category:
        return Category(label=(await self.row.category).label_fr)

    @strawberry.field
    async def subcategory(self) -> Category:
        return Category(label=(await self.row.subcategory).label_fr)


@strawberry.type
class TicketConnection:
    total_count: int
    nodes: list[Ticket]


@strawberry.type
class Query:
    @strawberry.field
    async def tickets(self, tab: InboxTab, first: int, search: str | None = None) -> TicketConnection:
        assert not search, "only the list of the benchmark is served"
        seen = tables.Ticket.filter(recipient_structure_id__in=structures, status=tab.value)
        nodes = [
            Ticket(
                row=row, number=row.number, short_description=row.short_description, object_type=row.object_type,
                status=row.status, state_reason=row.state_reason,
            )
            for row in await seen.order_by("-submitted_at", "-id").limit(first)
        ]  # fmt: skip
        return TicketConnection(total_count=await seen.count(), nodes=nodes)


structures: list[Any] = []
"""The structures of the one viewer, agent-1: read once, at the start."""


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    await Tortoise.init(db_url=f"sqlite://{known['file']}", modules={"models": MODULES}, _enable_global_fallback=True)
    structures.extend(await Entitlement.filter(user__login="agent-1").values_list("structure_id", flat=True))
    yield
    await Tortoise.close_connections()


if __name__ == "__main__":
    known = orjson.loads(Path(sys.argv[2]).read_bytes())
    endpoint = GraphQL[object, object](strawberry.Schema(Query), graphql_ide=None)
    app = Starlette(routes=[Route("/graphql", endpoint)], lifespan=_lifespan)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning")
