"""Rights that change while a watcher is away, or while tickets change: nothing of before is told by the new rights.

The server of these tests reads the journal at wake-ups only, so that the tests decide when it notices an import.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.live import INBOX, People, changes, errors, everybody, serving, ticket_id_of
from tests.support.databases import DATABASES, fresh_sync, need_postgres
from tests.support.server import Server, Socket

USER = "users: [{login: agent-2, name: %s, email: m.diarra@commune.example, profiles: [%s]}]"
PROFILE = "{profile: %s, structure: '21990041200012'}"
EDIT, VIEW = "RECEIVED_TICKETS_EDIT", "RECEIVED_TICKETS_VIEW"


@pytest.fixture(scope="module", params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if request.param == "postgres":
        need_postgres()
    folder: Path = tmp_path_factory.mktemp("desk")
    with ExitStack() as stack:
        url = stack.enter_context(fresh_sync(request.param, folder))
        broker = url if request.param == "postgres" else "memory://"
        yield stack.enter_context(
            serving(
                folder, database_url=url, broker_url=broker, journal_poll_seconds="60", rights_change_max_tickets="1000"
            )
        )


@pytest.fixture
async def agent(server: Server, tmp_path: Path) -> Any:
    """Gives agent-2 a profile, or none, by an import."""

    async def become(*profiles: str, name: str = "Moussa Diarra") -> None:
        file = tmp_path / "agent-2.yaml"
        file.write_text(USER % (name, ", ".join(PROFILE % profile for profile in profiles)), encoding="utf-8")
        imported = await asyncio.to_thread(server.command, "import", str(file))
        assert imported.returncode == 0, imported.stderr

    yield become
    await become(EDIT)


async def hidden_word(people: People) -> Any:
    """A ticket with « hydravion » in a message, which the town transferred to the support since."""
    ticket = await people.take("agent-1", await people.submit())
    await people.act("agent-1", "requestInformation", ticket, "Quel hydravion ?")
    await people.act("requester", "provideInformation", ticket, "Le rouge.")
    return await people.act("agent-1", "transferToSupport", ticket, "Pour vous.")


async def cursor_of(people: People, login: str) -> str:
    """The liveCursor of a list that this login reads."""
    data = await (await people.client(login)).run("{ tickets(tab: CLOSED, first: 1) { liveCursor } }")
    return str(data["tickets"]["liveCursor"])


async def expired(live: Socket, operation_id: str, **arguments: Any) -> None:
    await live.subscribe(operation_id, INBOX, **{"tab": "ALL_EXCEPT_CLOSED", **arguments})
    assert await errors(live, operation_id) == ["CURSOR_EXPIRED"]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"search": "hydravion"}, {"search": "dirigeable"}, {"filter": {"unassigned": False}}, {"tab": "CLOSED"}],
    ids=["no search", "its word", "another word", "filter", "tab"],
)
async def test_a_cursor_of_before_a_profile_tells_nothing_of_that_time(
    server: Server, agent: Any, arguments: dict[str, Any]
) -> None:
    async with everybody(server) as people, server.socket("agent-2") as live:
        await agent()
        old = await people.now()
        await hidden_word(people)
        await agent(EDIT)
        await expired(live, "old", after=old, **arguments)
        # From a list of their own on, they follow it.
        await live.subscribe("new", INBOX, tab="TO_PROCESS", after=await cursor_of(people, "agent-2"))
        submitted = await people.submit()
        (change,) = await changes(live, "new", 1)
        assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket_id_of(submitted))


@pytest.mark.parametrize("before", [(EDIT,), ()], ids=["withdrawn", "given"])
async def test_rights_changed_while_a_watcher_was_away_end_its_cursor(
    server: Server, agent: Any, before: tuple[str, ...]
) -> None:
    async with everybody(server) as people:
        await people.submit()
        await agent(*before)
        cursor = await cursor_of(people, "agent-2")
        # Nothing but the rights changes: the list of the watcher is wrong all the same.
        await agent(*(() if before else (EDIT,)))
        async with server.socket("agent-2") as live:
            await expired(live, "w", after=cursor)


async def test_an_import_that_keeps_the_recipients_of_a_user_keeps_their_cursors(server: Server, agent: Any) -> None:
    async with everybody(server) as people:
        cursor = await cursor_of(people, "agent-2")
        submitted = await people.submit()
        await agent(EDIT, name="Moussa Diarra-Petit")
        await agent(VIEW, name="Moussa Diarra")
        async with server.socket("agent-2") as live:
            await live.subscribe("w", INBOX, tab="TO_PROCESS", after=cursor)
            (change,) = await changes(live, "w", 1)
            assert change["ticketId"] == ticket_id_of(submitted)


async def test_a_change_just_after_a_withdrawal_is_asked_by_no_search(server: Server, agent: Any) -> None:
    async with everybody(server) as people, server.socket("agent-2") as live, server.socket("agent-2") as searching:
        ticket = await people.take("agent-1", await people.submit())
        now = await people.now()
        await live.subscribe("w", INBOX, tab="MY_TICKETS_TO_PROCESS", after=now)
        await live.subscribe("all", INBOX, tab="TO_PROCESS", after=now)
        await searching.subscribe("w", INBOX, tab="ALL_EXCEPT_CLOSED", search="hydravion", after=now)
        mine = await people.take("agent-2", await people.submit(text="Un hydravion"))
        assert (await changes(searching, "w", 2))[1]["kind"] == "UPDATED"
        for _ in range(3):
            await live.receive()
        await agent()
        # The server notices the withdrawal at this action, whose word agent-2 could never see.
        await people.act("agent-1", "requestInformation", ticket, "Quel hydravion ?")
        gone: dict[str, list[str]] = {"w": [], "all": []}
        while ticket_id_of(ticket) not in gone["all"] or not gone["w"]:
            message = await live.receive()
            change = message["payload"]["data"]["change"]
            assert (change["kind"], change["ticket"]) == ("LEFT", None)
            gone[message["id"]].append(change["ticketId"])
        assert ticket_id_of(mine) in gone["w"]
        (left,) = await changes(searching, "w", 1)
        assert (left["kind"], left["ticketId"]) == ("LEFT", ticket_id_of(mine))
        # The next change of the search is not that the other ticket left it: it enters with the profile.
        await agent(EDIT)
        await people.submit()
        back = await changes(searching, "w", 2)
        assert {(change["kind"], change["ticketId"]) for change in back} == {
            ("ENTERED", ticket_id_of(one)) for one in (ticket, mine)
        }


async def test_a_client_cut_while_its_losses_are_told_starts_over(server: Server, agent: Any) -> None:
    async with everybody(server) as people, server.socket("agent-2") as live:
        now = await people.now()
        await live.subscribe("w", INBOX, tab="TO_PROCESS", search="montgolfiere", after=now)
        for _ in range(3):
            await people.submit(text="Une montgolfière")
        await changes(live, "w", 3)
        await agent()
        await people.submit()
        gone = await changes(live, "w", 3)
        assert {change["kind"] for change in gone} == {"LEFT"}
        for change in gone[:2]:
            await expired(live, "again", after=change["cursor"])
        async with server.socket("agent-2") as whole:
            await whole.subscribe("w", INBOX, tab="TO_PROCESS", search="montgolfiere", after=gone[2]["cursor"])
            await agent(EDIT)
            await people.submit()
            assert {change["kind"] for change in await changes(whole, "w", 3)} == {"ENTERED"}
