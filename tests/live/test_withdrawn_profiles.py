"""Profiles that change while their user is subscribed: open subscriptions follow the new rights.

`saisine import` runs in another process; the server reads the rights at least every SAISINE_JOURNAL_POLL_SECONDS.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import (
    INBOX,
    TAB_COUNTS,
    TICKET_CHANGES,
    WIDE,
    People,
    changes,
    counted,
    everybody,
    serving,
    slow_reader,
    ticket_id_of,
)
from tests.support.server import Server, Socket

USER = "users: [{login: agent-2, name: Moussa Diarra, email: m.diarra@commune.example, profiles: [%s]}]"
PROFILE = "{profile: %s, structure: '21990041200012'}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("desk"), None, journal_poll_seconds="0.2", **WIDE) as running:
        yield running


@pytest.fixture
async def agent(server: Server, tmp_path: Path) -> Any:
    """Gives agent-2 a profile, or none, by an import."""

    async def become(*profiles: str) -> None:
        file = tmp_path / "agent-2.yaml"
        file.write_text(USER % ", ".join(PROFILE % profile for profile in profiles), encoding="utf-8")
        imported = await asyncio.to_thread(server.command, "import", str(file))
        assert imported.returncode == 0, imported.stderr

    yield become
    await become("RECEIVED_TICKETS_EDIT")


async def not_found(live: Socket, operation_id: str) -> None:
    message = await live.receive()
    assert (message["type"], message["id"]) == ("error", operation_id), message
    assert [error["extensions"]["code"] for error in message["payload"]] == ["NOT_FOUND"]


TICKETS = "query ($tab: InboxTab!) { tickets(tab: $tab, first: 100) { totalCount nodes { id } liveCursor } }"


async def listed(people: People, tab: str = "TO_PROCESS") -> set[str]:
    """The tickets of a tab of agent-1, on one page."""
    page = (await (await people.client("agent-1")).run(TICKETS, tab=tab))["tickets"]
    ids = {node["id"] for node in page["nodes"]}
    assert len(ids) == page["totalCount"]
    return ids


async def test_a_withdrawn_profile_empties_the_list_and_its_return_fills_it(server: Server, agent: Any) -> None:
    async with everybody(server) as people, server.socket("agent-2") as live, server.socket("agent-1") as other:
        for subscriber in (live, other):
            await subscriber.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
        before = await people.submit()
        await changes(live, "w", 1)
        had = await listed(people)
        await agent()
        gone = await changes(live, "w", len(had))
        assert {(change["kind"], change["ticketId"]) for change in gone} == {("LEFT", one) for one in had}
        assert all(change["ticket"] is None and change["activity"] is None for change in gone)
        between = await people.submit()
        assert [change["ticketId"] for change in await changes(other, "w", 2)] == [
            ticket_id_of(before),
            ticket_id_of(between),
        ]
        # The next changes are that all of them entered, as they are now.
        await agent("RECEIVED_TICKETS_EDIT")
        back = await changes(live, "w", len(had) + 1)
        assert {(change["kind"], change["ticketId"]) for change in back} == {
            ("ENTERED", one) for one in had | {ticket_id_of(between)}
        }
        (last,) = [change for change in back if change["ticketId"] == ticket_id_of(between)]
        assert (last["ticket"]["version"], last["activity"]["kind"]) == (1, "SUBMITTED")
        # Resuming after the last of these misses and repeats nothing.
        after = await people.submit()
        (change,) = await changes(live, "w", 1)
        assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket_id_of(after))
        await live.subscribe("again", INBOX, tab="TO_PROCESS", after=back[-1]["cursor"])
        message = await live.next("again")
        assert message["change"]["ticketId"] == ticket_id_of(after)


async def test_too_many_tickets_lost_with_a_profile_end_in_cursor_expired(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path / "agent-2.yaml"
    file.write_text(USER % "", encoding="utf-8")
    settings = {"journal_poll_seconds": "0.2", "rights_change_max_tickets": "3"}
    with serving(tmp_path_factory.mktemp("few"), None, **settings) as server:
        async with everybody(server) as people, server.socket("agent-2") as live:
            await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
            await people.submit()
            await changes(live, "w", 1)
            assert len(await listed(people)) > 3
            imported = await asyncio.to_thread(server.command, "import", str(file))
            assert imported.returncode == 0, imported.stderr
            message = await live.receive()
            assert (message["type"], message["id"]) == ("error", "w"), message
            assert [error["extensions"]["code"] for error in message["payload"]] == ["CURSOR_EXPIRED"]


async def test_a_withdrawn_profile_ends_the_ticket_stream_and_zeroes_the_counts(server: Server, agent: Any) -> None:
    async with everybody(server) as people, server.socket("agent-2") as ticket, server.socket("agent-2") as tabs:
        submitted = await people.submit()
        await ticket.subscribe("w", TICKET_CHANGES, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
        await people.take("agent-1", submitted)
        await changes(ticket, "w", 1)
        await tabs.subscribe("c", TAB_COUNTS)
        assert counted(await tabs.next("c")) == await people.counts("agent-2")
        await agent()
        await not_found(ticket, "w")
        assert set(counted(await tabs.next("c")).values()) == {0}
        # They come back with the profile.
        await agent("RECEIVED_TICKETS_VIEW")
        assert counted(await tabs.next("c")) == await people.counts("agent-2")


async def test_a_profile_reduced_to_viewing_leaves_no_available_actions(server: Server, agent: Any) -> None:
    async with everybody(server) as people, server.socket("agent-2") as live:
        await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
        await people.submit()
        (change,) = await changes(live, "w", 1)
        assert change["ticket"]["availableActions"] == ["ASSIGN_TO_ME", "ASSIGN"]
        await agent("RECEIVED_TICKETS_VIEW")
        await people.submit()
        (change,) = await changes(live, "w", 1)
        assert change["ticket"]["availableActions"] == []


async def stuck(people: People, slow: Socket) -> Any:
    """A ticket whose changes the client does not read: at 8 MB each, the server is stuck sending the second."""
    wide = " ".join(f"d{n}: description" for n in range(400))
    query = f"""subscription ($ticketId: ID!, $after: Cursor) {{
      change: ticketChanges(ticketId: $ticketId, after: $after) {{ cursor ticket {{ {wide} }} }} }}"""
    submitted = await people.submit(description="Une longue histoire. " * 900)
    await slow.subscribe("w", query, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
    slow.connection.transport.pause_reading()
    await people.take("agent-1", submitted)
    # This one changes a count of agent-2, too.
    await people.act("agent-1", "assignTicket", submitted, assigneeId=await people.id_of("agent-2"))
    return submitted


async def read_until(slow: Socket, **wanted: Any) -> None:
    """Read on until the last message of each subscription is this one: an error's code, or the counts."""
    slow.connection.transport.resume_reading()
    last: dict[str, Any] = {}
    while {name: last.get(name) for name in wanted} != wanted:
        message = await slow.receive()
        if message["type"] == "error":
            last[message["id"]] = message["payload"][0]["extensions"]["code"]
        elif message["id"] != "w":
            last[message["id"]] = set(counted(message["payload"]["data"]).values())


async def test_a_profile_withdrawn_during_a_slow_send_ends_the_streams(server: Server, agent: Any) -> None:
    async with everybody(server) as people, slow_reader(server, "agent-2") as slow, server.socket("agent-2") as other:
        await slow.subscribe("c", TAB_COUNTS)
        await slow.next("c")
        submitted = await stuck(people, slow)
        await other.subscribe("w", TICKET_CHANGES, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
        await changes(other, "w", 2)
        await agent()
        await not_found(other, "w")
        await read_until(slow, w="NOT_FOUND", c={0})


async def test_a_profile_withdrawn_before_the_first_counts_zeroes_them(server: Server, agent: Any) -> None:
    async with everybody(server) as people, slow_reader(server, "agent-2") as slow, server.socket("agent-2") as other:
        submitted = await stuck(people, slow)
        await slow.subscribe("c", TAB_COUNTS)
        await other.subscribe("w", TICKET_CHANGES, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
        await changes(other, "w", 2)
        await agent()
        await not_found(other, "w")
        await read_until(slow, c={0})
