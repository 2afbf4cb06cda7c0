"""`inboxChanges`: what happens to one tab, under one search and filter."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.asking import asked_filter, asked_position, asked_terms
from graph.context import Info
from graph.hub import Hub
from graph.queries.tickets import Search
from graph.types.changes import InboxChange
from graph.types.enums import InboxChangeKind
from graph.types.inputs import TicketFilter
from graph.types.scalars import Cursor
from models.access import Rights
from models.inbox import Filter, InboxTab, in_tab
from models.journal import Event
from models.search.fold import Term, answer


@strawberry.subscription(
    description="What happens to one tab, relative to it (and to the search and filter): a list stays right without "
    "being read again. With `after`, first every change since that cursor, in order, then the live ones."
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
    context = info.context
    hub, user_id = context.office.hub, context.viewer.user.id
    asked, only = asked_terms(context, search), asked_filter(context, filter)
    async for events in hub.follow(await asked_position(context, after)):
        for event in events:
            # Asked at every delivery, not once a batch: a slow client may take long between two.
            rights = await hub.rights(user_id)
            kind = await _kind(hub, event, rights, tab, asked, only)
            if kind is None:
                continue
            subject = event.subject
            received = rights.received.covers(subject.structure_id, subject.service_id)
            # A ticket that has gone to the support since is not spoken of any more, but for its leaving.
            if received or kind is InboxChangeKind.LEFT:
                visible = rights.sees(subject.structure_id, subject.service_id, subject.issuer_id)
                yield InboxChange(event=event, visible=visible, kind=kind)


async def _kind(
    hub: Hub, event: Event, rights: Rights, tab: InboxTab, asked: tuple[Term, ...], only: Filter
) -> InboxChangeKind | None:
    """What an event means to the list: from what the ticket was before it, and after it."""
    fixed = event.subject.fixed
    was = event.before is not None and in_tab(tab, rights, event.before) and only.holds(event.before, fixed)
    stays = in_tab(tab, rights, event.after) and only.holds(event.after, fixed)
    if asked and (was or stays):
        words_before, words_after = await hub.words(event)
        was, stays = was and answer(words_before, asked), stays and answer(words_after, asked)
    if stays:
        return InboxChangeKind.UPDATED if was else InboxChangeKind.ENTERED
    return InboxChangeKind.LEFT if was else None
