"""`inboxChanges`: the changes of each tab after each action."""

from typing import Any

from tests.live import FINANCES, INBOX, SUPPORT, People, changes, everybody, ticket_id_of
from tests.support.databases import on_every_database
from tests.support.server import Server, Socket

pytestmark = on_every_database


async def watch(people: People, live: Socket, tab: str, operation_id: str | None = None, **arguments: Any) -> None:
    """Subscribe to a tab from this moment on."""
    await live.subscribe(operation_id or tab, INBOX, tab=tab, **{"after": await people.now(), **arguments})


async def kinds(live: Socket, operation_id: str, count: int) -> list[tuple[str, str]]:
    return [(change["kind"], change["ticketId"]) for change in await changes(live, operation_id, count)]


async def test_a_submitted_ticket_enters_the_tab(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await watch(people, live, "TO_PROCESS")
        submitted = await people.submit(text="Facture égarée")
        (change,) = await changes(live, "TO_PROCESS", 1)
        assert change["kind"] == "ENTERED"
        assert change["ticketId"] == change["ticket"]["id"] == ticket_id_of(submitted)
        assert change["ticket"]["number"] == submitted["ticket"]["number"]
        assert change["ticket"]["statusLabel"] == "Ouvert"
        assert change["ticket"]["stateReasonLabel"] == "Création"
        assert change["ticket"]["assignee"] is None
        assert "ASSIGN_TO_ME" in change["ticket"]["availableActions"]
        assert change["activity"]["kind"] == "SUBMITTED"
        assert change["cursor"] == change["activity"]["cursor"] == submitted["cursor"]


async def test_a_taken_ticket_is_updated_in_to_process_and_enters_my_tickets(
    server: Server,
) -> None:
    async with everybody(server) as people, server.socket("agent-1") as mine, server.socket("agent-2") as theirs:
        submitted = await people.submit()
        for live in (mine, theirs):
            await watch(people, live, "TO_PROCESS")
            await watch(people, live, "MY_TICKETS_TO_PROCESS")
        await people.take("agent-2", submitted)
        mine_too = await people.submit()
        await people.take("agent-1", mine_too)

        seen: dict[tuple[str, str], list[Any]] = {}
        for name, live in (("agent-1", mine), ("agent-2", theirs)):
            for _ in range(4):
                message = await live.receive()
                seen.setdefault((name, message["id"]), []).append(message["payload"]["data"]["change"])
        for name in ("agent-1", "agent-2"):
            everything = [(change["kind"], change["ticketId"]) for change in seen[name, "TO_PROCESS"]]
            assert everything == [
                ("UPDATED", ticket_id_of(submitted)),
                ("ENTERED", ticket_id_of(mine_too)),
                ("UPDATED", ticket_id_of(mine_too)),
            ]
        assert seen["agent-1", "TO_PROCESS"][0]["ticket"]["assignee"]["displayName"] == "Moussa Diarra"
        (own,) = seen["agent-2", "MY_TICKETS_TO_PROCESS"]
        assert (own["kind"], own["ticketId"]) == ("ENTERED", ticket_id_of(submitted))
        (own,) = seen["agent-1", "MY_TICKETS_TO_PROCESS"]
        assert (own["kind"], own["ticketId"]) == ("ENTERED", ticket_id_of(mine_too))


async def test_a_reassigned_ticket_moves_between_the_agents_own_tabs(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as mine, server.socket("agent-2") as theirs:
        taken = await people.take("agent-1", await people.submit())
        for live in (mine, theirs):
            await watch(people, live, "MY_TICKETS_TO_PROCESS")
        await people.act("agent-2", "assignTicket", taken, assigneeId=await people.id_of("agent-2"))
        (left,) = await changes(mine, "MY_TICKETS_TO_PROCESS", 1)
        assert (left["kind"], left["ticketId"]) == ("LEFT", ticket_id_of(taken))
        # It is somebody else's now, but agent-1 still sees it.
        assert left["ticket"]["assignee"]["displayName"] == "Moussa Diarra"
        assert await kinds(theirs, "MY_TICKETS_TO_PROCESS", 1) == [("ENTERED", ticket_id_of(taken))]


async def test_a_proposed_solution_takes_the_ticket_out_of_to_process(
    server: Server,
) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live, server.socket("agent-2") as other:
        taken = await people.take("agent-1", await people.submit())
        await watch(people, live, "TO_PROCESS")
        await watch(people, other, "ALL_EXCEPT_CLOSED")
        await people.act("agent-1", "proposeSolution", taken, "Le paiement est parti ce matin.")
        (left,) = await changes(live, "TO_PROCESS", 1)
        assert (left["kind"], left["ticketId"]) == ("LEFT", ticket_id_of(taken))
        assert left["ticket"]["statusLabel"] == "Résolu"
        assert left["activity"]["message"] == "Le paiement est parti ce matin."
        (updated,) = await changes(other, "ALL_EXCEPT_CLOSED", 1)
        assert (updated["kind"], updated["ticketId"]) == ("UPDATED", ticket_id_of(taken))
        assert updated["ticket"]["status"] == "RESOLVED"
        assert updated["ticket"]["stateReason"] is None


async def test_a_refused_solution_returns_the_ticket_with_its_assignee(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        taken = await people.take("agent-1", await people.submit())
        await people.act("agent-1", "proposeSolution", taken, "Voir la facture.")
        await watch(people, live, "MY_TICKETS_TO_PROCESS")
        await people.act("requester", "refuseSolution", taken, "Ce n’est pas la bonne facture.")
        (change,) = await changes(live, "MY_TICKETS_TO_PROCESS", 1)
        assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket_id_of(taken))
        assert change["ticket"]["stateReasonLabel"] == "Refus de solution"
        assert change["ticket"]["assignee"]["displayName"] == "Camille Renard"
        assert change["activity"]["message"] == "Ce n’est pas la bonne facture."


async def test_a_request_for_information_moves_the_ticket_and_its_answer_back(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live, server.socket("agent-2") as other:
        taken = await people.take("agent-1", await people.submit())
        await watch(people, live, "TO_PROCESS")
        await watch(people, other, "AWAITING_INFORMATION")
        await people.act("agent-1", "requestInformation", taken, "Quel numéro de facture ?")
        await people.act("colleague", "provideInformation", taken, "F-2023-001")
        assert await kinds(live, "TO_PROCESS", 2) == [("LEFT", ticket_id_of(taken)), ("ENTERED", ticket_id_of(taken))]
        assert await kinds(other, "AWAITING_INFORMATION", 2) == [
            ("ENTERED", ticket_id_of(taken)),
            ("LEFT", ticket_id_of(taken)),
        ]


async def test_a_closed_ticket_leaves_all_except_closed_and_enters_closed(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live, server.socket("reader") as other:
        submitted = await people.submit()
        await watch(people, live, "ALL_EXCEPT_CLOSED")
        await watch(people, other, "CLOSED")
        await people.act("requester", "closeTicket", submitted)
        assert await kinds(live, "ALL_EXCEPT_CLOSED", 1) == [("LEFT", ticket_id_of(submitted))]
        (change,) = await changes(other, "CLOSED", 1)
        assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket_id_of(submitted))
        assert change["ticket"]["availableActions"] == []


async def test_a_transfer_shows_old_agents_a_bare_left_and_support_the_ticket(
    server: Server,
) -> None:
    async with everybody(server) as people, server.socket("agent-2") as old, server.socket("support") as new:
        taken = await people.take("agent-1", await people.submit())
        for live in (old, new):
            await watch(people, live, "TO_PROCESS")
        transferred = await people.act("agent-1", "transferToSupport", taken, "C’est un défaut du portail.")
        (left,) = await changes(old, "TO_PROCESS", 1)
        assert left == {
            "kind": "LEFT", "ticketId": ticket_id_of(taken), "ticket": None, "activity": None,
            "cursor": transferred["cursor"],
        }  # fmt: skip
        (entered,) = await changes(new, "TO_PROCESS", 1)
        assert (entered["kind"], entered["ticketId"]) == ("ENTERED", ticket_id_of(taken))
        assert entered["ticket"]["assignee"] is None
        assert entered["ticket"]["recipient"]["name"] == "Support Chorus Pro"
        assert entered["activity"]["label"] == "Ticket transféré au support"
        assert entered["activity"]["message"] == "C’est un défaut du portail."


async def test_old_agents_get_no_changes_after_a_transfer(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as old:
        taken = await people.take("agent-1", await people.submit())
        transferred = await people.act("agent-1", "transferToSupport", taken, "Pour vous.")
        await old.subscribe("w", INBOX, tab="ALL_EXCEPT_CLOSED", after=transferred["cursor"])
        await people.take("support", taken)
        await people.act("support", "proposeSolution", taken, "C’est réparé.")
        fence = await people.submit()
        assert await kinds(old, "w", 1) == [("ENTERED", ticket_id_of(fence))]


async def test_resuming_after_a_transfer_delivers_only_the_left_change(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as old:
        before = await people.now()
        taken = await people.take("agent-1", await people.submit(text="Confidentiel"))
        await people.act("agent-1", "transferToSupport", taken, "Pour vous.")
        await people.submit()
        await old.subscribe("w", INBOX, tab="TO_PROCESS", after=before)
        left, fence = await changes(old, "w", 2)
        assert (left["kind"], left["ticketId"], left["ticket"], left["activity"]) == (
            "LEFT",
            ticket_id_of(taken),
            None,
            None,
        )
        assert fence["kind"] == "ENTERED"


async def test_an_agent_of_a_service_gets_changes_of_that_service_only(server: Server) -> None:
    async with everybody(server) as people, server.socket("service-agent") as live:
        await watch(people, live, "TO_PROCESS")
        await people.submit()
        await people.submit(to=SUPPORT)
        _, another = await people.service("MARCHES")
        await people.submit(recipientServiceId=another)
        own = await people.submit(to=FINANCES)
        await people.take("agent-1", own)
        assert await kinds(live, "TO_PROCESS", 2) == [("ENTERED", ticket_id_of(own)), ("UPDATED", ticket_id_of(own))]


async def test_an_agent_of_another_structure_gets_no_changes(server: Server) -> None:
    async with everybody(server) as people, server.socket("other-agent") as live, server.socket("reader") as reader:
        await watch(people, live, "ALL_EXCEPT_CLOSED")
        await watch(people, reader, "ALL_EXCEPT_CLOSED")
        await people.take("agent-1", await people.submit())
        await changes(reader, "ALL_EXCEPT_CLOSED", 2)
        found = await (await people.client("requester")).run('{ structures(search: "hospitalier") { id } }')
        fence = await people.submit(recipientStructureId=found["structures"][0]["id"])
        assert await kinds(live, "ALL_EXCEPT_CLOSED", 1) == [("ENTERED", ticket_id_of(fence))]


async def test_search_and_filter_decide_which_tickets_enter(server: Server) -> None:
    async with everybody(server) as people, server.socket("agent-1") as live:
        await watch(people, live, "TO_PROCESS", "search", search="hydravion")
        await watch(people, live, "TO_PROCESS", "filter", filter={"unassigned": False})
        submitted = await people.submit()
        taken = await people.take("agent-1", submitted)
        assert await kinds(live, "filter", 1) == [("ENTERED", ticket_id_of(taken))]
        await people.act("agent-1", "requestInformation", taken, "Quel hydravion ?")
        assert await kinds(live, "filter", 1) == [("LEFT", ticket_id_of(taken))]
        # A search finds the ticket by a message's word once the message is there, not before.
        await people.act("requester", "provideInformation", taken, "Le rouge.")
        messages = {message["id"]: message for message in (await live.receive(), await live.receive())}
        for operation_id in ("search", "filter"):
            change = messages[operation_id]["payload"]["data"]["change"]
            assert (change["kind"], change["ticketId"]) == ("ENTERED", ticket_id_of(taken))
