"""Subscriptions to a desk that moves: each event is one that the reference expects, and each of these comes."""

import json
from contextlib import AsyncExitStack
from typing import Any

from tests.graph.moving_desk import MovingDesk
from tests.graph.questions import Questions, random_ticket
from tests.graph.reference import TABS, kept_by
from tests.live import stream
from tests.support.server import Socket

_INBOX = """subscription ($tab: InboxTab!, $search: String) { inboxChanges(tab: $tab, search: $search) {
  kind ticketId ticket { id shortDescription status version } activity { id message } } }"""
_COUNTS = "subscription { tabs: tabCounts { tab count } }"
_CHANGES = """subscription ($ticketId: ID!, $after: Cursor) { ticketChanges(ticketId: $ticketId, after: $after) {
  activity { id message } ticket { id shortDescription } } }"""


class Watcher:
    """A subscription to one tab, and what is in its list."""

    def __init__(self, desk: MovingDesk, login: str, tab: str, search: str | None, live: Socket) -> None:
        self.desk, self.login, self.tab, self.search, self._live = desk, login, tab, search, live
        self._before = self._versions()

    def _versions(self) -> dict[str, int]:
        found = self.desk.reference.list(self.login, self.tab, self.search, kept_by(None))
        return {ticket.id: ticket.version for ticket in found}

    async def follow(self) -> int:
        """Receive the events of a move, of which nothing else may come; how many there were."""
        before, after = self._before, self._versions()
        self._before = after
        kinds = dict.fromkeys(before.keys() - after.keys(), "LEFT")
        kinds |= dict.fromkeys(after.keys() - before.keys(), "ENTERED")
        kinds |= {one: "UPDATED" for one in after.keys() & before.keys() if before[one] != after[one]}
        for _ in range(len(kinds)):
            change = (await self._live.next("watch"))["inboxChanges"]
            where = (self.login, self.tab, change)
            assert kinds.pop(change["ticketId"], None) == change["kind"], (where, kinds)
            seen = {one.id: one.short_description for one in self.desk.reference.visible(self.login)}
            text = seen.get(change["ticketId"])
            assert (change["ticket"] and change["ticket"]["shortDescription"]) == text, where
            assert text is not None or change["activity"] is None, where
        return len(before.keys() ^ after.keys())


async def watch(desk: MovingDesk, login: str, tab: str, search: str | None, stack: AsyncExitStack) -> Watcher:
    """Subscribe; the subscription is on when this returns."""
    live = await stack.enter_async_context(desk.server.socket(login))
    await live.subscribe("watch", _INBOX, tab=tab, search=search)
    # A query that is answered after it on the same socket says that the subscription has been read.
    await live.subscribe("counts", _COUNTS)
    await live.next("counts")
    await live.send(type="complete", id="counts")
    return Watcher(desk, login, tab, search, live)


async def check_first_events(desk: MovingDesk, login: str, start: str) -> None:
    """The first events over SSE: the counts; the past of a ticket from its submission, or NOT_FOUND."""
    client = await desk.people.client(login)
    async with stream(client, _COUNTS) as events:
        counts = {row["tab"]: row["count"] for row in (await events.next())["tabs"]}
    assert counts == {tab: len(desk.reference.list(login, tab, None, kept_by(None))) for tab in TABS}, login
    ticket = random_ticket(Questions(desk, desk.random))
    async with stream(client, _CHANGES, ticketId=ticket.id, after=start) as events:
        name, text = await events.event()
        answer: Any = json.loads(text)
    if desk.reference.sees(login, ticket):
        change = answer["data"]["ticketChanges"]
        assert change["ticket"] == {"id": ticket.id, "shortDescription": ticket.short_description}, (login, answer)
        assert change["activity"]["id"] == ticket.activities[0].id, (login, answer)
    else:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"], (login, name, answer)
        assert ticket.word not in text
