"""The limit on the open connections of one client address, also behind a trusted proxy."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.live import TAB_COUNTS, VIEWER, closed, in_production, served, stream, unready
from tests.support.server import Server


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with in_production(tmp_path_factory.mktemp("desk"), connections_per_address="2") as running:
        yield running


async def request_from(server: Server, address: str = "127.0.0.1", forwarded: str | None = None) -> httpx.Response:
    """The response to a request from an address of this machine, with an X-Forwarded-For header if given."""
    headers = {"Authorization": f"Bearer {server.token('agent-1')}", "Accept-Language": "en"}
    if forwarded is not None:
        headers["X-Forwarded-For"] = forwarded
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(local_address=address)) as client:
        return await client.post(f"{server.url}/graphql", json={"query": VIEWER}, headers=headers)


async def test_an_address_over_its_limit_gets_429_and_others_are_served(narrow: Server) -> None:
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(narrow.socket("agent-1"))
        subscriber = await stack.enter_async_context(narrow.client("reader"))
        events = await stack.enter_async_context(stream(subscriber, TAB_COUNTS))
        assert await events.next()

        async with unready(narrow) as third:
            assert await closed(third) == 1013
        refused = await request_from(narrow)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        (error,) = refused.json()["errors"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert "2 connections of one address" in error["message"]
        assert "default-src 'none'" in refused.headers["Content-Security-Policy"]
        async with narrow.client("agent-1") as client:
            for path in ("/attachments/x", "/health/ready", "/metrics", "/console/", "/graphql", "/nothing"):
                assert (path, (await client.http.get(path)).status_code) == (path, 429)

        # 127.0.0.1 is trusted as a proxy; the header of another address is ignored.
        assert (await request_from(narrow, forwarded="203.0.113.7")).status_code == 200
        assert (await request_from(narrow, "127.0.0.2")).status_code == 200
        assert (await request_from(narrow, "127.0.0.2", forwarded="127.0.0.1")).status_code == 200
        await served(live)
    async with asyncio.timeout(10):
        while (await request_from(narrow)).status_code == 429:
            pass
    assert (await request_from(narrow)).status_code == 200
