"""`saisine serve --workers N`: several processes at one port behave as one server."""

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live import TAB_COUNTS, closed, everybody
from tests.live.test_deploys import QUERY
from tests.live.test_two_processes import REDIS_URL, need_redis
from tests.support.databases import DATABASES, fresh_sync, need_postgres
from tests.support.issuer import Issuer
from tests.support.server import WAIT, Server

NEVER = "600"
"""Seconds between polls: too many for a test, so that deliveries come from wake-ups."""


@contextmanager
def two_workers(kind: str, folder: Path) -> Iterator[Server]:
    """Two workers over PostgreSQL, or over one SQLite file with Redis for the wake-ups."""
    if kind == "postgres":
        need_postgres()
    else:
        need_redis()
    issuer = Issuer()
    with fresh_sync(kind, folder) as url:
        broker = url if kind == "postgres" else REDIS_URL
        given = {"database_url": url, "broker_url": broker, "journal_poll_seconds": NEVER, "drain_seconds": "0.5"}
        running = Server(folder, None, issuer, **given)
        assert running.command("migrate").returncode == 0
        assert running.command("generate", "--tickets", "20").returncode == 0
        running.start("--workers", "2")
        try:
            yield running
        finally:
            assert running.process is not None
            if running.process.poll() is None:
                running.stop()
    issuer.close()


@pytest.fixture(scope="module", params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Shared by the tests of a database; the last one stops it."""
    with two_workers(request.param, tmp_path_factory.mktemp("workers")) as running:
        yield running


async def changed(server: Server, before: set[int]) -> set[int]:
    """The two workers, once they are not the ones before."""
    async with asyncio.timeout(WAIT):
        while len(after := set(server.children())) != 2 or after == before:
            await asyncio.to_thread(os.sched_yield)
    return after


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_an_action_at_one_worker_reaches_subscribers_of_all_workers(server: Server) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(server.socket("agent-1")) for _ in range(12)]
        crowd = [await stack.enter_async_context(everybody(server)) for _ in range(6)]
        cursor = await crowd[0].now()
        for live in sockets:
            await live.subscribe("w", QUERY, after=cursor)
        submitted = await asyncio.gather(*(people.submit() for people in crowd for _ in range(4)))
        tickets = sorted(result["ticket"]["id"] for result in submitted)
        assert len(set(tickets)) == 24
        for live in sockets:
            assert sorted([(await live.next("w"))["change"]["ticketId"] for _ in tickets]) == tickets
        async with httpx.AsyncClient(base_url=server.url) as client:
            for _ in range(5):
                metrics = (await client.get("/metrics")).text
                assert "saisine_websockets 12.0" in metrics
                succeeded = re.search(r'saisine_requests_total{status="200"} (\d+)', metrics)
                assert succeeded is not None
                assert int(succeeded[1]) >= 24


async def test_a_killed_worker_is_replaced_while_the_port_keeps_answering(server: Server) -> None:
    before = set(server.children())
    os.kill(min(before), signal.SIGKILL)
    replaced = asyncio.create_task(changed(server, before))
    async with everybody(server) as people:
        while not replaced.done():
            await people.counts("agent-1")
    after = await replaced
    assert max(before) in after, "the other worker kept running"
    assert any("worker died" in line for line in server.printed)


async def test_sigterm_closes_sockets_of_all_workers_with_1012_and_exits_with_0(server: Server) -> None:
    workers = server.children()
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(server.socket("agent-1")) for _ in range(12)]
        for live in sockets:
            await live.subscribe("c", TAB_COUNTS)
            await live.next("c")
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        assert {await closed(live) for live in sockets} == {1012}
    assert await stopping == 0
    assert not any(alive(pid) for pid in workers)
    printed = [line for line in server.printed if "worker died" not in line]
    assert printed == ["Ready. Ctrl+C stops.\n"], "one line, and no error"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 1)


def test_workers_stop_when_their_parent_is_killed(tmp_path: Path) -> None:
    with two_workers("sqlite", tmp_path) as server:
        workers = server.children()
        server.stop(signal.SIGKILL)
        end = time.monotonic() + WAIT
        while any(alive(pid) for pid in workers):
            assert time.monotonic() < end
            os.sched_yield()
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", server.port))


def test_workers_that_fail_to_start_end_the_command_with_the_reason(tmp_path: Path) -> None:
    """The port is taken: no process is left, and no line says that it is ready."""
    need_redis()
    issuer = Issuer()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        given: dict[str, Any] = {"issuer": issuer, "broker_url": REDIS_URL}
        server = Server(tmp_path, taken.getsockname()[1], **given)
        assert server.command("migrate").returncode == 0
        result = server.command("serve", "--workers", "2", "--port", str(server.port))
    issuer.close()
    assert result.returncode != 0
    assert "address already in use" in result.stderr.lower()
    assert "Ready" not in result.stdout
