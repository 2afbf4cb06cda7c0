"""`inboxChanges`: the changes of one tab, under a search and a filter."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.arguments import expired, parse_filter, parse_position, parse_search
from graph.context import Info
from graph.live.consumer import RightsChanged
from graph.queries.tickets import Search
from graph.types.changes import InboxChange
from graph.types.inputs import TicketFilter
from graph.types.scalars import Cursor
from models import journal
from models.access import Rights
from models.inbox.changes import InboxChangeKind, change_kind, left_and_entered
from models.inbox.tabs import InboxTab
from models.journal import Event


@strawberry.subscription(
    description="The changes of one tab, under a search and a filter; applied to a list, they keep it right without "
    "another read. With `after`, first every change since that cursor, in order, then the live ones."
)
async def inbox_changes(
    info: Info,
    tab: Annotated[InboxTab, strawberry.argument(description="« Onglet ».")],
    search: Search = None,
    filter: Annotated[TicketFilter | None, strawberry.argument(description="« Filtres ».")] = None,
    after: Annotated[
        Cursor | None, strawberry.argument(description="The list's liveCursor, or the last change's cursor.")
    ] = None,
) -> AsyncGenerator[InboxChange, None]:
    """The changes of a tab."""
    context, consumer = info.context, info.context.consumer
    hub, most = context.hub, context.settings.rights_change_max_tickets
    terms, parsed_filter = parse_search(context, search), parse_filter(context, filter)
    position = await parse_position(context, after)
    known = consumer.rights or await context.rights_now()
    lost, lost_until = known, 0
    async for event in consumer.follow(position):
        # Read for every event: a slow client may take long to be sent the last one.
        rights = await context.rights_now()
        if isinstance(event, RightsChanged):
            if rights.received != known.received:
                left, entered = await left_and_entered(known, rights, tab, terms, parsed_filter, limit=most + 1)
                if max(len(left), len(entered)) > most:
                    raise expired()
                # Read after the tickets: events until then are compared by the rights before, too.
                lost, lost_until = known, await journal.latest_position()
                for kind, rows in ((InboxChangeKind.LEFT, left), (InboxChangeKind.ENTERED, entered)):
                    for latest in hub.events_of(rows):
                        yield _change(latest, rights, consumer.delivered, kind)
            known = rights
            continue
        before = (rights, lost) if event.position <= lost_until else (rights,)
        change = change_kind(event, tab, before, rights, filter=parsed_filter)
        if terms and change is not None:
            # The words are read only for events that concern the list without the search.
            words = await hub.words(event)
            change = change_kind(event, tab, before, rights, search=terms, filter=parsed_filter, words=words)
        # Of a ticket that is no longer received, because it was transferred since, only LEFT is delivered.
        received = rights.received.covers(event.ticket.structure_id, event.ticket.service_id)
        if change is InboxChangeKind.LEFT or (change is not None and received):
            yield _change(event, rights, event.position, change)


def _change(event: Event, rights: Rights, resume: int, kind: InboxChangeKind) -> InboxChange:
    subject = event.ticket
    visible = rights.sees(subject.structure_id, subject.service_id, subject.issuer_id)
    return InboxChange(event=event, visible=visible, resume=resume, kind=kind)
