"""Tabs, filters, orders and slices, compared with plain Python over every ticket of the demo desk."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Callable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from models import database, journal
from models.access import Rights, rights_of
from models.demo.desk import fill
from models.demo.world import load_world
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.lists import TicketList, tab_counts
from models.inbox.ordering import InvalidPageCursor, Keyset, Order, OrderField, decode_cursor, encode_cursor
from models.inbox.tabs import InboxTab, in_tab
from models.search.normalise import sort_key
from models.tickets.projection import TicketRow
from models.workflow import TicketStatus
from tests.conftest import Desk
from tests.models import (
    AT,
    Ticket,
    act,
    all_tickets,
    id_of,
    immutable_of,
    open_desk,
    received_by,
    samples,
    select,
    state_of,
    submit,
)

OPEN, AWAITING, RESOLVED, CLOSED = TicketStatus
TAB_STATUSES = {
    InboxTab.MY_TICKETS_TO_PROCESS: [OPEN],
    InboxTab.TO_PROCESS: [OPEN],
    InboxTab.AWAITING_INFORMATION: [AWAITING],
    InboxTab.ALL_EXCEPT_CLOSED: [OPEN, AWAITING, RESOLVED],
    InboxTab.CLOSED: [CLOSED],
}
NEWEST_FIRST = Order()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo desk, filled once for all tests here."""
    made = tmp_path_factory.mktemp("filled")

    async def make() -> None:
        try:
            desk = await open_desk(made)
            await load_world()
            await fill(desk.services, now=AT)
        finally:
            await database.close_database()

    asyncio.run(make())
    return made


@pytest.fixture
async def filled(folder: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    """A copy of the demo desk for each test."""
    shutil.copytree(folder, tmp_path / "desk")
    try:
        yield await open_desk(tmp_path / "desk")
    finally:
        await database.close_database()


async def everyone() -> dict[str, Rights]:
    return {login: await rights_of(user_id) for login, user_id in await select("SELECT login, id FROM users")}


def belongs(ticket: Ticket, tab: InboxTab, user_id: int) -> bool:
    mine = tab is not InboxTab.MY_TICKETS_TO_PROCESS or ticket["assignee_id"] == user_id
    return ticket["status"] in TAB_STATUSES[tab] and mine


async def ids_of(ticket_list: TicketList, order: Order = NEWEST_FIRST) -> list[int]:
    return [row.id for row in await ticket_list.page((), order, offset=0, size=10_000)]


async def test_each_tab_of_each_user_has_the_tickets_of_the_contract_newest_first(filled: Desk) -> None:
    tickets, counted = await all_tickets(), 0
    tickets.sort(key=lambda ticket: (-ticket["submitted_at"], -ticket["id"]))
    for login, rights in (await everyone()).items():
        is_received = await received_by(rights.user_id)
        counts, position = await tab_counts(rights)
        assert position == await journal.latest_position()
        assert list(counts) == list(TAB_STATUSES)
        for tab in InboxTab:
            expected = [t["id"] for t in tickets if is_received(t) and belongs(t, tab, rights.user_id)]
            ticket_list = TicketList(rights, tab)
            assert (login, tab, await ids_of(ticket_list)) == (login, tab, expected)
            assert await ticket_list.count() == counts[tab] == len(expected)
            assert {t["id"] for t in tickets if in_tab(tab, rights, state_of(t))} == set(expected)
            counted += len(expected)
    assert counted > 300


async def test_sent_tickets_are_those_that_the_users_structures_issued(filled: Desk) -> None:
    tickets = await all_tickets()
    tickets.sort(key=lambda ticket: (-ticket["submitted_at"], -ticket["id"]))
    for login, rights in (await everyone()).items():
        issuers = [
            structure
            for (structure,) in await select(
                "SELECT structure_id FROM entitlements WHERE user_id = ? AND profile = 'SENT_TICKETS'", rights.user_id
            )
        ]
        expected = [ticket["id"] for ticket in tickets if ticket["issuer_structure_id"] in issuers]
        assert (login, await ids_of(TicketList(rights, None))) == (login, expected)
        assert await TicketList(rights, None).count() == len(expected)


async def test_each_filter_and_pair_of_filters_matches_alike_in_sql_and_in_memory(
    filled: Desk,
) -> None:
    tickets, people, met = await all_tickets(), await everyone(), 0
    viewers = [(people[login], await received_by(people[login].user_id)) for login in ("agent-1", "farid.ouali")]
    known = list(samples(tickets))
    for one, other in [*((one, one) for one in known), *combinations(known, 2)]:
        if one is not other and one[0] == other[0]:
            continue
        filter = Filter(**one[1], **(other[1] if other is not one else {}))
        wanted = [ticket for ticket in tickets if one[2](ticket) and other[2](ticket)]
        assert [t for t in tickets if filter.matches(state_of(t), immutable_of(t))] == wanted, filter
        for (rights, is_received), tab in product(viewers, (InboxTab.ALL_EXCEPT_CLOSED, InboxTab.CLOSED)):
            expected = {t["id"] for t in wanted if is_received(t) and belongs(t, tab, rights.user_id)}
            assert set(await ids_of(TicketList(rights, tab, filter=filter))) == expected, filter
            met += len(expected)
    assert met > 1_000


async def test_tab_counts_apply_the_filter(filled: Desk) -> None:
    tickets, rights = await all_tickets(), (await everyone())["agent-1"]
    is_received = await received_by(rights.user_id)
    for _, given, matches in samples(tickets):
        counts, _ = await tab_counts(rights, filter=Filter(**given))
        assert counts == {
            tab: sum(is_received(t) and matches(t) and belongs(t, tab, rights.user_id) for t in tickets)
            for tab in InboxTab
        }
    assert Filter() == EVERY_TICKET


LAST = (1, "")
KEYS: dict[OrderField, Callable[[Ticket], Any]] = {
    OrderField.SUBMITTED_AT: lambda ticket: ticket["submitted_at"],
    OrderField.UPDATED_AT: lambda ticket: ticket["updated_at"],
    OrderField.NUMBER: lambda ticket: int(ticket["number"]),
    OrderField.STATUS: lambda ticket: [OPEN, AWAITING, RESOLVED, CLOSED].index(ticket["status"]),
    OrderField.CATEGORY: lambda ticket: sort_key(ticket["category"]),
    OrderField.ASSIGNEE: lambda ticket: LAST if ticket["assignee"] is None else (0, sort_key(ticket["assignee"])),
}
ORDERS = [Order(field, descending) for field in OrderField for descending in (False, True)]


async def in_order(order: Order) -> list[int]:
    """The reader's tickets that are not closed, sorted by Python; the id breaks ties."""
    is_received = await received_by(await id_of("users", "login", "reader"))
    tickets = [ticket for ticket in await all_tickets() if is_received(ticket) and ticket["status"] != CLOSED]
    tickets.sort(key=lambda t: (KEYS[order.field](t), t["id"]), reverse=order.descending)
    return [ticket["id"] for ticket in tickets]


async def readers_list() -> TicketList:
    return TicketList(await rights_of(await id_of("users", "login", "reader")), InboxTab.ALL_EXCEPT_CLOSED)


def keyset(order: Order, row: TicketRow) -> Keyset:
    """The keyset of a row, as a client's cursor gives it back."""
    return decode_cursor(order, encode_cursor(order, row))


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_slices_in_either_direction_make_up_the_list_without_duplicates(filled: Desk, order: Order) -> None:
    ticket_list, whole = await readers_list(), await in_order(order)
    assert len(whole) > 20
    assert await ids_of(ticket_list, order) == whole
    for size in (1, 7, len(whole), 100):
        forward: list[int] = []
        after, more = None, True
        while more:
            found, more = await ticket_list.slice((), order, size=size, after=after)
            forward += [row.id for row in found]
            after = keyset(order, found[-1])
            assert more == (len(forward) < len(whole))
        assert forward == whole
        backward: list[int] = []
        before, more = None, True
        while more:
            found, more = await ticket_list.slice((), order, size=size, before=before, backward=True)
            backward = [row.id for row in found] + backward
            before = keyset(order, found[0])
            assert more == (len(backward) < len(whole))
        assert backward == whole


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_slice_between_two_cursors_and_numbered_pages_match_the_list(filled: Desk, order: Order) -> None:
    ticket_list, whole = await readers_list(), await in_order(order)
    found = await ticket_list.page((), order, offset=0, size=100)
    after, before = keyset(order, found[4]), keyset(order, found[12])
    between = {"after": after, "before": before}
    for size, backward, expected, more in (
        (100, False, whole[5:12], False), (3, False, whole[5:8], True), (3, True, whole[9:12], True),
        (7, True, whole[5:12], False),
    ):  # fmt: skip
        slice_, beyond = await ticket_list.slice((), order, size=size, backward=backward, **between)
        assert ([row.id for row in slice_], beyond) == (expected, more)
    assert await ticket_list.slice((), order, size=5, after=before, before=after) == ([], False)
    for page in range(len(whole) // 7 + 2):
        assert [row.id for row in await ticket_list.page((), order, offset=page * 7, size=7)] == whole[page * 7 :][:7]


async def test_unassigned_tickets_come_last_in_ascending_order_of_assignees(filled: Desk) -> None:
    free = {ticket_id for (ticket_id,) in await select("SELECT id FROM tickets WHERE assignee_id IS NULL")}
    for descending in (False, True):
        found = await ids_of(await readers_list(), Order(OrderField.ASSIGNEE, descending))
        unassigned = [ticket_id in free for ticket_id in found]
        assert len(set(unassigned)) == 2
        assert unassigned == sorted(unassigned, reverse=descending)


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_tickets_entering_and_leaving_between_slices_hide_and_repeat_no_other(filled: Desk, order: Order) -> None:
    ticket_list, whole = await readers_list(), await in_order(order)
    first, _ = await ticket_list.slice((), order, size=5)
    for at in (AT - 20 * 86_400_000, AT):
        await submit(filled, at=at)
    # A ticket that was already read leaves the tab, and one that was not.
    names = dict(await select("SELECT t.id, u.login FROM tickets t JOIN users u ON u.email = t.contact_address"))
    closable = await select("SELECT id FROM tickets WHERE status IN ('OPEN', 'AWAITING_INFORMATION')")
    leaving = [ticket_id for ticket_id in whole if (ticket_id,) in closable]
    for ticket_id in (leaving[0], leaving[-1]):
        await act(filled, names[ticket_id], "close_ticket", ticket_id)
    rest, more = await ticket_list.slice((), order, size=100, after=keyset(order, first[-1]))
    assert not more
    shown = [row.id for row in first + rest]
    assert len(set(shown)) == len(shown)
    left = (leaving[0], leaving[-1])
    assert [n for n in shown if n in whole[5:]] == [n for n in whole[5:] if n not in left]


def forged(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_malformed_or_foreign_page_cursor_is_refused(filled: Desk, order: Order) -> None:
    [row], _ = await (await readers_list()).slice((), order, size=1)
    own = encode_cursor(order, row)
    assert decode_cursor(order, own) == (row.cursor_key, row.id)
    foreign = [encode_cursor(other, row) for other in ORDERS if other != order]
    name, way, key = order.field.value, int(order.descending), row.cursor_key
    other_kind: Any = 1 if isinstance(key, str) else "1"
    for bad in (
        *foreign, "", " ", "é", "AAAA", own[:-4], own + "A", "*" + own, forged(), forged({}), forged(None),
        forged(name, way, key), forged(name, way, key, row.id, 1), forged(name, way, key, "1"),
        forged(name, way, key, 2**63), forged(name, way, key, -(2**63)), forged(name, way, key, 1.5),
        forged(name, way, key, None), forged(name, way, key, True), forged(name, way, None, 1),
        forged(name, way, other_kind, 1), forged(name, way, [key], 1), forged(name, way, 2**70, 1),
        forged(name, way, "\ud800", 1), forged("description", way, key, 1), forged(name, "1; --", key, 1),
        base64.urlsafe_b64encode(b"[" * 50_000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ):  # fmt: skip
        with pytest.raises(InvalidPageCursor):
            decode_cursor(order, bad)
