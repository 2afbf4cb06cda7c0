"""Limits on one client: rates, connections, origins; trusted documents; the warning before a token expires."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.live import INBOX, VIEWER, closed, errors, everybody, served, serving, unready
from tests.support.server import Server

BY_ID = {"abc": VIEWER}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("desk")
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(BY_ID))
    with serving(
        folder, websockets_per_viewer="2", subscriptions_per_viewer="1", websocket_messages_per_second="3",
        batch_max_operations="2", trusted_documents="allow", trusted_documents_manifest=str(manifest),
        actions_per_minute="1", actions_burst="2",
    ) as running:  # fmt: skip
        yield running


async def test_connections_of_a_viewer_over_the_limit_are_closed(strict: Server) -> None:
    async with strict.socket("agent-1") as one, strict.socket("agent-1"):
        async with unready(strict) as third:
            await third.send(type="connection_init", payload={"authorization": f"Bearer {strict.token('agent-1')}"})
            assert await closed(third) == 1013
        async with strict.socket("agent-2") as another:
            await served(another)
        await served(one)
    async with asyncio.timeout(10), strict.socket("agent-1"):
        pass


async def test_subscriptions_of_a_viewer_over_the_limit_are_refused(strict: Server) -> None:
    async with strict.socket("reader") as live:
        await live.subscribe("1", INBOX, tab="CLOSED")
        await live.subscribe("2", INBOX, tab="CLOSED")
        assert await errors(live, "2") == ["LIMIT_EXCEEDED"]


async def test_a_flood_of_messages_is_closed_with_1008_and_others_go_on(strict: Server) -> None:
    async with strict.socket("agent-1") as calm, strict.socket("agent-2") as flood:
        for _ in range(40):
            await flood.send(type="pong")
        assert await closed(flood) == 1008
        await served(calm)


async def test_actions_over_the_rate_are_refused_with_retry_after(strict: Server) -> None:
    async with strict.client("requester") as client:
        query = 'mutation { closeTicket(input: {ticketId: "nothing"}) { __typename } }'
        for _ in range(2):
            assert "errors" not in (await client.response(query)).json()
        (error,) = (await client.response(query)).json()["errors"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert 0 < error["extensions"]["retryAfter"] <= 60


async def test_a_batch_is_answered_in_order_and_refused_when_too_long_or_off(strict: Server, server: Server) -> None:
    two = [{"query": "{ a: __typename }"}, {"query": "{ nothing }"}]
    async with strict.client("agent-1") as client:
        first, second = (await client.http.post("/graphql", json=two)).json()
        assert first == {"data": {"a": "Query"}}
        assert second["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert (await client.http.post("/graphql", json=[two[0]] * 3)).status_code == 400
    async with server.client("agent-1") as client:
        off = await client.http.post("/graphql", json=two[:1])
        assert (off.status_code, off.json()["errors"][0]["extensions"]["code"]) == (400, "LIMIT_EXCEEDED")


async def test_trusted_documents_run_by_id_over_every_transport(strict: Server, server: Server) -> None:
    async with strict.client("agent-1") as client:
        for response in (
            await client.http.post("/graphql", json={"documentId": "abc"}),
            await client.http.get("/graphql", params={"documentId": "abc"}),
        ):
            assert response.json()["data"]["viewer"]
        unknown = (await client.http.post("/graphql", json={"documentId": "xyz"})).json()
        assert unknown["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_FOUND"
    async with strict.socket("agent-1") as live:
        await live.send(id="d", type="subscribe", payload={"documentId": "abc"})
        assert await live.next("d")
    async with server.client("agent-1") as client:
        off = (await client.http.post("/graphql", json={"documentId": "abc"})).json()
        assert off["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_FOUND"


async def test_other_documents_are_refused_where_only_trusted_ones_run(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(BY_ID))
    settings = {"trusted_documents": "only", "trusted_documents_manifest": str(tmp_path / "manifest.json")}
    with serving(tmp_path, None, **settings) as only:
        async with only.client("agent-1") as client:
            assert await client.error("{ viewer { user { id } } }") == "DOCUMENT_NOT_TRUSTED"
            assert (await client.http.post("/graphql", json={"documentId": "abc"})).json()["data"]["viewer"]


async def test_the_cost_of_an_operation_is_returned_on_request(server: Server) -> None:
    body: dict[str, Any] = {"query": "{ tickets(tab: CLOSED, first: 7) { totalCount } }"}
    async with server.client("agent-1") as client:
        assert "extensions" not in (await client.http.post("/graphql", json=body)).json()
        body_with_cost = (await client.http.post("/graphql", json={**body, "extensions": {"cost": True}})).json()
        assert body_with_cost["extensions"] == {"cost": 8}


async def test_a_socket_from_a_foreign_origin_is_refused(server: Server) -> None:
    async def opened(origin: str) -> bool:
        try:
            async with websockets.connect(server.ws_url, origin=origin, subprotocols=["graphql-transport-ws"]):  # type: ignore[arg-type, list-item]
                return True
        except websockets.InvalidStatus as refused:
            return refused.response.status_code != 403

    assert [await opened(one) for one in (server.url, "http://localhost:5173", "https://evil.example", "null")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("desk.example:80", "http://desk.example", 101),
        ("desk.example", "http://desk.example:80", 101),
        ("DESK.example:443", "https://desk.example", 101),
        ("[::1]:80", "http://[::1]", 101),
        ("desk.example:80", "https://desk.example", 403),
        ("desk.example:8080", "http://desk.example", 403),
        ("desk.example", "http://desk.example.evil", 403),
        ("desk.example:x", "http://desk.example", 403),
        ("user@desk.example", "http://desk.example:1", 403),
    ],
)
async def test_a_default_port_of_the_origin_or_the_host_equals_none(
    strict: Server, host: str, origin: str, status: int
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", strict.port)
    writer.write(
        f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    answer = await reader.readuntil(b"\r\n")
    writer.close()
    assert int(answer.split()[1]) == status


async def test_a_simple_cross_site_request_changes_nothing(server: Server) -> None:
    query = '{"query": "mutation { closeTicket(input: {ticketId: \\"a\\"}) { __typename } }"}'
    async with server.client(None) as nobody:
        form = {"operations": (None, query), "map": (None, "{}")}
        assert (await nobody.http.post("/graphql", files=form)).status_code == 401
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            assert (await nobody.http.post("/graphql", content=query, headers={"Content-Type": kind})).status_code in (
                401, 415,
            )  # fmt: skip


async def test_every_response_has_security_headers(server: Server, tmp_path: Path) -> None:
    def check(response: httpx.Response) -> None:
        assert response.headers.get_list("X-Content-Type-Options") == ["nosniff"], response.url
        assert response.headers["Referrer-Policy"] == "no-referrer"
        (policy,) = response.headers.get_list("Content-Security-Policy")
        assert policy.startswith("default-src 'none'")

    async with server.client("agent-1") as client:
        check(await client.response(VIEWER))
        check(await client.response("{"))
        for path in ("/health/live", "/health/ready", "/metrics", "/x", "/attachments/x", "/", "/demo/logins"):
            check(await client.http.get(path))
        for method in ("PUT", "OPTIONS"):
            check(await client.http.request(method, "/graphql"))
        check(await client.http.post("/graphql", content="x" * 2_000_000, headers={"Content-Type": "application/json"}))
    broken = Server(tmp_path).start()
    try:
        connection = sqlite3.connect(tmp_path / "saisine.sqlite3")
        connection.execute("ALTER TABLE desk RENAME TO gone")
        connection.close()
        async with broken.client(None) as client:
            response = await client.http.get("/health/ready")
            assert response.status_code == 500
            check(response)
    finally:
        broken.stop()


async def test_responses_over_https_have_strict_transport_security(server: Server) -> None:
    async def hsts(address: str, headers: dict[str, str]) -> list[str]:
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(local_address=address)) as client:
            response = await client.get(f"{server.url}/x", headers=headers)
            return response.headers.get_list("Strict-Transport-Security")

    # 127.0.0.1 is trusted as a proxy, another address is not.
    assert await hsts("127.0.0.1", {"X-Forwarded-Proto": "https"}) == ["max-age=31536000"]
    assert await hsts("127.0.0.1", {}) == []
    assert await hsts("127.0.0.2", {"X-Forwarded-Proto": "https"}) == []


async def test_a_socket_is_warned_before_its_token_expires(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("desk"), websocket_token_warning_seconds="3") as own:
        token = own.command("token", "agent-1", "--ttl", "10").stdout.strip()
        async with everybody(own), unready(own) as live:
            await live.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
            assert (await live.receive())["type"] == "connection_ack"
            warning = await live.receive()
            assert warning["type"] == "ping"
            assert 1 <= warning["payload"]["tokenExpiresIn"] <= 3
            assert await closed(live) == 4403
