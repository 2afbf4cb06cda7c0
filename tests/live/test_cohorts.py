"""Cohorts: equal subscriptions share one evaluation an event, and their clients see no difference."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.live import INBOX, TAB_COUNTS, WIDE, People, changes, counted, everybody, serving, slow_reader, ticket_id_of
from tests.support.server import WAIT, Server, Socket

PLAIN = """subscription ($tab: InboxTab!, $after: Cursor) { change: inboxChanges(tab: $tab, after: $after) {
  kind ticketId cursor ticket { number version status assignee { displayName } } activity { kind } } }"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("desk"), None, journal_poll_seconds="0.2", **WIDE) as running:
        yield running


async def metrics(people: People) -> dict[str, int]:
    page = (await (await people.client("reader")).http.get("/metrics")).text
    lines = (line.split() for line in page.splitlines() if line.startswith("saisine_subscription"))
    return {name.removeprefix("saisine_subscription"): int(float(value)) for name, value in lines}


async def wait_for_metrics(people: People, **wanted: int) -> None:
    """Poll the metrics until they have these values."""
    async with asyncio.timeout(WAIT):
        while not wanted.items() <= (await metrics(people)).items():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.02)


async def test_twenty_equal_subscriptions_share_one_evaluation(server: Server) -> None:
    async with everybody(server) as people, AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(server.socket(login)) for login in ("agent-1", "agent-2") for _ in range(10)
        ]
        submitted = await people.submit()
        for n, live in enumerate(sockets):
            # They differ only in `after`, so they join one cohort.
            await live.subscribe(f'"{n}\\', PLAIN, tab="TO_PROCESS", after=submitted["cursor"])
        await wait_for_metrics(people, s=20, _cohorts=1)
        before = (await metrics(people))["_responses"]
        await people.take("agent-1", submitted)
        responses = [await live.next(f'"{n}\\') for n, live in enumerate(sockets)]
        assert all(one == responses[0] for one in responses)
        assert (responses[0]["change"]["kind"], responses[0]["change"]["ticketId"]) == (
            "UPDATED",
            ticket_id_of(submitted),
        )
        assert (await metrics(people))["_responses"] == before + 1
    async with everybody(server) as people:
        await wait_for_metrics(people, s=0, _cohorts=0)


async def test_personal_fields_differ_between_agents_with_equal_rights(server: Server) -> None:
    async with everybody(server) as people, AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(server.socket(login)) for login in ("agent-1", "agent-2")]
        submitted = await people.submit()
        for live in (one, other):
            await live.subscribe("all", INBOX, tab="TO_PROCESS", after=submitted["cursor"])
            await live.subscribe("mine", PLAIN, tab="MY_TICKETS_TO_PROCESS", after=submitted["cursor"])
            await live.subscribe("counts", TAB_COUNTS)
            await live.next("counts")
        await wait_for_metrics(people, s=6, _cohorts=6)
        await people.take("agent-1", submitted)

        async def next_of(live: Socket, count: int) -> dict[str, Any]:
            messages = [await live.receive() for _ in range(count)]
            return {message["id"]: message["payload"]["data"] for message in messages}

        theirs = await next_of(one, 3)
        assert theirs["all"]["change"]["ticket"]["availableActions"] == [
            "ASSIGN", "PROPOSE_SOLUTION", "REQUEST_INFORMATION", "TRANSFER_TO_SUPPORT",
        ]  # fmt: skip
        assert theirs["mine"]["change"]["kind"] == "ENTERED"
        assert counted(theirs["counts"]) == await people.counts("agent-1")
        others = await next_of(other, 1)
        assert others["all"]["change"]["ticket"]["availableActions"] == ["ASSIGN"]


async def test_a_client_that_does_not_read_delays_nobody_and_misses_nothing(server: Server) -> None:
    wide = " ".join(f"d{n}: description" for n in range(40))
    query = f"""subscription ($after: Cursor) {{
      change: inboxChanges(tab: TO_PROCESS, after: $after) {{ cursor ticket {{ {wide} }} }} }}"""
    async with everybody(server) as people, slow_reader(server, "agent-1") as slow, server.socket("agent-1") as quick:
        submitted = await people.submit(description="Une longue histoire. " * 900)
        for live in (slow, quick):
            await live.subscribe("w", query, after=submitted["cursor"])
        await wait_for_metrics(people, s=2, _cohorts=1)
        slow.connection.transport.pause_reading()
        cursors = []
        for n in range(12):
            agent = ("agent-2", "agent-1")[n % 2]
            done = await people.act("agent-1", "assignTicket", submitted, assigneeId=await people.id_of(agent))
            cursors.append(done["cursor"])
            assert (await changes(quick, "w", 1))[0]["cursor"] == done["cursor"]
        slow.connection.transport.resume_reading()
        assert [change["cursor"] for change in await changes(slow, "w", 12)] == cursors
        # The slow client is in the cohort again.
        await wait_for_metrics(people, s=2, _cohorts=1)
        before = (await metrics(people))["_responses"]
        done = await people.act("agent-1", "assignTicket", submitted, assigneeId=await people.id_of("agent-2"))
        for live in (slow, quick):
            assert (await changes(live, "w", 1))[0]["cursor"] == done["cursor"]
        assert (await metrics(people))["_responses"] == before + 1


async def test_a_changed_profile_moves_a_subscriber_to_another_cohort(server: Server, tmp_path: Path) -> None:
    user = "users: [{login: agent-2, name: Moussa Diarra, email: m.diarra@commune.example, profiles: [%s]}]"
    file = tmp_path / "agent-2.yaml"

    async def become(profile: str) -> None:
        file.write_text(user % f"{{profile: {profile}, structure: '21990041200012'}}", encoding="utf-8")
        imported = await asyncio.to_thread(server.command, "import", str(file))
        assert imported.returncode == 0, imported.stderr

    async with everybody(server) as people, server.socket("agent-1") as one, server.socket("agent-2") as other:
        submitted = await people.submit()
        for live in (one, other):
            await live.subscribe("w", PLAIN, tab="TO_PROCESS", after=submitted["cursor"])
        await wait_for_metrics(people, s=2, _cohorts=1)
        await become("RECEIVED_TICKETS_VIEW")
        await wait_for_metrics(people, s=2, _cohorts=2)
        await people.take("agent-1", submitted)
        assert [(await changes(live, "w", 1))[0]["kind"] for live in (one, other)] == ["UPDATED", "UPDATED"]
        await become("RECEIVED_TICKETS_EDIT")
        await wait_for_metrics(people, s=2, _cohorts=1)
