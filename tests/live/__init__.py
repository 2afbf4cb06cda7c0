"""Helpers for the tests of live delivery, which run a server process and connect to it.

Clients of the demo's users, documents of subscriptions, and streams over SSE.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.issuer import Issuer
from tests.support.server import WAIT, Client, Server, Socket

TOWN, FINANCES, SUPPORT = "TOWN", "FINANCES", "SUPPORT"
"""Recipients of tickets: structure A as a whole, one service of it, the Chorus Pro support."""

ROW = "id number status stateReason version updatedAt assignee { id displayName } availableActions"
INBOX = f"""subscription ($tab: InboxTab!, $search: String, $filter: TicketFilter, $after: Cursor) {{
  change: inboxChanges(tab: $tab, search: $search, filter: $filter, after: $after) {{
    kind ticketId cursor ticket {{ {ROW} statusLabel stateReasonLabel recipient {{ name }} }}
    activity {{ kind label message actor {{ displayName }} cursor }} }} }}"""
TICKET_CHANGES = f"""subscription ($ticketId: ID!, $after: Cursor) {{
  change: ticketChanges(ticketId: $ticketId, after: $after) {{
    cursor ticket {{ {ROW} recipient {{ name }} }} activity {{ kind label message cursor }} }} }}"""
TAB_COUNTS = "subscription { counts: tabCounts { tab label count } }"
VIEWER = "{ viewer { user { displayName } } }"
TABS = "query ($search: String) { counts: tabs(search: $search) { tab label count } }"
_IDS = """{ viewer { user { id } entitlements { structure { id } } }
  structures(search: "Aurèle") { id services { id code } }
  categories { id subcategories { id code } } }"""


WIDE = {f"document_max_{limit}": "2000" for limit in ("aliases", "repeats", "fields")} | {"document_max_tokens": "5000"}
"""Settings that allow hundreds of aliases of one field, so that few messages fill a socket."""


class People:
    """The users of the demo as HTTP clients, and the ids that they need for their actions."""

    def __init__(self, server: Server, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack
        self._clients: dict[str, Client] = {}
        self._ids: dict[str, Any] = {}

    async def client(self, login: str) -> Client:
        """The client of a login, opened at its first use."""
        if login not in self._clients:
            client = await self._stack.enter_async_context(self.server.client(login))
            self._ids[login] = await client.run(_IDS)
            self._clients[login] = client
        return self._clients[login]

    async def id_of(self, login: str) -> str:
        """The id of a user."""
        await self.client(login)
        return str(self._ids[login]["viewer"]["user"]["id"])

    async def town(self) -> tuple[str, str]:
        """The ids of structure A and of its service FINANCES."""
        return await self.service(FINANCES)

    async def service(self, code: str) -> tuple[str, str]:
        """The ids of structure A and of one of its services."""
        await self.client("requester")
        (town,) = self._ids["requester"]["structures"]
        return town["id"], next(service["id"] for service in town["services"] if service["code"] == code)

    async def submit(self, login: str = "requester", to: str = TOWN, text: str = "Une question", **given: Any) -> Any:
        """Submit a ticket; the result, which must be ActionDone."""
        client = await self.client(login)
        ids, code = self._ids[login], "PORTAL_DISPLAY" if to == SUPPORT else "INVOICES_PAYMENT"
        category, subcategory = next(
            (category["id"], sub["id"])
            for category in ids["categories"]
            for sub in category["subcategories"]
            if sub["code"] == code
        )
        recipient = {}
        if to != SUPPORT:
            town, finances = await self.town()
            recipient = {"recipientStructureId": town, **({"recipientServiceId": finances} if to == FINANCES else {})}
        fields = {
            "categoryId": category,
            "subcategoryId": subcategory,
            "objectType": "INVOICE",
            "shortDescription": text,
            "description": f"{text}.",
            "issuerStructureId": ids["viewer"]["entitlements"][0]["structure"]["id"],
        }
        return done(await client.act("submitTicket", **{**fields, **recipient, **given}))

    async def act(self, login: str, action: str, ticket: Any, message: str | None = None, **given: Any) -> Any:
        """Act on the ticket of an earlier result; the result, which must be ActionDone."""
        if message is not None:
            given["message"] = message
        return done(await (await self.client(login)).act(action, ticketId=ticket["ticket"]["id"], **given))

    async def take(self, login: str, ticket: Any) -> Any:
        """« M’affecter le ticket »."""
        return await self.act(login, "assignTicketToMe", ticket)

    async def now(self) -> str:
        """The cursor of the latest event: a subscription after it gets every later change."""
        data = await (await self.client("agent-1")).run("{ tickets(tab: CLOSED, first: 1) { liveCursor } }")
        return str(data["tickets"]["liveCursor"])

    async def counts(self, login: str) -> dict[str, int]:
        """The five counts of `tabs`."""
        return counted(await (await self.client(login)).run(TABS))


def done(result: Any) -> Any:
    """The result, which must be ActionDone."""
    assert result["__typename"] == "ActionDone", (result["code"], result["fields"])
    return result


def ticket_id_of(result: Any) -> str:
    """The id of the ticket in an action's result."""
    return str(result["ticket"]["id"])


def counted(data: Any) -> dict[str, int]:
    """The counts of a response, by tab."""
    return {count["tab"]: count["count"] for count in data["counts"]}


@asynccontextmanager
async def everybody(server: Server) -> AsyncIterator[People]:
    """The users of the demo, at one server."""
    async with AsyncExitStack() as stack:
        yield People(server, stack)


async def changes(live: Socket, operation_id: str, count: int) -> list[Any]:
    """The next changes of a subscription."""
    return [(await live.next(operation_id))["change"] for _ in range(count)]


@contextmanager
def serving(data_dir: Path, port: int | None = None, **settings: str) -> Iterator[Server]:
    """A server with these settings. At the end it is stopped, and must have logged no error."""
    server = Server(data_dir, port, None, **settings).start()
    try:
        yield server
    finally:
        server.stop()
    check_printed(server)


def check_printed(server: Server) -> None:
    """Check that a stopped server has logged no error."""
    logged = [line for line in server.printed if "Traceback" in line or '"level": "error"' in line]
    assert not logged, "".join(server.printed[server.printed.index(logged[0]) :])


@contextmanager
def in_production(data_dir: Path, issuer: Issuer | None = None, **settings: str) -> Iterator[Server]:
    """`saisine serve` with an issuer of tokens and a few tickets. It must log no error either."""
    own = issuer or Issuer()
    server = Server(data_dir, None, own, **settings)
    try:
        for command in (["migrate"], ["generate", "--tickets", "20"]):
            made = server.command(*command)
            assert made.returncode == 0, made.stderr
        server.start()
        try:
            yield server
        finally:
            server.stop()
        check_printed(server)
    finally:
        if issuer is None:
            own.close()


@asynccontextmanager
async def unready(server: Server, *subprotocols: str) -> AsyncIterator[Socket]:
    """A socket without connection_init."""
    named = [Subprotocol(name) for name in subprotocols or ("graphql-transport-ws",)]
    async with websockets.connect(server.ws_url, subprotocols=named) as connection:
        yield Socket(connection)


async def closed(live: Socket, wait: float = WAIT) -> int:
    """The code that the server closes with; earlier messages are ignored."""
    try:
        while True:
            await live.receive(wait)
    except ConnectionClosed:
        return int(live.connection.close_code)


async def errors(live: Socket, operation_id: str) -> list[str]:
    """The codes of the next message, which must be an error."""
    message = await live.receive()
    assert (message["type"], message["id"]) == ("error", operation_id), message
    return [error["extensions"]["code"] for error in message["payload"]]


async def served(live: Socket) -> None:
    """Check that the server still executes operations of the socket."""
    await live.subscribe("served", VIEWER)
    assert (await live.next("served"))["viewer"]["user"]["displayName"]
    assert await live.receive() == {"id": "served", "type": "complete"}


@asynccontextmanager
async def slow_reader(server: Server, login: str) -> AsyncIterator[Socket]:
    """A WebSocket with small buffers, whose client can stop reading (`transport.pause_reading()`)."""
    narrow = socket.create_connection(("127.0.0.1", server.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    async with websockets.connect(
        server.ws_url, sock=narrow, subprotocols=[Subprotocol("graphql-transport-ws")], max_size=None, max_queue=1_000
    ) as connection:
        live = Socket(connection)
        await live.send(type="connection_init", payload={"authorization": f"Bearer {server.token(login)}"})
        assert (await live.receive())["type"] == "connection_ack"
        yield live


class Events:
    """The events of an SSE stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def event(self, wait: float = WAIT) -> tuple[str, str]:
        """The name and the data of the next event; comments are skipped."""
        name, data = "message", []
        async with asyncio.timeout(wait):
            async for line in self._lines:
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data.append(value.strip())
                elif not line and (data or name != "message"):
                    return name, "\n".join(data)
        return "end", ""

    async def next(self, wait: float = WAIT) -> Any:
        """The data of the next response, which must have no errors."""
        name, data = await self.event(wait)
        assert name == "next", (name, data)
        result = json.loads(data)
        assert "errors" not in result, result
        return result["data"]


@asynccontextmanager
async def stream(client: Client, query: str, **variables: Any) -> AsyncIterator[Events]:
    """An operation over SSE."""
    body = {"query": query, "variables": variables}
    headers = {"Accept": "text/event-stream"}
    async with client.http.stream("POST", "/graphql", json=body, headers=headers, timeout=None) as response:
        yield Events(response)
