"""A client's list: read once, then updated by `inboxChanges` over WebSocket or SSE, across lost connections.

It checks that each change fits the list. The tests compare the list with the one that the server reads.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.live import INBOX, ROW, Events, People, stream
from tests.support.server import WAIT, Socket

LIST = f"""query ($tab: InboxTab!, $search: String, $filter: TicketFilter, $after: String) {{
  list: tickets(tab: $tab, search: $search, filter: $filter, first: 100, after: $after) {{
    liveCursor totalCount nodes {{ {ROW} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
PAGE = f"""query ($tab: InboxTab!, $search: String, $filter: TicketFilter, $page: Int!) {{
  list: ticketPage(tab: $tab, search: $search, filter: $filter, page: $page, pageSize: 100) {{
    liveCursor totalCount pageCount nodes {{ {ROW} }} }} }}"""


@dataclass(frozen=True)
class ListSpec:
    """The login and arguments of a list, and its transport. `early`: it is first read while others act."""

    login: str
    tab: str
    search: str | None
    filter: dict[str, Any]
    recent: bool
    sse: bool
    paged: bool
    early: bool


class LiveList:
    """A list that is read once, and then updated only by its changes."""

    def __init__(self, people: People, spec: ListSpec, arguments: dict[str, Any]) -> None:
        self.people, self.spec, self.arguments = people, spec, arguments
        self.rows: dict[str, Any] = {}
        self.cursor = ""
        self.seen: set[str] = set()
        self.sse = spec.sse
        self.operation = 0
        self.line: Socket | Events | None = None
        self.following: asyncio.Task[None] | None = None
        self.moved = asyncio.Event()

    async def read(self) -> tuple[dict[str, Any], str]:
        """The whole list as the server reads it, and its liveCursor."""
        client = await self.people.client(self.spec.login)
        found: dict[str, Any] = {}
        cursor = after = None
        page, more = 1, True
        while more:
            place = {"page": page} if self.spec.paged else {"after": after}
            page_of_list = (await client.run(PAGE if self.spec.paged else LIST, **self.arguments, **place))["list"]
            cursor = cursor or page_of_list["liveCursor"]
            found |= {row["id"]: row for row in page_of_list["nodes"]}
            if self.spec.paged:
                more, page = page < page_of_list["pageCount"], page + 1
            else:
                more, after = page_of_list["pageInfo"]["hasNextPage"], page_of_list["pageInfo"]["endCursor"]
        return found, str(cursor)

    async def begin(self) -> None:
        self.rows, self.cursor = await self.read()
        self.come_back(self.sse)

    def come_back(self, sse: bool) -> None:
        """Subscribe after the last change."""
        if self.following is None:
            self.sse = sse
            self.following = asyncio.create_task(self._follow())

    async def leave(self, how: str) -> None:
        """Lose the connection, close it, or (over WebSocket) complete the subscription and subscribe again on it."""
        if self.following is None:
            return
        if isinstance(self.line, Socket):
            if how == "complete":
                await self.line.send(id=str(self.operation), type="complete")
                await self._subscribe(self.line)
                return
            if how == "abort":
                self.line.connection.transport.abort()
        self.following.cancel()
        with suppress(asyncio.CancelledError, ConnectionClosed):
            await self.following
        self.following = self.line = None

    async def _follow(self) -> None:
        try:
            if self.sse:
                client = await self.people.client(self.spec.login)
                async with stream(client, INBOX, **self.arguments, after=self.cursor) as events:
                    self.line = events
                    while True:
                        self.apply((await events.next(10 * WAIT))["change"])
            else:
                async with self.people.server.socket(self.spec.login) as live:
                    self.line = live
                    await self._subscribe(live)
                    while True:
                        message = await live.receive(10 * WAIT)
                        # A message of the completed operation before may still come.
                        if message["id"] == str(self.operation):
                            assert message["type"] == "next", message
                            assert "errors" not in message["payload"], message
                            self.apply(message["payload"]["data"]["change"])
        finally:
            self.moved.set()

    async def _subscribe(self, live: Socket) -> None:
        self.operation += 1
        await live.subscribe(str(self.operation), INBOX, **self.arguments, after=self.cursor)

    def apply(self, change: dict[str, Any]) -> None:
        kind, ticket_id, ticket = change["kind"], change["ticketId"], change["ticket"]
        known = self.rows.get(ticket_id)
        assert change["cursor"] not in self.seen, f"twice: {change}"
        assert (ticket is None) == (change["activity"] is None), change
        if ticket is None:
            assert kind == "LEFT", change
        elif self.spec.early:
            assert ticket["id"] == ticket_id, change
        else:
            # The list was read while nobody acted, so each change must fit it exactly.
            assert ticket["id"] == ticket_id, change
            assert (known is not None) == (kind != "ENTERED"), f"{change} for {known}"
            assert known is None or ticket["version"] == known["version"] + 1, f"{change} for {known}"
        self.seen.add(change["cursor"])
        self.cursor = change["cursor"]
        if kind == "LEFT":
            self.rows.pop(ticket_id, None)
        else:
            self.rows[ticket_id] = {name: value for name, value in ticket.items() if name in ROW.split()}
        self.moved.set()

    async def comes_to(self, what: str, reached: Any) -> None:
        """Wait until `reached()`. Raises if a change breaks a rule or the stream ends."""
        assert self.following is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT / 2):
                while not reached():
                    if self.following.done():
                        self.following.result()
                        raise AssertionError(f"{self.spec}: the stream has ended")
                    self.moved.clear()
                    await self.moved.wait()
        assert reached(), f"{self.spec} did not come to {what}; it has {self.rows}"

    async def has(self, ticket_id: str) -> None:
        """Wait until the ticket is in the list."""
        await self.comes_to(f"have {ticket_id}", lambda: ticket_id in self.rows)

    async def is_right(self) -> None:
        """Wait until the list equals the one that the server reads."""
        self.come_back(self.sse)
        fresh, _ = await self.read()
        await self.comes_to(f"be {fresh}", lambda: self.rows == fresh)
