"""`inboxChanges`: the changes of one tab, under a search and a filter."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Annotated

import strawberry

from graph.arguments import cursor_expired, parse_filter, parse_position, parse_search
from graph.context import Context, Info
from graph.live.consumer import RightsChanged
from graph.live.hub import Hub
from graph.queries.tickets import Filter, Search, Tab
from graph.types.changes import InboxChange
from graph.types.scalars import Cursor
from models import access, journal
from models.access import Rights
from models.database import Row
from models.inbox.changes import InboxChangeKind, change_kind, left_and_entered
from models.inbox.filters import Filter as ListFilter
from models.inbox.tabs import InboxTab
from models.journal import Event
from models.search.normalise import Term


@strawberry.subscription(
    description="The changes of one tab, under a search and a filter; applied to a list, they keep it right without "
    "another read. With `after`, first every change since that cursor, in order, then the live ones."
)
async def inbox_changes(
    info: Info,
    tab: Tab,
    search: Search = None,
    filter: Filter = None,
    after: Annotated[
        Cursor | None, strawberry.argument(description="The list's liveCursor, or the last change's cursor.")
    ] = None,
) -> AsyncGenerator[InboxChange, None]:
    """Errors: BAD_USER_INPUT; CURSOR_EXPIRED, also for a cursor of before a change of the viewer's rights."""
    context, consumer = info.context, info.context.consumer
    terms, parsed_filter = parse_search(context, search), parse_filter(context, filter)
    position = await parse_position(context, after)
    # The rights by which the client's list was made. A first run takes those of its cursor, if they have not changed.
    listed_by = consumer.rights
    moved = Moved()
    async for event in consumer.follow(position):
        # Read for each event, since sending the previous one to a slow client may have taken long.
        rights = await context.rights_now()
        if isinstance(event, RightsChanged) or listed_by is None or rights.received != listed_by.received:
            changed_at = await access.rights_position(context.viewer.rights.user_id)
            # Events of before the change are never compared by the new rights: under a search or a filter, LEFT would
            # tell what a ticket was while it was out of sight. A run goes on if nothing lies between.
            if (after or listed_by) and changed_at > consumer.delivered + (listed_by is not None):
                raise cursor_expired()
            if listed_by is not None and rights.received != listed_by.received:
                moved = await _moved(context, listed_by, rights, tab, terms, parsed_filter)
                for change in moved.changes(context.hub, rights, consumer.delivered, changed_at):
                    yield change
            listed_by = rights
        if isinstance(event, RightsChanged):
            continue
        rights_before = moved.rights_before(event, rights)
        kind = change_kind(event, tab, rights_before, rights, filter=parsed_filter)
        if terms and kind is not None:
            # The words are read only for events that would concern the list without the search.
            words = await context.hub.words(event)
            kind = change_kind(event, tab, rights_before, rights, search=terms, filter=parsed_filter, words=words)
        # Of a ticket that is no longer received, because it was transferred since, only LEFT is delivered.
        received = rights.received.covers(event.ticket.structure_id, event.ticket.service_id)
        if kind is InboxChangeKind.LEFT or (kind is not None and received):
            yield _change(event, rights, event.position, kind)


class Moved:
    """What a change of rights has moved out of a list and into it, and the tickets that have changed since."""

    def __init__(
        self, left: Sequence[Row] = (), entered: Sequence[Row] = (), earlier: Rights | None = None, until: int = 0
    ) -> None:
        self._rows = [
            *((InboxChangeKind.LEFT, row) for row in left),
            *((InboxChangeKind.ENTERED, row) for row in entered),
        ]
        self._earlier, self._until = earlier, until
        self._seen: set[int] = set()

    def changes(self, hub: Hub, rights: Rights, listed_at: int, changed_at: int) -> Iterator[InboxChange]:
        """The changes. Only the last one's cursor is of after the change of rights: who has not got all starts over."""
        for left, (kind, row) in zip(range(len(self._rows) - 1, -1, -1), self._rows, strict=True):
            resume = listed_at if left else max(changed_at, listed_at)
            yield _change(hub.events_of([row])[0], rights, resume, kind)

    def rights_before(self, event: Event, rights: Rights) -> tuple[Rights, ...]:
        """The rights by which the state before an event may have been in the list: also the earlier ones for the first
        event of a ticket since the change, which has the state that they saw."""
        if self._earlier is None or event.position > self._until or event.ticket.id in self._seen:
            return (rights,)
        self._seen.add(event.ticket.id)
        return rights, self._earlier


async def _moved(
    context: Context, listed_by: Rights, rights: Rights, tab: InboxTab, terms: tuple[Term, ...], filter: ListFilter
) -> Moved:
    """What a change of rights moves. Errors: CURSOR_EXPIRED if that is too much."""
    listed_at, maximum = context.consumer.delivered, context.settings.rights_change_max_tickets
    left, entered = await left_and_entered(listed_by, rights, tab, terms, filter, position=listed_at, limit=maximum + 1)
    # Read after the tickets, so that no event falls between the two.
    until = await journal.latest_position()
    if max(len(left), len(entered), until - listed_at) > maximum:
        raise cursor_expired()
    return Moved(left, entered, listed_by, until)


def _change(event: Event, rights: Rights, resume: int, kind: InboxChangeKind) -> InboxChange:
    ticket = event.ticket
    visible = rights.sees(ticket.structure_id, ticket.service_id, ticket.issuer_id)
    return InboxChange(event=event, visible=visible, resume=resume, kind=kind)
