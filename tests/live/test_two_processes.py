"""Two server processes on one PostgreSQL: each delivers the other's changes, even while the broker fails."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import asyncpg
import httpx
import pytest
import redis
import redis.asyncio

from tests.live import INBOX, TAB_COUNTS, everybody
from tests.support.databases import fresh_sync, need_postgres
from tests.support.server import WAIT, Server, Socket, free_port

REDIS_URL = os.environ.get("SAISINE_TEST_REDIS_URL", "redis://127.0.0.1:6379")
NEVER = "600"
"""Seconds between polls: too many for a test, so that deliveries come from wake-ups."""


@dataclass
class Pair:
    """Two processes of one desk, with a broker between them."""

    first: Server
    second: Server
    broker: str
    database_url: str

    async def cut(self) -> None:
        """Cut the connections of both brokers."""
        if self.broker == "redis":
            async with redis.asyncio.Redis.from_url(REDIS_URL) as client:
                await client.client_kill_filter(_type="pubsub")
            return
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'saisine-broker' AND datname = current_database()"
            )
        finally:
            await connection.close()


def skip_or_fail(problem: str) -> NoReturn:
    """Skip the test; fail it if `SAISINE_TEST_REQUIRE_ALL` is set."""
    if os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
        pytest.fail(problem)
    pytest.skip(problem)


def need_redis() -> None:
    """Skip or fail the test if there is no Redis."""
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        skip_or_fail(f"no Redis at {REDIS_URL} ({error}): start one, or set SAISINE_TEST_REDIS_URL")


@contextmanager
def two(folder: Path, broker: str, **settings: str) -> Iterator[Pair]:
    need_postgres()
    if broker == "redis":
        need_redis()
    with fresh_sync("postgres", folder) as url:
        urls = {"postgres": url, "redis": REDIS_URL}
        given = {"journal_poll_seconds": NEVER, "broker_url": urls.get(broker, broker), **settings}
        first = Server(folder, None, None, database_url=url, **given).start()
        second = Server(folder, None, None, database_url=url, **given).start()
        try:
            yield Pair(first, second, broker, url)
        finally:
            first.stop()
            second.stop()


@pytest.fixture(scope="module", params=["postgres", "redis"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two(tmp_path_factory.mktemp("pair"), request.param) as running:
        yield running


@pytest.fixture
async def subscription(pair: Pair) -> AsyncIterator[Socket]:
    """agent-2 at the second process, subscribed to the tab TO_PROCESS."""
    async with subscribed(pair.second) as live:
        yield live


@asynccontextmanager
async def subscribed(server: Server) -> AsyncIterator[Socket]:
    """A socket of agent-2 with a subscription to the tab TO_PROCESS, which is in place."""
    async with server.socket("agent-2") as live:
        await live.subscribe("w", INBOX, tab="TO_PROCESS")
        # The first counts come at once; the earlier subscription is then in place, too.
        await live.subscribe("c", TAB_COUNTS)
        await live.next("c")
        await live.send(id="c", type="complete")
        yield live


async def entered(live: Socket, ticket: Any) -> None:
    """Check that the next change is that the ticket entered."""
    while (message := await live.receive())["id"] != "w":
        pass
    change = message["payload"]["data"]
    assert "ENTERED" in str(change), change
    assert ticket["ticket"]["id"] in str(change), change


async def health(server: Server) -> tuple[int, str]:
    """The HTTP status of /health/ready, and the status in its body."""
    async with httpx.AsyncClient(timeout=WAIT) as client:
        response = await client.get(f"{server.url}/health/ready")
        return response.status_code, response.json()["status"]


async def wait_for_status(server: Server, status: str) -> None:
    """Poll /health/ready until its body has this status."""
    async with asyncio.timeout(WAIT):
        while (await health(server))[1] != status:
            await asyncio.to_thread(os.sched_yield)


async def test_an_action_on_one_process_is_delivered_by_the_other(pair: Pair, subscription: Socket) -> None:
    async with everybody(pair.first) as people:
        for _ in range(3):
            await entered(subscription, await people.submit())


async def test_a_cut_of_the_broker_loses_no_change(pair: Pair, subscription: Socket) -> None:
    async with everybody(pair.first) as people:
        for _ in range(3):
            await pair.cut()
            await entered(subscription, await people.submit())
        await wait_for_status(pair.second, "ok")
        await entered(subscription, await people.submit())


async def test_a_subscription_can_resume_on_either_process(pair: Pair) -> None:
    async with everybody(pair.first) as people:
        first = await people.submit()
        second = await people.submit()
        for server in (pair.second, pair.first):
            async with server.socket("agent-2") as live:
                await live.subscribe("w", INBOX, tab="TO_PROCESS", after=first["cursor"])
                await entered(live, second)


async def test_a_process_without_its_broker_is_degraded_but_delivers_by_poll(tmp_path: Path) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}"

    def start() -> Any:
        manager = two(tmp_path, nowhere, journal_poll_seconds="0.3")
        return manager, manager.__enter__()

    # In a thread, since creating the database runs an event loop of its own.
    manager, pair = await asyncio.to_thread(start)
    try:
        assert await health(pair.second) == (200, "degraded")
        async with httpx.AsyncClient() as client:
            metrics = (await client.get(f"{pair.second.url}/metrics")).text
            assert "saisine_broker_connected 0.0" in metrics
        async with everybody(pair.first) as people, subscribed(pair.second) as live:
            await entered(live, await people.submit())
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)
