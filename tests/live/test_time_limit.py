"""The time limit of an operation: it ends a query at once, an action once it is done. PostgreSQL's locks delay both."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.live import errors, everybody, serving, ticket_id_of
from tests.support.databases import fresh_sync, need_postgres
from tests.support.server import WAIT, Server

QUERY = "{ categories { id } }"
ACTION = """mutation ($input: TicketInput!) { result: assignTicketToMe(input: $input) { __typename
  ... on ActionDone { ticket { version activities { totalCount } } } } }"""


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    need_postgres()
    folder: Path = tmp_path_factory.mktemp("desk")
    with ExitStack() as stack:
        url = stack.enter_context(fresh_sync("postgres", folder))
        yield stack.enter_context(serving(folder, database_url=url, broker_url=url, execution_timeout_seconds="2"))


@asynccontextmanager
async def locked(server: Server, *statements: str) -> AsyncIterator[asyncpg.Connection]:
    """Hold the locks of these statements during the block; gives another connection, to look at waiting statements."""
    connections = [await asyncpg.connect(server.env["SAISINE_DATABASE_URL"]) for _ in range(2)]
    try:
        async with connections[0].transaction():
            for statement in statements:
                await connections[0].execute(statement)
            yield connections[1]
    finally:
        for connection in connections:
            await connection.close()


async def change_rights(server: Server) -> None:
    connection = await asyncpg.connect(server.env["SAISINE_DATABASE_URL"])
    await connection.execute("UPDATE desk SET rights_version = rights_version + 1")
    await connection.close()


async def test_a_query_over_the_time_limit_ends_with_limit_exceeded(hasty: Server) -> None:
    async with hasty.client("agent-1", "en") as client, hasty.socket("agent-1") as live:
        for table in ("categories", "entitlements"):  # read by the query itself, and for the rights of its user
            await change_rights(hasty)  # so that the rights are read again
            async with locked(hasty, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
                await live.subscribe("q", QUERY)
                response = await client.response(QUERY)
                (error,) = response.json()["errors"]
                assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
                assert "ask for less" in error["message"]
                assert await errors(live, "q") == ["LIMIT_EXCEEDED"]
            assert (await client.run(QUERY))["categories"]


async def test_an_action_over_the_time_limit_is_still_done_whole(hasty: Server) -> None:
    async with everybody(hasty) as people, hasty.socket("agent-1") as live:
        ticket = await people.submit()
        given = {"ticketId": ticket_id_of(ticket), "idempotencyKey": "once"}
        number = ticket["ticket"]["number"]
        lock = f"SELECT 1 FROM tickets WHERE number = '{number}' FOR UPDATE"
        async with locked(hasty, lock, "LOCK TABLE categories IN ACCESS EXCLUSIVE MODE") as connection:
            await live.subscribe("a", ACTION, input=given)
            waiting = """SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE tickets%'
              AND datname = current_database()"""
            async with asyncio.timeout(WAIT):
                while not await connection.fetchval(waiting):
                    pass
            # A later query has timed out, so the action's time is over, too; its statement still waits.
            assert await (await people.client("requester")).error(QUERY) == "LIMIT_EXCEEDED"
            assert await connection.fetchval(waiting)
        assert await errors(live, "a") == ["LIMIT_EXCEEDED"]
        done = {"__typename": "ActionDone", "ticket": {"version": 2, "activities": {"totalCount": 2}}}
        for _ in range(2):
            await live.subscribe("b", ACTION, input=given)
            assert (await live.next("b"))["result"] == done
            assert (await live.receive())["type"] == "complete"
