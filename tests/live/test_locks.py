"""Locks that somebody else holds on PostgreSQL: statements end, actions are whole, readiness answers; gone clients."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.live import closed, everybody, stream, ticket_id_of
from tests.live.test_time_limit import locked
from tests.live.test_two_processes import health, wait_for_status
from tests.support.databases import fresh_sync, need_postgres
from tests.support.server import WAIT, Server

QUERY = "{ categories { id } }"
TAKE = "mutation ($input: TicketInput!) { assignTicketToMe(input: $input) { __typename } }"
PROPOSE = "mutation ($input: MessageInput!) { proposeSolution(input: $input) { ... on ActionDone { cursor } } }"
WAITING = """SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%categories%'
  AND datname = current_database()"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    need_postgres()
    folder: Path = tmp_path_factory.mktemp("desk")
    with ExitStack() as stack:
        url = stack.enter_context(fresh_sync("postgres", folder))
        settings = {"postgres_lock_timeout_seconds": "1.5", "readiness_timeout_seconds": "0.5"}
        running = Server(folder, None, None, database_url=url, broker_url=url, **settings).start()
        stack.callback(running.stop)
        yield running


@pytest.mark.parametrize("lock", ["SELECT 1 FROM desk FOR UPDATE", "LOCK TABLE ticket_counts IN SHARE MODE"])
async def test_an_action_that_waits_for_a_lock_too_long_is_unavailable_and_not_done(server: Server, lock: str) -> None:
    async with everybody(server) as people:
        ticket = await people.submit()
        agent = await people.client("agent-1")
        given = {"ticketId": ticket_id_of(ticket), "idempotencyKey": ticket["cursor"]}
        async with locked(server, lock):
            first, second = await asyncio.gather(*(agent.response(TAKE, input=given) for _ in range(2)))
            for response in (first, second):
                (error,) = response.json()["errors"]
                assert error["extensions"]["code"] == "UNAVAILABLE"
            assert await health(server) == (200, "ok"), "it still reads"
            now = await agent.run("query ($id: ID!) { ticket(id: $id) { version activities { totalCount } } }",
                                  id=ticket_id_of(ticket))  # fmt: skip
            assert now == {"ticket": {"version": 1, "activities": {"totalCount": 1}}}
        done = await people.act("agent-1", "assignTicketToMe", ticket, idempotencyKey=ticket["cursor"])
        assert done["ticket"]["version"] == 2


async def test_a_query_that_waits_for_a_lock_too_long_is_unavailable(server: Server) -> None:
    async with server.client("agent-1") as client:
        async with locked(server, "LOCK TABLE categories IN ACCESS EXCLUSIVE MODE"):
            assert await client.error(QUERY) == "UNAVAILABLE"
        assert await client.run(QUERY)


async def test_readiness_answers_503_while_the_database_does_not(server: Server) -> None:
    async with locked(server, "LOCK TABLE desk IN ACCESS EXCLUSIVE MODE"):
        assert await asyncio.gather(*(health(server) for _ in range(20))) == [(503, "unavailable")] * 20
    await wait_for_status(server, "ok")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_query_whose_client_has_gone_ends(server: Server, accept: str) -> None:
    body = json.dumps({"query": QUERY}).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token('agent-1')}\r\n"
    head += f"Accept: {accept}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    async with locked(server, "LOCK TABLE categories IN ACCESS EXCLUSIVE MODE") as connection:
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(head.encode() + body)
            await waiting(connection, 1)
            logged = len(server.printed)
        await waiting(connection, 0)
    async with server.client("agent-1") as client:
        assert await client.run(QUERY)
    assert not [line for line in server.printed[logged:] if "lock timeout" in line], "it ended by itself"


async def waiting(connection: asyncpg.Connection, number: int) -> None:
    """Wait until so many queries wait for the lock."""
    async with asyncio.timeout(WAIT):
        while await connection.fetchval(WAITING) != number:
            pass


async def test_an_event_that_cannot_be_read_closes_the_socket_and_is_told_after_it(server: Server) -> None:
    query = """subscription ($after: Cursor) { inboxChanges(tab: ALL_EXCEPT_CLOSED, after: $after) {
      cursor ticket { id category { label } } activity { kind } } }"""
    async with everybody(server) as people:
        ticket = await people.submit()
        async with server.socket("agent-1") as live, server.client("agent-1") as client:
            for name in ("one", "other"):  # they share a cohort
                await live.subscribe(name, query, after=ticket["cursor"])
            async with stream(client, query, after=ticket["cursor"]) as events:
                first = await people.take("agent-1", ticket)
                got = [await live.receive() for _ in range(2)]
                assert sorted(message["id"] for message in got) == ["one", "other"]
                for message in got:
                    assert message["payload"]["data"]["inboxChanges"]["cursor"] == first["cursor"]
                assert (await events.next())["inboxChanges"]["cursor"] == first["cursor"]
                async with locked(server, "LOCK TABLE categories IN ACCESS EXCLUSIVE MODE"):
                    given = {"ticketId": ticket_id_of(ticket), "message": "Fait."}
                    second = (await client.run(PROPOSE, input=given))["proposeSolution"]
                    assert await closed(live) == 1013
                    with pytest.raises(httpx.RemoteProtocolError):  # cut, without `complete`
                        await events.event()
        async with server.socket("agent-1") as live:
            await live.subscribe("again", query, after=first["cursor"])
            told = (await live.next("again"))["inboxChanges"]
            assert told["cursor"] == second["cursor"]
            assert told["ticket"]["category"]["label"]
