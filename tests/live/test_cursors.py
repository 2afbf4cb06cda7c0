"""Resuming by cursor: all missed changes come in order, once; invalid cursors are refused."""

import asyncio
import shutil
import signal
from pathlib import Path

import pytest

from tests.live import INBOX, changes, everybody, serving, ticket_id_of
from tests.support.server import Server, Socket, free_port


async def test_resuming_delivers_missed_then_live_changes_each_once(server: Server) -> None:
    async with everybody(server) as people:
        submitted = await people.submit()
        async with server.socket("agent-1") as live:
            await live.subscribe("w", INBOX, tab="ALL_EXCEPT_CLOSED", after=await people.now())
            done = [await people.take("agent-1", submitted)]
            (seen,) = await changes(live, "w", 1)
            live.connection.transport.abort()
        done.append(await people.act("agent-1", "requestInformation", submitted, "Quel lot ?"))
        done.append(await people.act("requester", "provideInformation", submitted, "Le second."))
        done.append(await people.submit())
        async with server.socket("agent-1") as live:
            await live.subscribe("w", INBOX, tab="ALL_EXCEPT_CLOSED", after=seen["cursor"])
            missed = await changes(live, "w", 3)
            done.append(await people.act("agent-1", "proposeSolution", submitted, "C’est payé."))
            done.append(await people.submit())
            came = [seen, *missed, *await changes(live, "w", 2)]
        assert [change["cursor"] for change in came] == [result["cursor"] for result in done]


async def test_a_missed_change_shows_the_ticket_as_its_event_left_it(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-2") as live:
        before = await people.now()
        submitted = await people.submit()
        taken = await people.take("agent-1", submitted)
        asked = await people.act("agent-1", "requestInformation", taken, "Laquelle ?")
        answered = await people.act("requester", "provideInformation", taken, "La première.")
        await live.subscribe("w", INBOX, tab="ALL_EXCEPT_CLOSED", after=before)
        for change, result in zip(await changes(live, "w", 4), (submitted, taken, asked, answered), strict=True):
            for name in ("version", "status", "stateReason", "assignee", "updatedAt"):
                assert change["ticket"][name] == result["ticket"][name], name
            assert change["activity"]["message"] == result["activity"]["message"]


async def test_without_a_cursor_only_later_changes_are_delivered(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        earlier = ticket_id_of(await people.submit())
        await live.subscribe("w", INBOX, tab="TO_PROCESS")
        # The protocol does not say when a subscription is in place: submit until the first change comes.
        first = asyncio.ensure_future(live.receive())
        later = [ticket_id_of(await people.submit())]
        while not first.done():
            later.append(ticket_id_of(await people.submit()))
        came = [(await first)["payload"]["data"]["change"]["ticketId"]]
        later.append(ticket_id_of(await people.submit()))
        while came[-1] != later[-1]:
            came += [change["ticketId"] for change in await changes(live, "w", 1)]
        assert earlier not in came
        assert came == later[-len(came) :]


async def test_a_cursor_resumes_on_a_server_restarted_after_a_kill(tmp_path: Path) -> None:
    port = free_port()
    killed = Server(tmp_path, port).start()
    try:
        async with everybody(killed) as people, killed.socket("agent-1") as live:
            await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
            done = [await people.submit()]
            came = await changes(live, "w", 1)
            done += [await people.submit(), await people.submit()]
    finally:
        killed.stop(signal.SIGKILL)
    with serving(tmp_path, port) as again:
        async with everybody(again) as people, again.socket("agent-1") as live:
            done.append(await people.take("agent-2", done[1]))
            await live.subscribe("w", INBOX, tab="TO_PROCESS", after=came[-1]["cursor"])
            came += await changes(live, "w", 3)
            done.append(await people.submit())
            came += await changes(live, "w", 1)
    assert [change["cursor"] for change in came] == [result["cursor"] for result in done]


async def refused(live: Socket, cursor: str) -> None:
    await live.subscribe("w", INBOX, tab="TO_PROCESS", after=cursor)
    message = await live.receive()
    assert (message["type"], message["id"]) == ("error", "w"), message
    assert [error["extensions"]["code"] for error in message["payload"]] == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("cursor", ["", "12", "n’importe quoi", "AAAA", "=", "x" * 5_000])
async def test_an_invalid_cursor_is_bad_user_input(server: Server, cursor: str) -> None:
    async with server.socket("agent-1") as live:
        await refused(live, cursor)


async def test_a_cursor_of_another_desk_or_lost_epoch_is_bad_user_input(server: Server, tmp_path: Path) -> None:
    Server(tmp_path / "desk").start().stop()
    shutil.copytree(tmp_path / "desk", tmp_path / "backup")
    with serving(tmp_path / "desk") as own:
        async with everybody(own) as people:
            future = (await people.submit())["cursor"]
    with serving(tmp_path / "backup") as restored:
        async with server.socket("agent-1") as live:
            await refused(live, future)
        async with restored.socket("agent-1") as live:
            await refused(live, future)


async def test_a_cursor_too_far_behind_is_cursor_expired(tmp_path: Path) -> None:
    with serving(tmp_path, journal_retention_events="5") as own:
        async with everybody(own) as people, own.socket("agent-1") as live:
            old = (await people.submit())["cursor"]
            for _ in range(5):
                newest = await people.submit()
            await live.subscribe("kept", INBOX, tab="TO_PROCESS", after=old)
            assert len(await changes(live, "kept", 5)) == 5
            await people.submit()
            await live.subscribe("lost", INBOX, tab="TO_PROCESS", after=old)
            while (message := await live.receive())["id"] != "lost":
                pass
            assert message["type"] == "error"
            assert [error["extensions"]["code"] for error in message["payload"]] == ["CURSOR_EXPIRED"]
            await live.send(id="kept", type="complete")
            await live.subscribe("new", INBOX, tab="TO_PROCESS", after=newest["cursor"])
            while (message := await live.receive())["id"] != "new":
                pass
            assert message["type"] == "next"
