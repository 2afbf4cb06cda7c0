"""Position order is commit order: a reader "after a position" misses nothing that is committed later."""

import asyncio
from random import Random

from models import actions, journal
from models.database import fetch
from models.idempotency import Call
from models.refusals import Refusal
from tests.conftest import Desk
from tests.models import submission, ticket_at

WRITERS = 16
READERS = 4


async def test_concurrent_readers_see_each_position_once_and_in_order(desk: Desk) -> None:
    agents = [await desk.user("agent-1"), await desk.user("agent-2")]
    requester = await desk.user("requester")
    shared = [await ticket_at(desk, "open") for _ in range(4)]
    start = await journal.latest_position()
    writing = asyncio.Event()
    writing.set()
    done: set[int] = set()

    async def write(seed: int) -> None:
        rng = Random(seed)
        for _ in range(12):
            try:
                if rng.random() < 0.5:
                    position = await actions.submit_ticket(desk.services, Call(requester), **await submission())
                else:
                    named = rng.choice(agents)
                    position = await actions.assign_ticket(desk.services, Call(agents[0]), rng.choice(shared), named)
            except Refusal:
                continue
            assert position not in done
            done.add(position)

    async def read() -> list[int]:
        seen: list[int] = []
        while True:
            going_on = writing.is_set()
            found = await journal.after(seen[-1] if seen else start, 3)
            seen += [row["position"] for row in found]
            if not found and not going_on:
                return seen

    readers = [asyncio.create_task(read()) for _ in range(READERS)]
    await asyncio.gather(*(write(seed) for seed in range(WRITERS)))
    writing.clear()
    for seen in await asyncio.gather(*readers):
        assert seen == sorted(done), "in order, none missed, none twice"
    versions = await fetch(
        "SELECT version, (SELECT COUNT(*) FROM activities a WHERE a.ticket_id = t.id) FROM tickets t"
    )
    assert all(version == count for version, count in versions), "no two actions on one version"
