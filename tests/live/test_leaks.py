"""Subscriptions leave nothing behind, however their clients disconnect; a slow client delays nobody."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live import (
    INBOX,
    TAB_COUNTS,
    TICKET_CHANGES,
    WIDE,
    People,
    changes,
    closed,
    everybody,
    serving,
    slow_reader,
    stream,
    ticket_id_of,
)
from tests.support.server import WAIT, Server, Socket

SUBSCRIPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (INBOX, {"tab": "TO_PROCESS"}),
    (INBOX, {"tab": "ALL_EXCEPT_CLOSED", "search": "facture", "filter": {"unassigned": True}}),
    (TAB_COUNTS, {}),
    (TICKET_CHANGES, {"ticketId": "?"}),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that caches few events, so that slow clients are served from the journal."""
    with serving(tmp_path_factory.mktemp("desk"), None, journal_cache_events="40", **WIDE) as running:
        yield running


async def gauges(people: People) -> tuple[int, int]:
    """Numbers of open (subscriptions, WebSockets), from the metrics."""
    page = (await (await people.client("reader")).http.get("/metrics")).text
    found = dict(line.split() for line in page.splitlines() if line.startswith("saisine_") and "{" not in line)
    return int(float(found["saisine_subscriptions"])), int(float(found["saisine_websockets"]))


async def wait_for_gauges(people: People, subscriptions: int, sockets: int) -> None:
    """Poll the metrics until these numbers are open."""
    seen: Any = None
    with suppress(TimeoutError):
        async with asyncio.timeout(WAIT):
            while (seen := await gauges(people)) != (subscriptions, sockets):
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.Event().wait(), 0.02)
    assert seen == (subscriptions, sockets)


def reset(live: Socket) -> None:
    """Cut the TCP connection, without a FIN."""
    live.connection.transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    live.connection.transport.abort()


async def test_fifty_vanished_clients_leave_no_subscription_and_no_socket(server: Server) -> None:
    async with everybody(server) as people, AsyncExitStack() as stack:
        submitted = await people.submit()
        sockets, streams = [], []
        for n in range(50):
            query, variables = SUBSCRIPTIONS[n % len(SUBSCRIPTIONS)]
            arguments = {name: ticket_id_of(submitted) if value == "?" else value for name, value in variables.items()}
            login = ("agent-1", "agent-2", "reader")[n % 3]
            if n % 5 == 4:
                leaving = await stack.enter_async_context(AsyncExitStack())
                client = await leaving.enter_async_context(server.client(login))
                await leaving.enter_async_context(stream(client, query, **arguments))
                streams.append(leaving)
            else:
                live = await stack.enter_async_context(server.socket(login))
                await live.subscribe("w", query, **arguments)
                sockets.append(live)
        await wait_for_gauges(people, 50, 40)
        # Some disconnect while events are being sent to them.
        await asyncio.gather(*(people.submit() for _ in range(5)))
        for n, live in enumerate(sockets):
            match n % 4:
                case 0:
                    await live.send(id="w", type="complete")
                case 1:
                    await live.connection.close()
                case 2:
                    live.connection.transport.abort()
                case _:
                    reset(live)
        await asyncio.gather(*(leaving.aclose() for leaving in streams))
        # A client that only completed its operation is still connected.
        await wait_for_gauges(people, 0, 10)
        for live in sockets[::4]:
            await live.subscribe("again", TAB_COUNTS)
        await wait_for_gauges(people, 10, 10)
        await asyncio.gather(*(live.connection.close() for live in sockets[::4]))
        await wait_for_gauges(people, 0, 0)


async def test_completed_operations_leave_no_subscription(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await live.subscribe("query", "{ viewer { user { id } } }")
        await live.subscribe("unseen", TICKET_CHANGES, ticketId="x")
        await live.subscribe("garbage", INBOX, tab="CLOSED", after="garbage")
        ended = {(await live.receive())["id"] for _ in range(4)}
        assert ended == {"query", "unseen", "garbage"}
        await wait_for_gauges(people, 0, 1)
    async with everybody(server) as people:
        await wait_for_gauges(people, 0, 0)


async def test_a_client_that_stops_reading_later_gets_everything_in_order(
    server: Server,
) -> None:
    wide = INBOX.replace("kind ticketId", " ".join(f"c{n}: cursor" for n in range(1_000)) + " kind ticketId")
    async with everybody(server) as people, slow_reader(server, "agent-2") as slow, server.socket("reader") as quick:
        submitted = await people.submit()
        for live, query in ((slow, wide), (quick, INBOX)):
            await live.subscribe("w", query, tab="TO_PROCESS", after=submitted["cursor"])
        slow.connection.transport.pause_reading()
        agents = [await people.id_of("agent-1"), await people.id_of("agent-2")]
        done = []
        for n in range(300):
            done.append((await people.act("agent-1", "assignTicket", submitted, assigneeId=agents[n % 2]))["cursor"])
        assert [change["cursor"] for change in await changes(quick, "w", 300)] == done
        await wait_for_gauges(people, 2, 2)
        slow.connection.transport.resume_reading()
        came = await changes(slow, "w", 300)
        assert [change["cursor"] for change in came] == done
        assert [change["ticket"]["version"] for change in came] == list(range(2, 302))
        # Later changes come to both.
        last = await people.act("requester", "closeTicket", submitted)
        for live in (slow, quick):
            (change,) = await changes(live, "w", 1)
            assert (change["kind"], change["cursor"]) == ("LEFT", last["cursor"])
        # A client that resumes gets all of these changes, too.
        async with server.socket("agent-1") as back:
            await back.subscribe("list", INBOX, tab="TO_PROCESS", after=submitted["cursor"])
            assert [change["cursor"] for change in await changes(back, "list", 301)] == [*done, last["cursor"]]
            await back.subscribe("ticket", TICKET_CHANGES, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
            assert [change["cursor"] for change in await changes(back, "ticket", 301)] == [*done, last["cursor"]]


async def test_a_client_that_vanishes_without_reading_leaves_nothing(server: Server) -> None:
    wide = " ".join(f"d{n}: description" for n in range(400))
    query = f"subscription ($id: ID!) {{ ticketChanges(ticketId: $id) {{ ticket {{ {wide} }} }} }}"
    async with everybody(server) as people:
        submitted = await people.submit(description="Une longue histoire. " * 900)
        async with slow_reader(server, "agent-1") as slow:
            await slow.subscribe("w", query, id=ticket_id_of(submitted))
            await wait_for_gauges(people, 1, 1)
            slow.connection.transport.pause_reading()
            for _ in range(3):
                await people.take("agent-1", await people.submit())
            await people.take("agent-1", submitted)
            await people.act("agent-1", "requestInformation", submitted, "Quoi ?")
            await people.act("requester", "provideInformation", submitted, "Ceci.")
            await wait_for_gauges(people, 1, 1)
            reset(slow)
        await wait_for_gauges(people, 0, 0)


async def test_a_stopped_server_ends_streams_and_sockets_without_errors(tmp_path: Path) -> None:
    with serving(tmp_path, shutdown_grace_seconds="15") as own:
        async with everybody(own) as people, own.socket("agent-1") as live:
            await live.subscribe("c", TAB_COUNTS)
            await live.next("c")
            async with stream(await people.client("agent-1"), TAB_COUNTS) as events:
                await events.next()
                begun = asyncio.get_running_loop().time()
                stopping = asyncio.create_task(asyncio.to_thread(own.stop))
                assert await closed(live) == 1012  # "Service Restart", after which clients reconnect
                with suppress(httpx.RemoteProtocolError):
                    await events.event()
                await stopping
                assert asyncio.get_running_loop().time() - begun < 10
