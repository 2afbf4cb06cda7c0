"""`inboxChanges`: the changes of one tab, under a search and a filter."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.arguments import cursor_expired, parse_filter, parse_position, parse_search
from graph.context import Info
from graph.live.consumer import RightsChanged
from graph.queries.tickets import Filter, Search, Tab
from graph.types.changes import InboxChange
from graph.types.scalars import Cursor
from models import access, journal
from models.access import Rights
from models.inbox.changes import InboxChangeKind, change_kind, left_and_entered
from models.journal import Event


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
    hub, maximum = context.hub, context.settings.rights_change_max_tickets
    terms, parsed_filter = parse_search(context, search), parse_filter(context, filter)
    position = await parse_position(context, after)
    # The rights by which the client's list was made. A first run takes those of its cursor, if they have not changed.
    listed_by = consumer.rights
    earlier, earlier_until = listed_by, 0
    compared: set[int] = set()
    async for event in consumer.follow(position):
        # Read for each event, since sending the previous one to a slow client may have taken long.
        rights = await context.rights_now()
        if isinstance(event, RightsChanged) or listed_by is None or rights.received != listed_by.received:
            listed_at = consumer.delivered
            changed_at = await access.rights_position(context.viewer.rights.user_id)
            # Events of before the change are never compared by the new rights: under a search or a filter, LEFT would
            # tell what a ticket was while it was out of sight.
            if (after or listed_by) and changed_at > listed_at + (listed_by is not None):
                raise cursor_expired()
            if listed_by is not None and rights.received != listed_by.received:
                left, entered = await left_and_entered(
                    listed_by, rights, tab, terms, parsed_filter, position=listed_at, limit=maximum + 1
                )
                # Read after the tickets, so that no event falls between the two.
                earlier, earlier_until = listed_by, await journal.latest_position()
                if max(len(left), len(entered), earlier_until - listed_at) > maximum:
                    raise cursor_expired()
                compared.clear()
                changes = [(InboxChangeKind.LEFT, row) for row in left]
                changes += [(InboxChangeKind.ENTERED, row) for row in entered]
                for n, (kind, row) in enumerate(changes, 1):
                    # A client that has not got all of them has a cursor of before the change.
                    resume = max(changed_at, listed_at) if n == len(changes) else listed_at
                    yield _change(hub.events_of([row])[0], rights, resume, kind)
            listed_by = rights
        if isinstance(event, RightsChanged):
            continue
        rights_before: tuple[Rights, ...] = (rights,)
        if earlier is not None and event.position <= earlier_until and event.ticket.id not in compared:
            # The first event of a ticket since its list was made has the state that the earlier rights saw.
            compared.add(event.ticket.id)
            rights_before = rights, earlier
        change = change_kind(event, tab, rights_before, rights, filter=parsed_filter)
        if terms and change is not None:
            # The words are read only for events that would concern the list without the search.
            words = await hub.words(event)
            change = change_kind(event, tab, rights_before, rights, search=terms, filter=parsed_filter, words=words)
        # Of a ticket that is no longer received, because it was transferred since, only LEFT is delivered.
        received = rights.received.covers(event.ticket.structure_id, event.ticket.service_id)
        if change is InboxChangeKind.LEFT or (change is not None and received):
            yield _change(event, rights, event.position, change)


def _change(event: Event, rights: Rights, resume: int, kind: InboxChangeKind) -> InboxChange:
    ticket = event.ticket
    visible = rights.sees(ticket.structure_id, ticket.service_id, ticket.issuer_id)
    return InboxChange(event=event, visible=visible, resume=resume, kind=kind)
