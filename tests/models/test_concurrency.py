"""Concurrent actions: one of several rivals succeeds, a key acts once, a cancelled request is done or not done."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tortoise.connection import get_connection

from models import actions, database, journal
from models.attachments.storage.files import FileStorage
from models.commands import Command
from models.database import transaction
from models.journal import ConcurrentUpdate
from models.refusals import Refusal
from tests.conftest import Desk
from tests.models import (
    AT,
    act,
    files_of,
    last_activity,
    refusal,
    select,
    snapshot,
    submission,
    submit,
    ticket_at,
    ticket_state,
    upload,
)

SECOND = 1.0


async def outcomes(*attempts: Awaitable[int]) -> list[int | str]:
    """Run actions concurrently: the position or the refusal code of each."""
    found = await asyncio.gather(*attempts, return_exceptions=True)
    errors = [one for one in found if not isinstance(one, (int, Refusal))]
    assert errors == []
    return [one.code.value if isinstance(one, Refusal) else one for one in found]  # type: ignore[misc]


async def test_one_of_twenty_concurrent_self_assignments_succeeds(desk: Desk) -> None:
    ticket_id = await submit(desk)
    takers = ["agent-1", "agent-2"] * 10
    found = await outcomes(*(act(desk, login, "assign_ticket_to_me", ticket_id) for login in takers))
    [winner] = [n for n, one in enumerate(found) if isinstance(one, int)]
    assert await ticket_state(ticket_id) == ("OPEN", "CREATION", takers[winner], "21990041200012", None, 2)
    assert await select("SELECT position FROM activities WHERE kind = 'ASSIGNED'") == [(found[winner],)]
    for n, one in enumerate(found):
        if n != winner:
            assert one == ("ALREADY_ASSIGNED" if takers[n] == takers[winner] else "ASSIGNED_TO_SOMEONE_ELSE")


async def test_one_of_several_concurrent_actions_on_the_same_version_succeeds(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "awaiting")
    names = ["provide_information", "close_ticket"] * 5
    found = await outcomes(*(act(desk, "requester", name, ticket_id, version=3) for name in names))
    assert sorted(found, key=str) == [4, *["VERSION_CONFLICT"] * 9]


async def test_ten_concurrent_requests_under_one_key_act_once_with_one_result(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")

    def solve() -> Awaitable[int]:
        return act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=[upload("a.txt", b"a")], version=2)

    found = await outcomes(*(solve() for _ in range(10)))
    assert found == [3] * 10
    assert await solve() == 3
    assert len(await select("SELECT 1 FROM activities")) == 3
    assert await select("SELECT storage_key FROM attachments") == [(key,) for key in files_of(desk)]


async def test_ten_concurrent_submissions_under_one_key_make_one_ticket(desk: Desk) -> None:
    what = await submission(key="k", files=[upload("a.txt", b"a")])
    found = await outcomes(*(actions.submit_ticket(desk.services, what) for _ in range(10)))
    assert found == [1] * 10
    assert await select("SELECT id FROM tickets") == [(1,)]
    assert len(files_of(desk)) == 1


async def test_a_key_reused_with_other_input_is_refused(desk: Desk) -> None:
    ticket_id, other = await ticket_at(desk, "taken"), await ticket_at(desk, "taken")
    file = [upload("a.txt", b"a")]
    await act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=file, version=2)
    before = await snapshot(desk)
    for again in (
        act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=file, version=2, message="Autre."),
        act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=[upload("a.txt", b"b")], version=2),
        act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=[upload("b.txt", b"a")], version=2),
        act(desk, "agent-1", "propose_solution", ticket_id, key="k", version=2),
        act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=file, version=3),
        act(desk, "agent-1", "propose_solution", other, key="k", files=file, version=2),
        act(desk, "agent-1", "request_information", ticket_id, key="k", files=file, version=2),
        act(desk, "agent-1", "assign_ticket", ticket_id, "agent-2", key="k"),
    ):
        assert (await refusal(again)).code == "IDEMPOTENCY_KEY_REUSED"
        assert await snapshot(desk) == before


async def test_a_key_reused_with_another_submission_is_refused(desk: Desk) -> None:
    await submit(desk, key="k")
    before = await snapshot(desk)
    for other in (
        {"description": "Autre."},
        {"short_description": "Autre"},
        {"service": "FINANCES"},
        {"code": "INVOICES_PAYMENT"},
        {"files": [upload("a.txt", b"a")]},
    ):
        assert (await refusal(submit(desk, key="k", **other))).code == "IDEMPOTENCY_KEY_REUSED"
        assert await snapshot(desk) == before


async def test_the_same_key_of_two_users_is_two_keys(desk: Desk) -> None:
    first, second = await ticket_at(desk, "taken"), await submit(desk)
    await act(desk, "agent-1", "propose_solution", first, key="k")
    position = await act(desk, "agent-2", "assign_ticket_to_me", second, key="k")
    assert (await last_activity())["position"] == position
    assert await submit(desk, key="k") != await submit(desk, "colleague", key="k")


async def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    ticket_id = await submit(desk)
    assert (await refusal(act(desk, "agent-1", "propose_solution", ticket_id, key="k"))).code == "NOT_ASSIGNED"
    await act(desk, "agent-1", "assign_ticket_to_me", ticket_id)
    await act(desk, "agent-1", "propose_solution", ticket_id, key="k")
    assert (await ticket_state(ticket_id))[0] == "RESOLVED"


async def test_a_key_is_remembered_after_a_restart(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")
    position = await act(desk, "agent-1", "transfer_to_support", ticket_id, key="k")
    before = await snapshot(desk)
    await database.close_database()
    await database.open_database(desk.services.settings)
    await journal.open_journal()
    # The result stays the same although the agent no longer sees the ticket.
    assert await act(desk, "agent-1", "transfer_to_support", ticket_id, key="k") == position
    reused = await refusal(act(desk, "agent-1", "transfer_to_support", ticket_id, key="k", message="Autre."))
    assert reused.code == "IDEMPOTENCY_KEY_REUSED"
    assert await snapshot(desk) == before


async def test_a_repeated_request_with_files_needs_no_storage(desk: Desk) -> None:
    ticket_id, files = await ticket_at(desk, "taken"), [upload("a.txt", b"a")]
    position = await act(desk, "agent-1", "propose_solution", ticket_id, key="k", files=files)
    full = Desk(replace(desk.services, storage=FileStorage("/dev/null/attachments")))
    assert await act(full, "agent-1", "propose_solution", ticket_id, key="k", files=files) == position
    reused = await refusal(act(full, "agent-1", "propose_solution", ticket_id, key="k", files=files, message="Autre."))
    assert reused.code == "IDEMPOTENCY_KEY_REUSED"


async def test_concurrent_submissions_get_increasing_numbers_and_gapless_positions(
    desk: Desk,
) -> None:
    submissions = [await submission(login) for login in ("requester", "colleague")] * 25
    found = await outcomes(*(actions.submit_ticket(desk.services, one) for one in submissions))
    assert sorted(found, key=str) == sorted(range(1, 51), key=str)
    log = await select(
        "SELECT a.position, t.number FROM activities a JOIN tickets t ON t.id = a.ticket_id ORDER BY position"
    )
    numbers = [int(number) for _, number in log]
    assert [position for position, _ in log] == list(range(1, 51))
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 50
    assert await select("SELECT position, ticket_id FROM desk") == [(50, 50)]


async def run_loop(count: int, until: asyncio.Task[int] | None = None) -> int:
    """Let the event loop run `count` iterations, or until a task is done: how many it ran."""
    loop = asyncio.get_running_loop()
    for ran in range(count):
        if until is not None and until.done():
            return ran
        iteration = loop.create_future()
        loop.call_soon(iteration.set_result, None)
        await iteration
    return count


def solving(desk: Desk, user_id: int, ticket_id: int) -> asyncio.Task[int]:
    files = [upload("preuve.txt", b"preuve")]
    command = Command(user_id, ticket_id, message="C’est réglé.", files=files, at=AT)
    return asyncio.create_task(actions.propose_solution(desk.services, command))


async def left(ticket_id: int) -> tuple[object, ...]:
    """The status of a ticket, and how many activities, files and search texts an action has left."""
    [counted] = await select(
        "SELECT t.status, (SELECT COUNT(*) FROM activities WHERE ticket_id = t.id AND kind = 'SOLUTION_PROPOSED'), "
        "(SELECT COUNT(*) FROM attachments WHERE ticket_id = t.id), "
        "(SELECT words LIKE '% regle preuve %' FROM ticket_search WHERE rowid = t.id) FROM tickets t WHERE t.id = ?",
        ticket_id,
    )
    return counted


ALL, NOTHING = ("RESOLVED", 1, 1, 1), ("OPEN", 0, 0, 0)


@pytest.mark.parametrize("cancellations", [1, 2])
async def test_a_request_cancelled_at_any_moment_is_done_completely_or_not_at_all(
    desk: Desk, cancellations: int
) -> None:
    user_id, next_id = await desk.user("agent-1"), await submit(desk)
    whole = solving(desk, user_id, await ticket_at(desk, "taken"))
    lasts = await run_loop(1_000_000, whole)
    assert lasts < 1_000_000
    seen = set()
    for moment in range(61):
        ticket_id = await ticket_at(desk, "taken")
        going = solving(desk, user_id, ticket_id)
        # First the iterations one by one, then moments spread over the whole action.
        await run_loop(moment if moment < 30 else lasts * (moment - 29) // 30)
        for _ in range(cancellations):
            going.cancel()
            await run_loop(1)
        async with asyncio.timeout(SECOND):
            # Another action is possible at once: no lock was left.
            await act(desk, "agent-2", "assign_ticket", next_id, "agent-1" if moment % 2 else "agent-2")
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()} or {going})
        assert going.cancelled() or going.result() > 0
        found = await left(ticket_id)
        assert found in (ALL, NOTHING)
        seen.add(found)
        assert sorted(files_of(desk)) == sorted(key for (key,) in await select("SELECT storage_key FROM attachments"))
    assert seen == {ALL, NOTHING}


async def test_a_cancelled_submission_repeated_under_its_key_makes_one_ticket(desk: Desk) -> None:
    what = await submission(key="k", files=[upload("a.txt", b"a")])
    for moment in range(0, 60, 3):
        going = asyncio.create_task(actions.submit_ticket(desk.services, what))
        await run_loop(moment)
        going.cancel()
        await asyncio.wait([going])
    assert await actions.submit_ticket(desk.services, what) == 1
    assert (len(await select("SELECT 1 FROM tickets")), len(files_of(desk))) == (1, 1)


async def lose(races: int) -> Callable[[], int]:
    """Make the next updates of tickets lose a race; the returned function counts those that did.

    An SQLite transaction lets no rival between its read and its update. A trigger stands in for the rival: it leaves
    the row unchanged, as an update with an outdated version does.
    """
    remaining = [races]

    def lost() -> int:
        remaining[0] -= 1
        return int(remaining[0] >= 0)

    connection: sqlite3.Connection = get_connection("default")._connection
    await connection.create_function("lost", 0, lost)  # type: ignore[func-returns-value,misc]
    await transaction(
        lambda writer: writer.execute_query(
            "CREATE TRIGGER rival BEFORE UPDATE ON tickets WHEN lost() BEGIN SELECT RAISE(IGNORE); END", []
        )
    )
    return lambda: races - max(remaining[0], 0)


# PostgreSQL has real rivals: see test_ordering.py.
only_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@only_sqlite
@pytest.mark.parametrize("races", [1, 3, 7])
async def test_an_action_that_loses_a_race_is_retried_and_done_once(desk: Desk, races: int) -> None:
    ticket_id = await ticket_at(desk, "taken")
    lost = await lose(races)
    await solving(desk, await desk.user("agent-1"), ticket_id)
    assert (lost(), await left(ticket_id)) == (races, ALL)
    assert await select("SELECT position FROM desk") == await select("SELECT COUNT(*) FROM activities") == [(3,)]
    assert len(files_of(desk)) == 1


@only_sqlite
async def test_an_action_that_loses_every_race_fails_and_changes_nothing(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "taken")
    await lose(1_000)
    before = await snapshot(desk)
    with pytest.raises(ConcurrentUpdate):
        await act(desk, "agent-1", "propose_solution", ticket_id, key="k")
    assert await snapshot(desk) == before
