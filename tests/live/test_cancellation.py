"""Clients that disconnect at any moment leave no locks, connections, transactions, files or tasks behind.

Each abort is a raw connection that is cut after part of its request, part of its response, or some time in between;
half of them by a reset. The metrics, open files and database of the server are compared before and after.
"""

import asyncio
import json
import os
import socket
import sqlite3
import struct
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest

from tests.live import INBOX, TAB_COUNTS, People, check_printed, everybody, ticket_id_of
from tests.support.databases import on_every_database
from tests.support.server import WAIT, Server

pytestmark = [
    pytest.mark.soak,
    on_every_database,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are read from /proc: run on Linux"),
]
SOAK = os.environ.get("SAISINE_SOAK") == "1"
ABORTS = 500 if SOAK else 60
AT_ONCE = 20
LIST = """{ tabs { count } tickets(tab: ALL_EXCEPT_CLOSED, search: "facture", first: 100) { totalCount nodes { number
  activities { totalCount nodes { message attachments { filename } } } assignableAgents { displayName } } } }"""
ACT = "mutation ($input: MessageInput!) { proposeSolution(input: $input) { __typename } }"
TAKE = "mutation ($input: TicketInput!) { assignTicketToMe(input: $input) { __typename } }"
SUBMIT = "mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { __typename } }"
LARGE = b"%PDF-1.4\n" + bytes(range(256)) * 8_000


def request(server: Server, login: str, path: str, body: bytes = b"", *more: str) -> bytes:
    lines = (
        f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
        f"Authorization: Bearer {server.token(login)}", f"Content-Length: {len(body)}", *more, "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + body


def graphql_request(server: Server, login: str, query: str, *more: str, **variables: Any) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return request(server, login, "/graphql", body, "Content-Type: application/json", *more)


def upload_request(server: Server, login: str, query: str, given: dict[str, Any]) -> bytes:
    """The request of the action, with a large file."""
    operations = json.dumps({"query": query, "variables": {"input": {**given, "attachments": [None]}}})
    fields = [("operations", "", operations.encode()), ("map", "", b'{"0": ["variables.input.attachments.0"]}')]
    body = b"".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
        for name, more, content in [*fields, ("0", '; filename="grand.pdf"', LARGE)]
    )
    return request(server, login, "/graphql", body + b"--cut--\r\n", "Content-Type: multipart/form-data; boundary=cut")


def frame(**message: Any) -> bytes:
    """A client's WebSocket text frame, masked with zeros."""
    text = json.dumps(message).encode()
    return b"\x81" + struct.pack("!BH", 0x80 | 126, len(text)) + bytes(4) + text


def websocket_request(server: Server, login: str) -> bytes:
    """A WebSocket's handshake and a client's messages, in one write."""
    upgrade = (
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: c2Fpc2luZS1zYWlzaW5lLQ==", "Sec-WebSocket-Protocol: graphql-transport-ws",
    )  # fmt: skip
    init = frame(type="connection_init", payload={"authorization": f"Bearer {server.token(login)}"})
    payload = {"query": INBOX, "variables": {"tab": "ALL_EXCEPT_CLOSED"}}
    return request(server, login, "/graphql", b"", *upgrade) + init + frame(id="w", type="subscribe", payload=payload)


async def requests_by_kind(people: People) -> dict[str, bytes]:
    """The bytes of each kind of request."""
    server = people.server
    submitted = await people.submit(text="Une facture", attachments=[("grand.pdf", LARGE, "application/pdf")])
    await people.take("agent-1", submitted)
    (file,) = submitted["activity"]["attachments"]
    ticket = submitted["ticket"]
    viewer = await (await people.client("requester")).run("{ viewer { entitlements { structure { id } } } }")
    given = {
        "categoryId": ticket["category"]["id"],
        "subcategoryId": ticket["subcategory"]["id"],
        "objectType": "INVOICE",
        "shortDescription": "Une facture",
        "description": "Une facture.",
        "recipientStructureId": (await people.town())[0],
        "issuerStructureId": viewer["viewer"]["entitlements"][0]["structure"]["id"],
    }
    return {
        "query": graphql_request(server, "agent-2", LIST),
        "action": graphql_request(server, "requester", SUBMIT, input=given),
        "refused action": graphql_request(server, "agent-2", TAKE, input={"ticketId": ticket_id_of(submitted)}),
        "upload": upload_request(server, "requester", SUBMIT, given),
        "refused upload": upload_request(
            server, "agent-2", ACT, {"ticketId": ticket_id_of(submitted), "message": "Voici."}
        ),
        "download": request(server, "reader", file["url"]),
        "SSE": graphql_request(server, "reader", INBOX, "Accept: text/event-stream", tab="TO_PROCESS"),
        "SSE counters": graphql_request(server, "agent-1", TAB_COUNTS, "Accept: text/event-stream"),
        "WebSocket": websocket_request(server, "agent-1"),
    }


async def abort(server: Server, data: bytes, random: Random) -> None:
    """Send a request, and disconnect before it is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    reset, whole = random.random() < 0.5, random.random() < 0.7
    with suppress(ConnectionError):
        writer.write(data if whole else data[: random.randrange(len(data))])
        with suppress(TimeoutError):
            async with asyncio.timeout(random.choice([0, 0.002, 0.02, 0.1]) * random.random()):
                await writer.drain()
                if whole:
                    await reader.readexactly(random.choice([1, 300, 100_000]))
                else:
                    await reader.read(1)
    if reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    writer.close()
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        await writer.wait_closed()


def open_files(server: Server) -> list[str]:
    """The names of the files that the process has open; temporary ones are deleted already."""
    assert server.process is not None
    found = []
    for path in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(os.readlink(path))
    return found


async def open_resources(people: People) -> dict[str, int]:
    """The numbers of resources that the server has open."""
    page = (await (await people.client("reader")).http.get("/metrics")).text
    shown = dict(line.split() for line in page.splitlines() if line.startswith("saisine_") and "{" not in line)
    files = open_files(people.server)
    return {
        **{name: int(float(shown[f"saisine_{name}"])) for name in ("subscriptions", "websockets", "tasks")},
        "temporary files": sum("(deleted)" in name for name in files),
        "attachments": sum("/attachments/" in name for name in files),
        "sockets": sum(name.startswith("socket:") for name in files),
    }


async def in_postgres(url: str) -> list[Any]:
    """The statements and transactions that other connections of this database have open."""
    connection = await asyncpg.connect(url)
    try:
        return list(
            await connection.fetch(
                "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
        )
    finally:
        await connection.close()


async def test_clients_that_disconnect_at_any_moment_leave_nothing_behind(server: Server) -> None:
    random = Random(20_261_124)
    url = server.env["SAISINE_DATABASE_URL"]
    async with everybody(server) as people:
        requests = await requests_by_kind(people)
        # As many at a time as below, so that the pool has opened all its connections.
        agent = await people.client("agent-2")
        await asyncio.gather(*(agent.run(LIST) for _ in range(AT_ONCE)))
        before = await open_resources(people)
        for start in range(0, ABORTS, AT_ONCE):
            await asyncio.gather(
                *(
                    abort(server, requests[list(requests)[(start + n) % len(requests)]], random)
                    for n in range(min(AT_ONCE, ABORTS - start))
                )
            )
            # The next client is served at once.
            async with asyncio.timeout(10):
                await people.submit(text="Et ensuite ?")
                await agent.run(LIST)
        more = {"everything": 0}
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT):
                while more:
                    now = await open_resources(people)
                    more = {name: now[name] - before[name] for name in before if now[name] > before[name]}
                    with suppress(TimeoutError):
                        await asyncio.wait_for(asyncio.Event().wait(), 0.05)
        assert more == {}
        if url.startswith("postgres"):
            assert await in_postgres(url) == []
        else:
            with closing(sqlite3.connect(url.removeprefix("sqlite://"), timeout=1, isolation_level=None)) as outside:
                outside.execute("BEGIN IMMEDIATE")
                outside.execute("ROLLBACK")
        await check_files(server, url)
    check_printed(server)


async def check_files(server: Server, url: str) -> None:
    """Every file in the storage has a row, and every row has its file."""
    stored = {path.name for path in (server.data_dir / "attachments").glob("??/*")}
    sql = "SELECT storage_key FROM attachments"
    if url.startswith("postgres"):
        connection = await asyncpg.connect(url)
        claimed = {row[0] for row in await connection.fetch(sql)}
        await connection.close()
    else:
        with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as outside:
            claimed = {row[0] for row in outside.execute(sql)}
    assert stored == claimed
