"""The example programs' bulk assignment: each ticket is assigned once, beside another agent or over a killed server."""

import asyncio
import re
import signal
from collections import Counter
from typing import Any

import pytest

from tests.clients.programs import Example
from tests.live import everybody
from tests.support.server import Server

pytestmark = pytest.mark.long

WATCH = 'subscription { inboxChanges(tab: TO_PROCESS, search: "bulkword") { kind } }'
FOUND = """query($after: String) { tickets(tab: TO_PROCESS, search: "bulkword", first: 100, after: $after) { nodes {
  assignee { displayName } activities { nodes { kind } } } } }"""
MANY = 40
AGENTS = ("agent-1", "agent-2")


async def submit(server: Server, count: int) -> None:
    """Submits `count` tickets to the demo's town, which a search by « bulkword » finds."""
    async with everybody(server) as people:
        for _ in range(count):
            await people.submit(shortDescription="bulkword")


async def tickets_by_assignee(server: Server) -> Counter[str]:
    """Returns the number of tickets by assignee; asserts that none was assigned twice."""
    async with server.client("agent-1") as agent:
        tickets: list[dict[str, Any]] = (await agent.run(FOUND))["tickets"]["nodes"]
    for ticket in tickets:
        kinds = [one["kind"] for one in ticket["activities"]["nodes"]]
        assert kinds == ["SUBMITTED", "ASSIGNED"][: 2 if ticket["assignee"] else 1]
    return Counter(ticket["assignee"] and ticket["assignee"]["displayName"] for ticket in tickets)


def figures(printed: str) -> list[int]:
    """Returns the three figures of the last line: assigned, taken by another before, refused."""
    return [int(figure) for figure in re.findall(r"\d+", printed.splitlines()[-1])]


async def test_bulk_assign_gives_unassigned_tickets_to_the_named_person(own: Server, example: Example) -> None:
    await submit(own, 3)
    alone = await asyncio.to_thread(example.bulk_assign, own, "agent-1", "--search", "bulkword", "--to", "Diarra")
    assert (alone.returncode, alone.stdout) == (0, "3 affectés, 0 déjà pris, 0 refusés\n"), alone
    assert "3/3" in alone.stderr
    assert await tickets_by_assignee(own) == {"Moussa Diarra": 3}


async def test_two_agents_at_once_assign_each_ticket_to_one_of_them(own: Server, example: Example) -> None:
    await submit(own, MANY)
    both = await asyncio.gather(
        *(asyncio.to_thread(example.bulk_assign, own, login, "--search", "bulkword") for login in AGENTS)
    )
    assert all(one.returncode == 0 for one in both), both
    assert sum(figures(one.stdout)[0] for one in both) == MANY
    held = await tickets_by_assignee(own)
    assert held["Camille Renard"] + held["Moussa Diarra"] == MANY
    assert held["Camille Renard"] == figures(both[0].stdout)[0]


async def test_bulk_assign_reports_a_person_who_is_no_agent_there(own: Server, example: Example) -> None:
    await submit(own, 1)
    nobody = await asyncio.to_thread(example.bulk_assign, own, "agent-1", "--search", "bulkword", "--to", "Zorro")
    assert (nobody.returncode, figures(nobody.stdout)) == (1, [0, 0, 1])
    assert "« Zorro » ne désigne pas un seul de : " in nobody.stderr


async def test_killed_server_delays_bulk_assign_and_nothing_is_done_twice(own: Server, example: Example) -> None:
    await submit(own, MANY)
    async with own.socket("agent-1") as live:
        await live.subscribe("w", WATCH)
        await live.send(type="ping")
        assert (await live.receive())["type"] == "pong"
        assigning = asyncio.create_task(asyncio.to_thread(example.bulk_assign, own, "agent-1", "--search", "bulkword"))
        for _ in range(5):
            assert (await live.next("w"))["inboxChanges"]["kind"] == "UPDATED"
    await asyncio.to_thread(own.stop, signal.SIGKILL)
    await asyncio.to_thread(own.start)
    ended = await assigning
    assert (ended.returncode, ended.stdout) == (0, f"{MANY} affectés, 0 déjà pris, 0 refusés\n"), ended
    assert "nouvel essai…" in ended.stderr
    assert await tickets_by_assignee(own) == {"Camille Renard": MANY}


async def test_refused_token_ends_bulk_assign(own: Server, example: Example) -> None:
    ended = await asyncio.to_thread(example.bulk_assign, own, "agent-1", "--token", "none")
    assert ended.returncode == 1
    assert "Jeton absent, refusé ou expiré" in ended.stderr
