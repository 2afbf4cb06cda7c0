"""Logs hold no personal data and no secrets: texts, names, tokens, passwords, whatever goes wrong."""

import json
import socket
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.live import INBOX, People, everybody, in_production, stream, ticket_id_of, unready
from tests.support.issuer import Issuer
from tests.support.server import Client, Server

SECRET = "Zx7Qk"
"""Part of every text that must not be logged."""
DIRECTORY = f"""users:
  - {{login: marked, name: "{SECRET} Person", email: "{SECRET}@ici.example", profiles: [
      {{profile: RECEIVED_TICKETS_EDIT, structure: "21990041200012"}},
      {{profile: SENT_TICKETS, structure: "00041278300011"}}]}}
"""
FILE = (f"{SECRET}.txt", f"{SECRET} file".encode(), "text/plain")
SEARCH = "query ($search: String) { tickets(tab: CLOSED, search: $search, first: 1) { totalCount nodes { id } } }"


async def run_every_action(people: People) -> None:
    """Perform every action, with the secret in all its texts."""
    ticket = await people.submit("marked", text=SECRET, attachments=[FILE])
    await people.take("marked", ticket)
    for action in ("requestInformation", "provideInformation", "proposeSolution", "refuseSolution", "proposeSolution"):
        await people.act("marked", action, ticket, f"{SECRET} {action}", attachments=[FILE])
    await people.act("marked", "acceptSolution", ticket)
    another = await people.submit("marked", text=f"{SECRET} again")
    await people.act("marked", "assignTicket", another, assigneeId=await people.id_of("marked"))
    await people.act("marked", "transferToSupport", another, SECRET, idempotencyKey=SECRET)
    third = await people.submit("marked", text=f"{SECRET} thrice")
    await people.act("marked", "closeTicket", third)
    client = await people.client("marked")
    assert (await client.act("closeTicket", ticketId=ticket_id_of(third)))["code"] == "INVALID_TRANSITION"
    assert (await client.act("proposeSolution", ticketId=SECRET, message=SECRET))["code"] == "NOT_FOUND"
    refused = await client.act(
        "provideInformation", ticketId=ticket_id_of(third), message="", attachments=[(SECRET, b"", "")]
    )
    assert refused["__typename"] == "ActionRefused"
    (file,) = (await client.run("query ($i: ID!) { ticket(id: $i) { attachments { url } } }", i=ticket_id_of(ticket)))[
        "ticket"
    ]["attachments"][:1]
    assert (await client.http.get(file["url"])).content == FILE[1]
    assert (await client.http.get(f"/attachments/{SECRET}")).status_code == 404


async def search_over_every_transport(server: Server, client: Client) -> None:
    """Search for the secret over every transport, also in the URL of a request."""
    given = {"query": SEARCH, "variables": json.dumps({"search": SECRET})}
    assert "errors" not in (await client.http.get("/graphql", params=given)).json()
    assert (await client.run(SEARCH, search=SECRET))["tickets"]["totalCount"] == 2
    async with stream(client, SEARCH, search=SECRET) as events:
        assert await events.next()
    async with server.socket("marked") as live:
        await live.subscribe("q", SEARCH, search=SECRET)
        assert await live.next("q")
        await live.subscribe("w", INBOX, tab="CLOSED", search=SECRET)


async def send_invalid_requests(server: Server, client: Client) -> None:
    """Send malformed and refused requests that contain the secret."""
    post = client.http.post
    bearer = {"Authorization": f"Bearer {SECRET}.{SECRET}.{SECRET}"}
    unknown = {"Authorization": f"Bearer {issuer_of(server).token(sub='nobody', name=SECRET)}"}
    for headers in (bearer, unknown, {"Authorization": f"Basic {SECRET}"}, {"Authorization": f"{SECRET}\xe9"}):
        encoded = {name: value.encode("latin-1") for name, value in headers.items()}
        assert (await post("/graphql", json={"query": SEARCH}, headers=encoded)).status_code == 401  # type: ignore[arg-type]
    for content in (
        f'{{"query": "{SECRET}',
        f'["{SECRET}"',
        f'{{"query": ["{SECRET}"]}}',
        "[" * 100_000,
        f'"{SECRET}"',
    ):
        response = await post("/graphql", content=content, headers={"Content-Type": "application/json"})
        assert 400 <= response.status_code < 500
    for query in (
        f"{{ {SECRET} }}",
        f'{{ ticket(id: "{SECRET}") {{ {SECRET} }} }}',
        f"{{ {SECRET}",
        f'{{ a(b: "{SECRET}',
    ):
        assert (await post("/graphql", json={"query": query})).json()["errors"]
        assert (await client.http.get("/graphql", params={"query": query})).json()["errors"]
    assert (await client.response(SEARCH, search=[SECRET])).json()["errors"]
    for form in ({"operations": SECRET, "map": "{}"}, {"operations": "{}", "map": json.dumps({SECRET: ["a"]})}):
        assert (await post("/graphql", data=form, files={SECRET: FILE})).status_code == 400
    for path in (f"/{SECRET}", f"/graphql/{SECRET}?token={SECRET}", f"/attachments/{SECRET}?access_token={SECRET}"):
        assert (await client.http.get(path)).status_code == 404
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(f"{SECRET} / HTTP/9.{SECRET}\r\n\r\n".encode())
        assert b"400" in raw.recv(1000)
    for frame in (
        SECRET, json.dumps({"type": SECRET}), json.dumps({"type": "ping", "payload": {"a": SECRET}, "x": "\x00"}),
        json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {SECRET}"}}),
        json.dumps({"id": SECRET, "type": "subscribe", "payload": SECRET}),
    ):  # fmt: skip
        async with unready(server) as live:
            await live.connection.send(frame)
            await live.connection.send(SECRET)
            try:
                while await live.receive():
                    pass
            except ConnectionClosed:
                pass


def issuer_of(server: Server) -> Issuer:
    assert server.issuer is not None
    return server.issuer


def printed(server: Server) -> str:
    return "".join(server.printed)


async def test_the_server_prints_no_personal_data_and_no_secrets(tmp_path: Path) -> None:
    (tmp_path / "directory.yaml").write_text(DIRECTORY)
    with in_production(tmp_path / "var") as server:
        assert server.command("import", str(tmp_path / "directory.yaml")).returncode == 0
        async with everybody(server) as people:
            client = await people.client("marked")
            await run_every_action(people)
            await search_over_every_transport(server, client)
            await send_invalid_requests(server, client)
            token = client.http.headers["Authorization"].removeprefix("Bearer ")
    assert "login refused" in printed(server), "an unknown user is logged for the operator"
    for part in (SECRET, *token.split(".")):
        assert part not in printed(server)


async def test_a_logged_failure_holds_no_personal_data_and_no_secrets(tmp_path: Path) -> None:
    (tmp_path / "directory.yaml").write_text(DIRECTORY)
    broken: dict[str, Any] = {}
    with ExitStack() as stack:
        server = Server(tmp_path / "var", issuer=Issuer())
        stack.callback(issuer_of(server).close)
        for command in (["migrate"], ["generate", "--tickets", "5"], ["import", str(tmp_path / "directory.yaml")]):
            assert server.command(*command).returncode == 0
        stack.callback(server.start().stop)
        async with everybody(server) as people:
            ticket = await people.submit("marked")
            await people.take("marked", ticket)
            client = await people.client("marked")
            with sqlite3.connect(server.data_dir / "saisine.sqlite3") as connection:
                connection.execute("ALTER TABLE activities RENAME TO gone")
            connection.close()
            broken = (
                await client.response(
                    "query ($i: ID!) { ticket(id: $i) { activities { totalCount } } }", i=ticket_id_of(ticket)
                )
            ).json()
            hidden = f'{{ {SECRET}: ticket(id: "{ticket_id_of(ticket)}") {{ {SECRET}: activities {{ totalCount }} }} }}'
            null = f"query {SECRET}($tab: InboxTab = CLOSED) {{ {SECRET}: tickets(tab: $tab) {{ totalCount }} }}"
            wrong: list[tuple[str, dict[str, Any]]] = [(f"query {SECRET} {hidden}", {}), (null, {"tab": None})]
            for query, variables in wrong:
                for _ in range(3):
                    assert (await client.response(query, **variables)).json()["errors"]
                async with server.socket("marked") as live:
                    await live.subscribe("q", query, **variables)
                    assert "errors" in (await live.receive())["payload"]
                async with stream(client, query, **variables) as events:
                    assert "errors" in (await events.event())[1]
            act = "mutation ($i: MessageInput!) { proposeSolution(input: $i) { __typename } }"
            given = {"ticketId": ticket_id_of(ticket), "message": SECRET, "idempotencyKey": SECRET}
            assert (await client.response(act, i=given)).json()["errors"]
            await client.response(SEARCH, search=SECRET)
    assert broken["errors"][0]["extensions"]["logId"] in printed(server)
    assert SECRET not in printed(server)


async def test_lines_that_clients_cause_are_logged_once_a_second(tmp_path: Path) -> None:
    with in_production(tmp_path) as server:
        started = time.monotonic()
        unknown = {"Authorization": f"Bearer {issuer_of(server).token(sub='nobody')}"}
        async with server.client(None) as client:
            for _ in range(60):
                with socket.create_connection(("127.0.0.1", server.port)) as raw:
                    raw.sendall(b"what / is HTTP\r\n\r\n")
                    assert b"400" in raw.recv(1000)
                assert (await client.http.get("/attachments/a", headers=unknown)).status_code == 401
        seconds = time.monotonic() - started + 1
    invalid = [line for line in server.printed if '"reason": "invalid request"' in line]
    assert 1 <= len(invalid) <= seconds
    assert 1 <= printed(server).count("login refused") <= seconds
