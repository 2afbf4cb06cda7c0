"""`ticketChanges`: one ticket as its agents and its requester see it, and when the stream ends."""

import asyncio
from typing import Any

import pytest

from tests.live import TICKET_CHANGES, changes, everybody, ticket_id_of
from tests.support.databases import on_every_database
from tests.support.server import Server, Socket

pytestmark = on_every_database


async def watch(live: Socket, ticket: Any, **arguments: Any) -> None:
    """Subscribe to the ticket of a result, from that result on."""
    await live.subscribe(
        "w", TICKET_CHANGES, **{"ticketId": ticket_id_of(ticket), "after": ticket["cursor"], **arguments}
    )


async def ends_with_not_found(live: Socket) -> None:
    message = await live.receive()
    assert (message["type"], message["id"]) == ("error", "w"), message
    assert [error["extensions"]["code"] for error in message["payload"]] == ["NOT_FOUND"]


async def test_requester_agents_and_reader_get_every_change(server: Server) -> None:
    logins = ("requester", "colleague", "agent-1", "agent-2", "reader")
    async with everybody(server) as people:
        submitted = await people.submit()
        seen: dict[str, list[Any]] = {}

        async def follow(login: str) -> None:
            async with server.socket(login) as live:
                await watch(live, submitted)
                seen[login] = await changes(live, "w", 5)

        async with asyncio.TaskGroup() as group:
            for login in logins:
                group.create_task(follow(login))
            done = [
                await people.take("agent-1", submitted),
                await people.act("agent-1", "requestInformation", submitted, "Quelle date ?"),
                await people.act("colleague", "provideInformation", submitted, "Le 3 mars."),
                await people.act("agent-1", "proposeSolution", submitted, "Payée le 5."),
                await people.act("requester", "acceptSolution", submitted),
            ]
        for login in logins:
            for change, result in zip(seen[login], done, strict=True):
                assert change["cursor"] == change["activity"]["cursor"] == result["cursor"]
                assert change["activity"]["message"] == result["activity"]["message"]
                for name in ("id", "version", "status", "stateReason", "assignee", "updatedAt"):
                    assert change["ticket"][name] == result["ticket"][name], (login, name)


async def test_available_actions_are_those_of_each_subscriber(server: Server) -> None:
    async with everybody(server) as people:
        submitted = await people.submit()
        await people.take("agent-1", submitted)
        await people.act("agent-1", "proposeSolution", submitted, "C’est fait.")
        actions_by_login = {}
        for login in ("requester", "agent-1", "agent-2", "reader"):
            async with server.socket(login) as live:
                await watch(live, submitted)
                actions_by_login[login] = [
                    change["ticket"]["availableActions"] for change in await changes(live, "w", 2)
                ]
        assert actions_by_login == {
            "requester": [["CLOSE"], ["ACCEPT_SOLUTION", "REFUSE_SOLUTION"]],
            "agent-1": [["ASSIGN", "PROPOSE_SOLUTION", "REQUEST_INFORMATION", "TRANSFER_TO_SUPPORT"], ["ASSIGN"]],
            "agent-2": [["ASSIGN"], ["ASSIGN"]],
            "reader": [[], []],
        }


async def test_changes_of_other_tickets_are_not_delivered(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        submitted, other = await people.submit(), await people.submit()
        await watch(live, submitted)
        await people.take("agent-1", other)
        await people.act("requester", "closeTicket", other)
        taken = await people.take("agent-2", submitted)
        (change,) = await changes(live, "w", 1)
        assert change["cursor"] == taken["cursor"]


async def test_resuming_a_ticket_repeats_and_misses_no_change(server: Server) -> None:
    async with everybody(server) as people:
        submitted = await people.submit()
        async with server.socket("requester") as live:
            await watch(live, submitted)
            done = [await people.take("agent-1", submitted)]
            came = await changes(live, "w", 1)
            live.connection.transport.abort()
        done.append(await people.act("agent-1", "requestInformation", submitted, "Combien ?"))
        await people.submit()
        done.append(await people.act("requester", "provideInformation", submitted, "Douze."))
        async with server.socket("requester") as live:
            await watch(live, submitted, after=came[-1]["cursor"])
            came += await changes(live, "w", 2)
            done.append(await people.act("requester", "closeTicket", submitted))
            came += await changes(live, "w", 1)
        assert [change["cursor"] for change in came] == [result["cursor"] for result in done]


@pytest.mark.parametrize("login", ["other-agent", "other-requester", "service-agent", "support"])
async def test_a_hidden_ticket_is_not_found(server: Server, login: str) -> None:
    async with everybody(server) as people, server.socket(login) as live:
        await watch(live, await people.submit())
        await ends_with_not_found(live)


@pytest.mark.parametrize("ticket_id", ["", "VGlja2V0Ojk5OTk5OTk5", "VXNlcjox", "n’importe quoi"])
async def test_a_missing_ticket_is_not_found(server: Server, ticket_id: str) -> None:
    async with server.socket("agent-1") as live:
        await live.subscribe("w", TICKET_CHANGES, ticketId=ticket_id)
        await ends_with_not_found(live)


async def test_an_invalid_cursor_is_bad_user_input(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await watch(live, await people.submit(), after="garbage")
        message = await live.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "BAD_USER_INPUT")


async def test_a_transfer_ends_the_old_agents_streams_only(server: Server) -> None:
    async with everybody(server) as people:
        taken = await people.take("agent-1", await people.submit())
        async with (
            server.socket("agent-1") as actor,
            server.socket("agent-2") as other,
            server.socket("requester") as requester,
            server.socket("support") as support,
        ):
            for live in (actor, other, requester):
                await watch(live, taken)
            transferred = await people.act("agent-1", "transferToSupport", taken, "Le portail est en panne.")
            await ends_with_not_found(actor)
            await ends_with_not_found(other)
            await watch(support, transferred)
            await people.take("support", taken)
            first, second = await changes(requester, "w", 2)
            assert first["activity"]["label"] == "Ticket transféré au support"
            assert first["ticket"]["recipient"]["name"] == "Support Chorus Pro"
            assert second["ticket"]["assignee"]["displayName"] == "Théo Marchetti"
            (change,) = await changes(support, "w", 1)
            assert change["cursor"] == second["cursor"]
            # A new subscription does not find the ticket either.
            await watch(actor, taken)
            await ends_with_not_found(actor)
