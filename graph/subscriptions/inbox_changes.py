"""`inboxChanges`: the changes of one tab, under a search and a filter."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.arguments import expired, parse_filter, parse_position, parse_search
from graph.context import Info
from graph.live.consumer import RightsChanged
from graph.live.hub import Hub
from graph.queries.tickets import Search
from graph.types.changes import InboxChange
from graph.types.enums import InboxChangeKind
from graph.types.inputs import TicketFilter
from graph.types.scalars import Cursor
from models import journal
from models.access import Rights
from models.inbox.changes import moved
from models.inbox.filters import Filter
from models.inbox.tabs import InboxTab, in_tab
from models.journal import Event
from models.search.normalise import Term, answer


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
    asked, only = parse_search(context, search), parse_filter(context, filter)
    position = await parse_position(context, after)
    known = consumer.rights or await context.rights_now()
    lost, lost_until = known, 0
    async for event in consumer.follow(position):
        # Read for every event: a slow client may take long to be sent the last one.
        rights = await context.rights_now()
        if isinstance(event, RightsChanged):
            if rights.received != known.received:
                left, entered = await moved(known, rights, tab, asked, only, limit=most + 1)
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
        meant = await _kind(hub, event, before, rights, tab, asked, only)
        # Of a ticket that has since been transferred to the support, only the change that it left is sent.
        received = rights.received.covers(event.ticket.structure_id, event.ticket.service_id)
        if meant is InboxChangeKind.LEFT or (meant is not None and received):
            yield _change(event, rights, event.position, meant)


def _change(event: Event, rights: Rights, resume: int, kind: InboxChangeKind) -> InboxChange:
    subject = event.ticket
    visible = rights.sees(subject.structure_id, subject.service_id, subject.issuer_id)
    return InboxChange(event=event, visible=visible, resume=resume, kind=kind)


async def _kind(
    hub: Hub,
    event: Event,
    before: tuple[Rights, ...],
    rights: Rights,
    tab: InboxTab,
    asked: tuple[Term, ...],
    only: Filter,
) -> InboxChangeKind | None:
    """What an event means to the list: from what the ticket was before it, by any of some rights, and after it."""
    immutable = event.ticket.immutable
    was = (
        event.before is not None
        and any(in_tab(tab, one, event.before) for one in before)
        and only.matches(event.before, immutable)
    )
    stays = in_tab(tab, rights, event.after) and only.matches(event.after, immutable)
    if asked and (was or stays):
        words_before, words_after = await hub.words(event)
        was, stays = was and answer(words_before, asked), stays and answer(words_after, asked)
    if stays:
        return InboxChangeKind.UPDATED if was else InboxChangeKind.ENTERED
    return InboxChangeKind.LEFT if was else None
