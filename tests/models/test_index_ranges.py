"""Lists read as index ranges equal the same lists sorted whole, in order and without duplicates."""

import pytest

from models.access import Rights, Scope, rights_of
from models.database import transaction
from models.inbox import index_ranges
from models.inbox.filters import Filter
from models.inbox.lists import TicketList
from models.inbox.ordering import Order, decode_cursor, encode_cursor
from models.inbox.tabs import InboxTab
from models.workflow import TicketStatus
from tests.conftest import Desk
from tests.models import AT, Ticket, act, all_tickets, id_of, received_by, select, submit, ticket_at
from tests.models.test_counters import NEWEST

OPEN, AWAITING, RESOLVED, CLOSED = TicketStatus
UNCLOSED = (OPEN, AWAITING, RESOLVED)


async def some_tickets(desk: Desk) -> list[Ticket]:
    """Tickets of several recipients and stages, some submitted out of order or at the same instant; newest first."""
    for n, stage in enumerate(("open", "taken", "awaiting", "resolved", "closed", "transferred") * 2):
        at = AT - (n % 4) * 1000
        ticket_id = await ticket_at(desk, "open", service=(None, "FINANCES", "RH")[n % 3], at=at)
        if stage != "open":
            await act(desk, "agent-1", "assign_ticket_to_me", ticket_id)
        match stage:
            case "awaiting":
                await act(desk, "agent-1", "request_information", ticket_id)
            case "resolved":
                await act(desk, "agent-1", "propose_solution", ticket_id)
            case "closed":
                await act(desk, "requester", "close_ticket", ticket_id)
            case "transferred":
                await act(desk, "agent-1", "transfer_to_support", ticket_id)
    return sorted(await all_tickets(), key=lambda ticket: (-ticket["submitted_at"], -ticket["id"]))


async def read_through(ticket_list: TicketList, size: int, backward: bool) -> list[int]:
    found: list[int] = []
    keyset, more = None, True
    while more:
        cut = {"before": keyset} if backward else {"after": keyset}
        rows, more = await ticket_list.slice(("number",), NEWEST, size=size, backward=backward, **cut)
        ids = [row.id for row in rows]
        found = ids + found if backward else found + ids
        keyset = decode_cursor(NEWEST, encode_cursor(NEWEST, rows[0 if backward else -1])) if rows else keyset
    return found


@pytest.mark.parametrize("max_ranges", [index_ranges.RANGES_MAX, 2])
async def test_merged_ranges_and_a_sorted_list_have_the_same_order(
    desk: Desk, max_ranges: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_ranges, "RANGES_MAX", max_ranges)
    tickets = await some_tickets(desk)
    town, support = [await id_of("structures", "identifier", one) for one in ("21990041200012", "SUPPORT-CPP")]
    finances, human = [await id_of("services", "code", code) for code in ("FINANCES", "RH")]
    for scope in (
        Scope(frozenset([town])), Scope(frozenset([town, support])), Scope(frozenset(), frozenset([finances, human])),
        Scope(frozenset([support]), frozenset([finances])), Scope(),
    ):  # fmt: skip
        rights = Rights(await id_of("users", "login", "agent-1"), scope, scope, frozenset())
        for tab, statuses in ((InboxTab.ALL_EXCEPT_CLOSED, UNCLOSED), (InboxTab.CLOSED, (CLOSED,))):
            for filter in (Filter(), Filter(unassigned=True), Filter(service_ids=frozenset([finances]))):
                expected = [
                    ticket["id"]
                    for ticket in tickets
                    if ticket["status"] in statuses
                    and scope.covers(ticket["recipient_structure_id"], ticket["recipient_service_id"])
                    and (filter.unassigned is None or ticket["assignee_id"] is None)
                    and (filter.service_ids is None or ticket["recipient_service_id"] == finances)
                ]
                ticket_list = TicketList(rights, tab, filter=filter)
                assert await read_through(ticket_list, 2, backward=False) == expected
                assert await read_through(ticket_list, 3, backward=True) == expected
                pages = [await ticket_list.page((), NEWEST, offset=n, size=2) for n in range(0, len(expected) + 2, 2)]
                assert [row.id for page in pages for row in page] == expected


async def test_profile_on_a_structure_and_its_service_lists_each_ticket_once(desk: Desk) -> None:
    user_id, town = await desk.user("service-agent"), await desk.structure("Commune")
    await let_view(user_id, town)
    rights = await rights_of(user_id)
    finances = await desk.service("FINANCES")
    assert rights.received == Scope(frozenset([town]))
    assert rights.edited == Scope(frozenset(), frozenset([finances]))
    tickets = [await submit(desk, service=service, at=AT + n) for n, service in enumerate(("FINANCES", None, "RH"))]
    is_received = await received_by(user_id)
    assert all(is_received(ticket) for ticket in await all_tickets())
    ticket_list = TicketList(rights, InboxTab.TO_PROCESS)
    assert [row.id for row in await ticket_list.page((), Order(), offset=0, size=10)] == tickets[::-1]
    assert await ticket_list.count() == 3


async def let_view(user_id: int, structure_id: int) -> None:
    """Give a user the right to view a whole structure."""
    sql = "INSERT INTO entitlements (user_id, structure_id, profile) VALUES (?, ?, 'RECEIVED_TICKETS_VIEW')"
    await transaction(lambda connection: connection.execute_query(sql, [user_id, structure_id]))


async def test_my_tickets_tab_has_only_tickets_still_received(desk: Desk) -> None:
    mine = [await ticket_at(desk, "taken", service=service) for service in (None, "FINANCES")]
    agent = await rights_of(await desk.user("agent-1"))
    finances = Scope(frozenset(), frozenset([await desk.service("FINANCES")]))
    for scope, expected in ((agent.received, mine[::-1]), (finances, mine[1:]), (Scope(), [])):
        rights = Rights(agent.user_id, scope, scope, frozenset())
        ticket_list = TicketList(rights, InboxTab.MY_TICKETS_TO_PROCESS)
        assert [row.id for row in await ticket_list.page((), NEWEST, offset=0, size=10)] == expected
        assert await ticket_list.count() == len(expected)
    assert await select("SELECT COUNT(*) FROM tickets") == [(2,)]
