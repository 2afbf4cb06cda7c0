"""A server that is told to stop: it lets its clients go little by little, finishes what runs, and ends well."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import websockets

from tests.live import TAB_COUNTS, closed, everybody, serving
from tests.serving import Server


async def test_sockets_are_let_go_with_1012_spread_over_the_drain(tmp_path: Path) -> None:
    with serving(tmp_path, drain_seconds="2") as server:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as people:
            connected = [asyncio.Event() for _ in range(20)]
            gone: list[float] = []

            async def watch(event: asyncio.Event) -> None:
                async with server.socket("agent-1") as live:
                    await live.subscribe("c", TAB_COUNTS)
                    await live.next("c")
                    event.set()
                    assert await closed(live) == 1012
                    gone.append(loop.time())

            for event in connected:
                people.create_task(watch(event))
            for event in connected:
                await event.wait()
            begun = loop.time()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        assert await stopping == 0
        assert max(gone) - min(gone) > 0.5, "not all in one moment"
        assert max(gone) - begun < 5


async def test_in_a_rolling_restart_no_action_is_lost_and_no_event_missed(tmp_path: Path) -> None:
    """Clients repeat what was cut, under its key, and resume from their cursor."""
    server = Server(tmp_path, drain_seconds="0.5").start()
    submitted: list[Any] = []
    seen: list[str] = []
    all_submitted = asyncio.Event()

    async def act() -> None:
        async with everybody(server) as people:
            for number in range(60):
                while True:
                    try:
                        submitted.append(await people.submit(idempotencyKey=f"n{number}"))
                        break
                    except httpx.TransportError:
                        continue
        all_submitted.set()

    async def watch(cursor: str) -> None:
        while not (all_submitted.is_set() and len(seen) == len(submitted)):
            try:
                async with server.socket("agent-1") as live:
                    await live.subscribe("w", QUERY, after=cursor)
                    while len(seen) < 60:
                        change = (await live.next("w"))["change"]
                        seen.append(change["ticketId"])
                        cursor = change["cursor"]
            except (OSError, EOFError, websockets.WebSocketException):
                continue

    try:
        async with everybody(server) as people:
            cursor = await people.now()
        async with asyncio.timeout(90), asyncio.TaskGroup() as work:
            work.create_task(watch(cursor))
            acting = work.create_task(act())
            for restart in range(3):
                while len(submitted) < 15 * (restart + 1):
                    await asyncio.wait([acting], timeout=0.05)
                assert await asyncio.to_thread(server.stop, signal.SIGTERM) == 0
                await asyncio.to_thread(server.start)
    finally:
        await asyncio.to_thread(server.stop)
    ids = [result["ticket"]["id"] for result in submitted]
    assert len(set(ids)) == 60
    assert seen == ids


QUERY = """subscription ($after: Cursor) {
  change: inboxChanges(tab: TO_PROCESS, after: $after) { ticketId cursor } }"""
