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
from models import journal
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
    """Errors: BAD_USER_INPUT; CURSOR_EXPIRED, also for a change of rights that concerns too many tickets."""
    context, consumer = info.context, info.context.consumer
    hub, maximum = context.hub, context.settings.rights_change_max_tickets
    terms, parsed_filter = parse_search(context, search), parse_filter(context, filter)
    position = await parse_position(context, after)
    delivered_by = consumer.rights or await context.rights_now()
    # While events of before a change of rights are delivered, their tickets are compared by the earlier rights, too.
    earlier, earlier_until = delivered_by, 0
    async for event in consumer.follow(position):
        # Read for each event, since sending the previous one to a slow client may have taken long.
        rights = await context.rights_now()
        if isinstance(event, RightsChanged):
            if rights.received != delivered_by.received:
                left, entered = await left_and_entered(
                    delivered_by, rights, tab, terms, parsed_filter, limit=maximum + 1
                )
                if max(len(left), len(entered)) > maximum:
                    raise cursor_expired()
                # Read after the tickets, so that no event falls between the two.
                earlier, earlier_until = delivered_by, await journal.latest_position()
                for kind, rows in ((InboxChangeKind.LEFT, left), (InboxChangeKind.ENTERED, entered)):
                    for latest in hub.events_of(rows):
                        yield _change(latest, rights, consumer.delivered, kind)
            delivered_by = rights
            continue
        rights_before = (rights, earlier) if event.position <= earlier_until else (rights,)
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
