"""Follow a tab of the received tickets: print its list, then one line a change, over cuts and restarts."""

import asyncio
import sys
from datetime import datetime
from functools import partial

import desk
from api import Desk, InboxTab, Row
from api.watch_tab import WatchTabInboxChanges
from gql import Client
from gql.transport.exceptions import TransportError, TransportQueryError

KINDS = {"ENTERED": "+ entré", "UPDATED": "~ modifié", "LEFT": "− sorti"}
STALE_CURSOR = {"CURSOR_EXPIRED", "BAD_USER_INPUT"}
QUIET = 0.5  # seconds without a change after which all missed changes have come
say = partial(print, flush=True)


class Watch:
    """A tab's list, kept right up to `cursor`."""

    def __init__(self, url: str, token: str, tab: InboxTab, search: str | None) -> None:
        self.url, self.token, self.tab, self.search = url, token, tab, search
        self.tickets: dict[str, Row] = {}
        self.cursor: str | None = None
        self.attempt = 0

    async def run(self) -> str:
        """Read and follow until the server refuses for good; return the reason."""
        while True:
            try:
                if self.cursor is None:
                    await self.read()
                await self.follow()
            except (TransportError, TimeoutError) as error:
                if desk.is_token_refused(error):
                    return desk.TOKEN_REFUSED
                if self.cursor and isinstance(error, TransportQueryError) and desk.codes(error) & STALE_CURSOR:
                    self.cursor = None  # the cursor is too old or of another desk: start over from a new list
                elif not desk.may_pass(error):
                    return desk.text(error)
            if self.attempt == 0:
                say("reconnexion…")
            await asyncio.sleep(desk.wait_before(self.attempt))
            self.attempt += 1

    async def read(self) -> None:
        """Read all pages. The first page's cursor is older than every row, so changes made meanwhile come as events."""
        tickets: dict[str, Row] = {}
        cursor, after, more = None, None, True
        async with Client(transport=desk.http(self.url, self.token)) as session:
            while more:
                page = (await Desk(session).read_tab(self.tab, self.search, after)).tickets
                tickets |= {ticket.id: ticket for ticket in page.nodes}
                cursor = cursor or page.live_cursor
                more, after = page.page_info.has_next_page, page.page_info.end_cursor
        self.tickets, self.cursor = tickets, cursor
        say(f"{'Émis le':<16}  {'Numéro':<8}  {'Description brève':<44}  {'Statut':<25}  Affectation")
        for ticket in tickets.values():
            say(f"{ticket.submitted_at.astimezone():%d/%m/%Y %H:%M}  {columns(ticket)}".rstrip())

    async def follow(self) -> None:
        """Apply every change after the cursor: first those that were missed, then each as it comes."""
        async with Client(transport=desk.live(self.url, self.token)) as session:
            clock = asyncio.get_running_loop()
            quiet = clock.call_later(QUIET, self.caught_up)
            try:
                async for event in Desk(session).watch_tab(self.tab, self.search, self.cursor):
                    self.apply(event.inbox_changes)
                    if self.attempt:  # missed changes are still coming
                        quiet.cancel()
                        quiet = clock.call_later(QUIET, self.caught_up)
            finally:
                quiet.cancel()

    def apply(self, change: WatchTabInboxChanges) -> None:
        """Apply a change to the list and print it; a ticket that is no longer visible is printed as last seen."""
        ticket = change.ticket or self.tickets.get(change.ticket_id)
        if change.kind.value == "LEFT":
            self.tickets.pop(change.ticket_id, None)
        elif ticket:
            self.tickets[change.ticket_id] = ticket
        self.cursor = change.cursor
        label = change.activity.label if change.activity else "N’est plus visible"
        when = change.activity.occurred_at.astimezone() if change.activity else datetime.now()
        kind = KINDS.get(change.kind.value, change.kind.value)  # a newer server may have more kinds
        say(f"{when:%H:%M:%S}  {kind:<9}  {columns(ticket)}  {label}")

    def caught_up(self) -> None:
        """Print that the list is up to date."""
        self.attempt = 0
        say(f"à jour : {len(self.tickets)} ticket{'s' if len(self.tickets) > 1 else ''}")


def columns(ticket: Row | None) -> str:
    """A ticket in columns; empty ones for a ticket that was never read."""
    if ticket is None:
        return f"{'?':<8}  {'':<44}  {'':<25}  {'':<18}"
    brief, assignee = ticket.short_description, ticket.assignee.display_name if ticket.assignee else "—"
    brief = brief if len(brief) <= 44 else f"{brief[:43]}…"
    return f"{ticket.number:<8}  {brief:<44}  {ticket.status_label:<25}  {assignee:<18}"


if __name__ == "__main__":
    parser = desk.arguments("Suit un onglet des tickets reçus, en direct.")
    parser.add_argument(
        "--tab", default="TO_PROCESS", choices=[one.value for one in InboxTab], help="défaut : %(default)s"
    )
    parser.add_argument("--search", metavar="WORDS", help="les mots à trouver, tous")
    given = parser.parse_args()
    try:
        sys.exit(asyncio.run(Watch(given.url, given.token, InboxTab(given.tab), given.search).run()))
    except KeyboardInterrupt:
        say("fin")
