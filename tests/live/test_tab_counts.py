"""`tabCounts`: the five counts at once, and again whenever one of them changes."""

from typing import Any

from tests.live import TAB_COUNTS, People, counted, everybody
from tests.support.databases import on_every_database
from tests.support.server import Server, Socket

pytestmark = on_every_database

TABS_IN_SCREEN_ORDER = ["MY_TICKETS_TO_PROCESS", "TO_PROCESS", "AWAITING_INFORMATION", "ALL_EXCEPT_CLOSED", "CLOSED"]


async def counts(live: Socket) -> dict[str, int]:
    return counted(await live.next("c"))


async def begin(people: People, live: Socket, login: str) -> dict[str, int]:
    """Subscribe; the first counts, which must be those of `tabs`."""
    await live.subscribe("c", TAB_COUNTS)
    first = await counts(live)
    assert first == await people.counts(login)
    return first


def moved(before: dict[str, int], **by: int) -> dict[str, int]:
    return {tab: count + by.get(tab.lower(), 0) for tab, count in before.items()}


async def test_the_first_counts_come_at_once_in_screen_order(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await live.subscribe("c", TAB_COUNTS)
        data = await live.next("c")
        assert [count["tab"] for count in data["counts"]] == TABS_IN_SCREEN_ORDER
        assert all(count["label"] for count in data["counts"])
        client = await people.client("agent-1")
        for count in data["counts"]:
            result = await client.run("query ($tab: InboxTab!) { tickets(tab: $tab) { totalCount } }", tab=count["tab"])
            assert result["tickets"]["totalCount"] == count["count"], count["tab"]


async def test_every_action_that_moves_a_count_delivers_all_five(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        now = await begin(people, live, "agent-1")
        ticket: Any = None

        async def expect(**by: int) -> None:
            nonlocal now
            now = moved(now, **by)
            assert await counts(live) == now == await people.counts("agent-1")

        ticket = await people.submit()
        await expect(to_process=1, all_except_closed=1)
        await people.take("agent-1", ticket)
        await expect(my_tickets_to_process=1)
        await people.act("agent-1", "requestInformation", ticket, "Quel lot ?")
        await expect(my_tickets_to_process=-1, to_process=-1, awaiting_information=1)
        await people.act("requester", "provideInformation", ticket, "Le premier.")
        await expect(my_tickets_to_process=1, to_process=1, awaiting_information=-1)
        await people.act("agent-1", "proposeSolution", ticket, "C’est payé.")
        await expect(my_tickets_to_process=-1, to_process=-1)
        await people.act("requester", "refuseSolution", ticket, "Non.")
        await expect(my_tickets_to_process=1, to_process=1)
        await people.act("agent-2", "assignTicket", ticket, assigneeId=await people.id_of("agent-2"))
        await expect(my_tickets_to_process=-1)
        await people.act("agent-2", "proposeSolution", ticket, "Si.")
        await expect(to_process=-1)
        await people.act("colleague", "acceptSolution", ticket)
        await expect(all_except_closed=-1, closed=1)


async def test_events_that_move_no_count_are_not_delivered(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        first, second = await people.submit(), await people.submit()
        now = await begin(people, live, "agent-1")
        # Another structure's ticket, the support's ticket, and an assignment to somebody else: none counts for agent-1.
        await people.take("agent-2", first)
        await people.submit(to="SUPPORT")
        await people.act("agent-2", "assignTicket", second, assigneeId=await people.id_of("agent-2"))
        await people.act("requester", "closeTicket", first)
        assert await counts(live) == moved(now, to_process=-1, all_except_closed=-1, closed=1)


async def test_a_transfer_moves_the_ticket_to_the_supports_counts(server: Server) -> None:
    async with (
        everybody(server) as people,
        server.socket("agent-1") as actor,
        server.socket("reader") as reader,
        server.socket("support") as support,
    ):
        taken = await people.take("agent-1", await people.submit())
        before = {
            "agent-1": await begin(people, actor, "agent-1"),
            "reader": await begin(people, reader, "reader"),
            "support": await begin(people, support, "support"),
        }
        await people.act("agent-1", "transferToSupport", taken, "Pour vous.")
        assert await counts(actor) == moved(
            before["agent-1"], my_tickets_to_process=-1, to_process=-1, all_except_closed=-1
        )
        assert await counts(reader) == moved(before["reader"], to_process=-1, all_except_closed=-1)
        assert await counts(support) == moved(before["support"], to_process=1, all_except_closed=1)


async def test_a_user_without_received_tickets_has_five_zeros(server: Server) -> None:
    async with everybody(server) as people, server.socket("requester") as live:
        assert await begin(people, live, "requester") == dict.fromkeys(TABS_IN_SCREEN_ORDER, 0)


async def test_the_last_counts_after_a_burst_are_those_of_the_list(server: Server) -> None:
    async with everybody(server) as people, server.socket("service-agent") as live:
        first = await begin(people, live, "service-agent")
        for _ in range(20):
            await people.submit(to="FINANCES")
        expected = moved(first, to_process=20, all_except_closed=20)
        assert await people.counts("service-agent") == expected
        received = [first, await counts(live)]
        while received[-1] != expected:
            received.append(await counts(live))
        # Events may be counted together, but no counts come twice, and none goes back.
        assert [one["TO_PROCESS"] for one in received] == sorted({one["TO_PROCESS"] for one in received})
