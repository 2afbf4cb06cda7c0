"""The rate of one viewer's actions over several processes: shared in Redis, or each process's own without Redis."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_recovery import Redis
from tests.live.test_two_processes import Pair, two
from tests.support.server import WAIT, Client

BURST = 4
ACTION = 'mutation { closeTicket(input: {ticketId: "nothing"}) { __typename } }'


@pytest.fixture
def over_redis(tmp_path: Path) -> Iterator[tuple[Pair, Redis]]:
    """Two processes, and the Redis between them; one action a minute is allowed after the burst."""
    broker = Redis()
    broker.start()
    try:
        with two(tmp_path, broker.url, actions_per_minute="1", actions_burst=str(BURST)) as pair:
            yield pair, broker
    finally:
        broker.kill()


async def is_allowed(client: Client) -> bool:
    """Whether an action is allowed by the rate limit; the error of one that is not has `retryAfter`."""
    body = (await client.response(ACTION)).json()
    if "errors" not in body:
        return True
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert 0 < error["extensions"]["retryAfter"] <= 60
    return False


async def test_processes_share_a_rate_in_redis_and_count_alone_without_it(
    over_redis: tuple[Pair, Redis],
) -> None:
    pair, broker = over_redis
    async with pair.first.client("colleague") as one, pair.second.client("colleague") as two_:
        assert [await is_allowed(client) for client in (one, two_, one, two_)] == [True] * BURST
        assert [await is_allowed(client) for client in (one, two_)] == [False, False], "used up on both"
        async with pair.second.client("requester") as another:
            assert await is_allowed(another), "by each viewer"

        await asyncio.to_thread(broker.kill)
        for client in (one, two_):
            assert [await is_allowed(client) for _ in range(BURST + 1)] == [True] * BURST + [False]

        await asyncio.to_thread(broker.start)  # without its former data
        async with asyncio.timeout(WAIT):
            for client in (one, two_):
                while not await is_allowed(client):
                    pass
        assert [await is_allowed(client) for client in (one, two_, one, two_)] == [True, True, False, False], (
            "shared again"
        )
    logged = [line for line in pair.first.printed if "each process counts for itself" in line]
    assert logged
