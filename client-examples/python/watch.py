"""Follow a tab of the received tickets: its list, then a line a change, over cuts and restarts of the server."""

import asyncio
import sys
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

import desk
from gql import Client
from gql.transport.exceptions import TransportError, TransportQueryError

TABS = ("MY_TICKETS_TO_PROCESS", "TO_PROCESS", "AWAITING_INFORMATION", "ALL_EXCEPT_CLOSED", "CLOSED")
KINDS = {"ENTERED": "+ entré", "UPDATED": "~ modifié", "LEFT": "− sorti"}
STALE_CURSOR = {"CURSOR_EXPIRED", "BAD_USER_INPUT"}
UNSEEN = {"number": "?", "shortDescription": "", "statusLabel": "", "assignee": None}
QUIET = 0.5  # seconds without a change that tell that nothing of what was missed is still to come
say = partial(print, flush=True)


class Watch:
    """A tab's list, kept right up to `cursor`."""

    def __init__(self, url: str, token: str, **asked: str | None) -> None:
        self.url, self.token, self.asked = url, token, asked
        self.tickets: dict[str, dict[str, Any]] = {}
        self.cursor: str | None = None
        self.attempt = 0

    async def run(self) -> str:
        """Read and follow until the server refuses for good; why it did."""
        while True:
            try:
                if self.cursor is None:
                    await self.read()
                await self.follow()
            except (TransportError, TimeoutError) as error:
                if desk.is_token_refused(error):
                    return desk.TOKEN_REFUSED
                if self.cursor and isinstance(error, TransportQueryError) and desk.codes(error) & STALE_CURSOR:
                    self.cursor = None  # that place is no longer there: start over from a fresh list
                elif not desk.may_pass(error):
                    return desk.text(error)
            if self.attempt == 0:
                say("reconnexion…")
            await asyncio.sleep(desk.wait_before(self.attempt))
            self.attempt += 1

    async def read(self) -> None:
        """Read all pages. The first page's cursor is older than every row: what changes meanwhile will be told."""
        tickets: dict[str, dict[str, Any]] = {}
        cursor, after, more = None, None, True
        async with Client(transport=desk.http(self.url, self.token)) as session:
            while more:
                page = (await session.execute(desk.document("ReadTab", **self.asked, after=after)))["tickets"]
                tickets |= {ticket["id"]: ticket for ticket in page["nodes"]}
                cursor = cursor or page["liveCursor"]
                more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        self.tickets, self.cursor = tickets, cursor
        say(f"{'Émis le':<16}  {'Numéro':<8}  {'Description brève':<44}  {'Statut':<25}  Affectation")
        for ticket in tickets.values():
            say(f"{local(ticket['submittedAt']):%d/%m/%Y %H:%M}  {columns(ticket)}".rstrip())

    async def follow(self) -> None:
        """Take in every change after the cursor: first those that were missed, then each as it comes."""
        async with Client(transport=desk.live(self.url, self.token)) as session:
            clock = asyncio.get_running_loop()
            quiet = clock.call_later(QUIET, self.caught_up)
            try:
                watching = desk.document("WatchTab", **self.asked, after=self.cursor)
                async with aclosing(session.subscribe(watching)) as changes:
                    async for data in changes:
                        self.take_in(data["inboxChanges"])
                        if self.attempt:  # those that were missed are still coming
                            quiet.cancel()
                            quiet = clock.call_later(QUIET, self.caught_up)
            finally:
                quiet.cancel()

    def take_in(self, change: dict[str, Any]) -> None:
        """Bring the list to where the change leaves it, and tell: a ticket that went out of sight, as last seen."""
        ticket = change["ticket"] or self.tickets.get(change["ticketId"], UNSEEN)
        if change["kind"] == "LEFT":
            self.tickets.pop(change["ticketId"], None)
        else:
            self.tickets[change["ticketId"]] = ticket
        self.cursor = change["cursor"]
        activity = change["activity"] or {"label": "N’est plus visible", "occurredAt": datetime.now().isoformat()}
        when, kind = local(activity["occurredAt"]), KINDS[change["kind"]]
        say(f"{when:%H:%M:%S}  {kind:<9}  {columns(ticket)}  {activity['label']}")

    def caught_up(self) -> None:
        """Tell that the list is as the server's."""
        self.attempt = 0
        say(f"à jour : {len(self.tickets)} ticket{'s' if len(self.tickets) > 1 else ''}")


def columns(ticket: dict[str, Any]) -> str:
    """A ticket in columns."""
    brief, assignee = ticket["shortDescription"], (ticket["assignee"] or {}).get("displayName", "—")
    brief = brief if len(brief) <= 44 else f"{brief[:43]}…"
    return f"{ticket['number']:<8}  {brief:<44}  {ticket['statusLabel']:<25}  {assignee:<18}"


def local(instant: str) -> datetime:
    """An instant of the server, on this machine's clock."""
    return datetime.fromisoformat(instant).astimezone()


if __name__ == "__main__":
    parser = desk.arguments("Suit un onglet des tickets reçus, en direct.")
    parser.add_argument("--tab", default="TO_PROCESS", choices=TABS, help="défaut : %(default)s")
    parser.add_argument("--search", metavar="WORDS", help="les mots à trouver, tous")
    given = parser.parse_args()
    try:
        sys.exit(asyncio.run(Watch(given.url, given.token, tab=given.tab, search=given.search).run()))
    except KeyboardInterrupt:
        say("fin")
