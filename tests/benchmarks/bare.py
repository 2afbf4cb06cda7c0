"""The bare server: Starlette, aiosqlite and orjson with the product's SQL and responses, and without GraphQL.

It checks no login: the rights of its one viewer are part of its statements.
`python -m tests.benchmarks.bare PORT DATA_DIR`.
"""

import asyncio
import base64
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import cycle
from operator import itemgetter
from pathlib import Path
from typing import Any

import aiosqlite
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from models.inbox.tabs import TAB_LABELS, TABS
from models.settings import StorageSettings
from models.tickets import counters
from models.tickets.writes import INSERT_ACTIVITY, UPDATE_TICKET, activity_values, update_values
from models.workflow import ActivityKind, State, StateReason, TicketStatus
from tests.benchmarks.statements import NAMES, TICKET_NAMES, Statement, Statements, read_statements

_OF_NODE = itemgetter(*map(NAMES.index, (
    "id", "number", "short_description", "submitted_at", "updated_at", "object_type", "status", "state_reason",
    "assignee_id", "assignee_name", "category_label_fr", "subcategory_label_fr",
)))  # fmt: skip
READERS = 2
"""Connections that read: as many as the product's `sqlite_reader_connections`."""


class Bare:
    """The server: its database, its statements and its subscribers."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings
        self._file = Path(settings.database.partition("://")[2])
        self._writing = asyncio.Lock()
        self._watchers: set[WebSocket] = set()

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self._statements: Statements = await read_statements(self._settings, "agent-1")
        self._writer = await self._connect()
        readers = [await self._connect(query_only="ON") for _ in range(READERS)]
        self._readers = cycle(readers)
        ((self._desk,),) = await self._read(("SELECT name FROM desk", []))
        try:
            yield
        finally:
            for connection in (self._writer, *readers):
                await connection.close()

    async def _connect(self, **more: str) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self._file, isolation_level=None)
        for name, value in {**self._statements.pragmas, **more}.items():
            await connection.execute_fetchall(f"PRAGMA {name}={value}")
        return connection

    async def _read(self, statement: Statement) -> Sequence[Any]:
        return list(await next(self._readers).execute_fetchall(*statement))

    async def tickets(self, request: Request) -> Response:
        """The first page of a tab, and the number of its tickets."""
        given = orjson.loads(await request.body())
        lists = self._statements.lists[given["search"]]
        found = await self._read(lists.page)
        ((total,),) = await self._read(lists.count)
        return json_of({"tickets": {"totalCount": total, "nodes": [node_of(row) for row in found[:20]]}})

    async def tabs(self, request: Request) -> Response:
        """The counts of the five tabs."""
        orjson.loads(await request.body())
        found = await self._read(self._statements.tabs)
        counts = [
            {
                "tab": name,
                "label": TAB_LABELS[name].fr,
                "count": sum(row[3] if tab.mine else row[2] for row in found if row[1] in tab.statuses),
            }
            for name, tab in TABS.items()
        ]
        return json_of({"tabs": counts})

    async def ticket(self, request: Request) -> Response:
        """One ticket and its activities."""
        given = orjson.loads(await request.body())
        by_number, by_id, activities = self._statements.one_ticket
        ((ticket_id,),) = await self._read((by_number[0], [given["number"]]))
        (row,) = await self._read((by_id[0], [ticket_id, *by_id[1][1:]]))
        found = await self._read((activities[0], [ticket_id, *activities[1][1:]]))
        return json_of({"ticket": ticket_of(row, found[:50])})

    async def assign(self, request: Request) -> Response:
        """Assign a ticket to an agent: the statements of the action, in one transaction."""
        given = orjson.loads(await request.body())
        ticket_id, agent_id = _row(given["ticketId"]), _row(given["assigneeId"])
        async with self._writing:
            await self._writer.execute("BEGIN IMMEDIATE")
            try:
                position = await self._assign(ticket_id, agent_id)
            except BaseException:
                await self._writer.rollback()
                raise
            await self._writer.commit()
        cursor = base64.urlsafe_b64encode(f"{self._desk}.{position}".encode()).decode().rstrip("=")
        return json_of({"assignTicket": {"__typename": "ActionDone", "cursor": cursor}})

    async def _assign(self, ticket_id: int, agent_id: int) -> int:
        known, run = self._statements, self._writer.execute_fetchall
        await run(known.entitlements, [known.user_id])
        ((status, reason, *rest, _, words, updated_at, _),) = await run(known.ticket[0], [ticket_id, *known.ticket[1]])
        before = State(TicketStatus(status), reason and StateReason(reason), *rest)
        await run(known.entitlements, [agent_id])
        assert before.assignee_id != agent_id
        after = State(
            before.status, before.state_reason, agent_id, before.recipient_structure_id, before.recipient_service_id,
            before.version + 1,
        )  # fmt: skip
        at = max(time.time_ns() // 1_000_000, updated_at)
        await run(UPDATE_TICKET, update_values(ticket_id, after, at, words))
        ((position,),) = await run("UPDATE desk SET position = position + 1 RETURNING position")
        counted = counters.changes(before, after, 0)
        await run(counters.ADD[len(counted)], [value for key, n in counted.items() for value in (*key, n)])
        activity = activity_values(
            position, ticket_id, ActivityKind.ASSIGNED, before, after, actor_id=known.user_id, message=None, at=at,
            words_from=words, words_to=words,
        )  # fmt: skip
        await run(INSERT_ACTIVITY, activity)
        return int(position)

    async def watch(self, socket: WebSocket) -> None:
        """Send every broadcast to the socket until it closes."""
        await socket.accept("graphql-transport-ws")
        self._watchers.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            self._watchers.discard(socket)

    async def broadcast(self, request: Request) -> Response:
        """Send the body, unchanged, to every subscriber."""
        frame = (await request.body()).decode()
        for socket in list(self._watchers):
            await socket.send_text(frame)
        return json_of({"sent": True})


def node_of(row: Sequence[Any]) -> dict[str, object]:
    """A row of the page in the product's response format."""
    id_, number, short, submitted, updated, kind, status, reason, assignee_id, assignee, category, subcategory = (
        _OF_NODE(row)
    )
    return {
        "id": node_id("Ticket", id_),
        "number": number,
        "shortDescription": short,
        "submittedAt": instant(submitted),
        "updatedAt": instant(updated),
        "objectType": kind,
        "status": status,
        "stateReason": reason,
        "assignee": None if assignee_id is None else {"displayName": assignee},
        "category": {"label": category},
        "subcategory": {"label": subcategory},
    }


def ticket_of(row: Sequence[Any], activities: Sequence[Sequence[Any]]) -> dict[str, object]:
    """A ticket with its activities in the product's response format."""
    of = dict(zip(TICKET_NAMES, row, strict=False))
    return {
        "id": node_id("Ticket", of["id"]),
        "number": of["number"],
        "shortDescription": of["short_description"],
        "description": of["description"],
        "submittedAt": instant(of["submitted_at"]),
        "status": of["status"],
        "version": of["version"],
        "activities": {
            "nodes": [
                {
                    "id": node_id("Activity", position),
                    "kind": kind,
                    "message": message,
                    "statusBefore": before,
                    "statusAfter": after,
                    "occurredAt": instant(at),
                    "actor": None if actor_id is None else {"displayName": actor},
                }
                for position, _, kind, message, before, after, at, actor_id, actor, *_ in activities
            ]
        },
    }


def node_id(kind: str, row_id: int) -> str:
    """The opaque id of a row, as the product encodes it."""
    return base64.urlsafe_b64encode(f"{kind}:{row_id}".encode()).decode().rstrip("=")


def instant(milliseconds: int) -> str:
    """An instant in milliseconds since the epoch, as the product formats it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _row(node_id: str) -> int:
    return int(base64.urlsafe_b64decode(node_id + "=" * (-len(node_id) % 4)).partition(b":")[2])


def json_of(data: object) -> Response:
    """The response with this data."""
    return Response(orjson.dumps({"data": data}), media_type="application/json")


def main(port: int, data_dir: Path) -> None:
    """Serve the desk in `data_dir`."""
    bare = Bare(StorageSettings(data_dir=data_dir))
    posts = {
        "/tickets": bare.tickets,
        "/tabs": bare.tabs,
        "/ticket": bare.ticket,
        "/assign": bare.assign,
        "/broadcast": bare.broadcast,
    }
    routes = [Route(path, endpoint, methods=["POST"]) for path, endpoint in posts.items()]
    serve(Starlette(routes=[*routes, WebSocketRoute("/graphql", bare.watch)], lifespan=bare.lifespan), port)


def serve(app: Starlette, port: int) -> None:
    """Serve until a signal; as `saisine demo` configures Uvicorn."""
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", ws="websockets-sansio",
        ws_per_message_deflate=False, timeout_graceful_shutdown=5, log_level="warning", server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
