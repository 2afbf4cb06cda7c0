"""Servers that get SIGTERM: they close sockets over the drain, finish running requests, and exit with 0."""

import asyncio
import itertools
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.live import TAB_COUNTS, closed, everybody, serving
from tests.support.databases import fresh_sync
from tests.support.issuer import Issuer
from tests.support.server import UNLIMITED, WAIT, Server

QUERY = """subscription ($after: Cursor) {
  change: inboxChanges(tab: TO_PROCESS, after: $after) { kind ticketId cursor } }"""
pytestmark = pytest.mark.soak
ROUNDS = 2 if os.environ.get("SAISINE_SOAK") == "1" else 1
"""Number of times that every process is replaced."""


async def test_sockets_are_closed_with_1012_spread_over_the_drain(tmp_path: Path) -> None:
    with serving(tmp_path, drain_seconds="2") as server:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as people:
            connected = [asyncio.Event() for _ in range(20)]
            closed_at: list[float] = []

            async def subscribe(event: asyncio.Event) -> None:
                async with server.socket("agent-1") as live:
                    await live.subscribe("c", TAB_COUNTS)
                    await live.next("c")
                    event.set()
                    assert await closed(live) == 1012
                    closed_at.append(loop.time())

            for event in connected:
                people.create_task(subscribe(event))
            for event in connected:
                await event.wait()
            begun = loop.time()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        assert await stopping == 0
        assert max(closed_at) - min(closed_at) > 0.5, "not all in one moment"
        assert max(closed_at) - begun < 5


class Traffic:
    """Clients that act and subscribe without a pause, and repeat what a lost connection interrupts at any server.

    An action is repeated under its idempotency key, a subscription resumes by its cursor. Every action must be done;
    the test fails on any error, masked or not.
    """

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers
        self.cuts = 0
        self.acted = asyncio.Event()
        self.over = asyncio.Event()
        self.goal: int | None = None
        """The number of all events, once it is known."""
        self.submitted: list[str] = []
        self.seen: list[list[str]] = []
        self._numbers = itertools.count()

    async def _act(self) -> None:
        async with AsyncExitStack() as stack:
            places = [await stack.enter_async_context(everybody(server)) for server in self.servers]
            for people in places:
                await people.client("requester")
            while not self.over.is_set():
                key = f"n{next(self._numbers)}"
                while True:
                    try:
                        ticket = await random.choice(places).submit(idempotencyKey=key)
                        break
                    except httpx.TransportError:
                        self.cuts += 1
                self.submitted.append(ticket["ticket"]["id"])
                self.acted.set()

    async def _subscribe(self, cursor: str, login: str) -> None:
        seen: list[str] = []
        self.seen.append(seen)
        while self.goal is None or len(seen) < self.goal:
            try:
                async with random.choice(self.servers).socket(login) as live:
                    await live.subscribe("w", QUERY, after=cursor)
                    while self.goal is None or len(seen) < self.goal:
                        change = (await live.next("w"))["change"]
                        assert change["kind"] == "ENTERED"
                        seen.append(change["ticketId"])
                        cursor = change["cursor"]
            except (OSError, EOFError, websockets.WebSocketException):
                self.cuts += 1

    async def more(self, count: int) -> None:
        """Wait for this number of further actions."""
        goal = len(self.submitted) + count
        async with asyncio.timeout(WAIT):
            while len(self.submitted) < goal:
                self.acted.clear()
                await self.acted.wait()

    async def run_during(self, deploys: Callable[["Traffic"], Awaitable[None]]) -> None:
        """Act and subscribe while `deploys` replaces processes; no event may be lost, doubled or out of order."""
        async with everybody(self.servers[0]) as people:
            cursor = await people.now()
        async with asyncio.timeout(110), asyncio.TaskGroup() as work:
            acting = [work.create_task(self._act()) for _ in range(4)]
            subscribers = [
                work.create_task(self._subscribe(cursor, login)) for login in ("agent-1", "agent-2", "reader") * 2
            ]
            await self.more(10)
            await deploys(self)
            await self.more(10)
            self.over.set()
            await asyncio.wait(acting)
            # One more ticket: a subscriber that has seen it has seen everything.
            self.goal = len(self.submitted) + 1
            async with everybody(self.servers[0]) as people:
                self.submitted.append((await people.submit())["ticket"]["id"])
            await asyncio.wait(subscribers)
        assert len(self.submitted) == len(set(self.submitted)), "no action was done twice"
        for seen in self.seen:
            assert len(seen) == len(set(seen)), "no event came twice"
            assert sorted(seen) == sorted(self.submitted)
            assert seen == self.seen[0], "all subscribers saw the same order"


async def test_a_restart_of_the_only_process_loses_no_action_and_no_event(tmp_path: Path) -> None:
    server = Server(tmp_path, drain_seconds="0.5").start()
    try:
        await Traffic([server]).run_during(lambda traffic: restarts([server], traffic))
    finally:
        await asyncio.to_thread(server.stop)


async def restarts(servers: list[Server], traffic: Traffic, *options: str) -> None:
    """Restart one server after the other."""
    for server in servers * ROUNDS:
        assert await asyncio.to_thread(server.stop) == 0
        await asyncio.to_thread(server.start, *options)
        await traffic.more(10)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The settings of several processes over one PostgreSQL; a desk with the demo's directory is there."""
    issuer = Issuer()
    with fresh_sync("postgres", tmp_path) as url:
        given: dict[str, Any] = {
            "data_dir": tmp_path, "issuer": issuer, "database_url": url, "broker_url": url, "drain_seconds": "0.5",
        }  # fmt: skip
        given |= UNLIMITED
        filler = Server(**given)
        assert filler.command("migrate").returncode == 0
        assert filler.command("generate", "--tickets", "20").returncode == 0
        yield given
    issuer.close()


@pytest.mark.long
async def test_a_rolling_restart_of_two_servers_loses_no_action_and_no_event(
    shared: dict[str, Any],
) -> None:
    servers = [Server(**shared).start() for _ in range(2)]
    try:
        traffic = Traffic(servers)
        await traffic.run_during(lambda traffic: restarts(servers, traffic))
        assert traffic.cuts, "some connection was lost; otherwise nothing was tested"
    finally:
        codes = [await asyncio.to_thread(server.stop) for server in servers]
    assert codes == [0, 0]


@pytest.mark.long
async def test_a_rolling_restart_of_two_workers_loses_no_action_and_no_event(
    shared: dict[str, Any],
) -> None:
    server = Server(**shared).start("--workers", "2")

    async def renewals(traffic: Traffic) -> None:
        for _ in range(ROUNDS):
            before = set(server.children())
            assert server.process is not None
            os.kill(server.process.pid, signal.SIGHUP)
            while len(after := set(server.children())) != 2 or before & after:
                await traffic.more(1)

    try:
        traffic = Traffic([server])
        await traffic.run_during(renewals)
        assert traffic.cuts, "some connection was lost; otherwise nothing was tested"
    finally:
        assert await asyncio.to_thread(server.stop) == 0
    assert [line for line in server.printed if not line.startswith("Ready")] == []
