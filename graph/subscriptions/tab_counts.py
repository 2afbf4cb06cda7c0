"""`tabCounts`: the five counts, read once and then updated from the events of the journal."""

from collections.abc import AsyncGenerator

import strawberry

from graph.context import Info
from graph.documents.rows import assumes
from graph.live.consumer import RightsChanged
from graph.types.listing import TabCount
from models.access import Rights
from models.inbox.changes import InboxChangeKind, change_kind
from models.inbox.lists import tab_counts
from models.inbox.tabs import InboxTab
from models.journal import Event


def _tab_counts(counts: dict[InboxTab, int]) -> list[TabCount]:
    return [TabCount(tab=tab, count=count) for tab, count in counts.items()]


@strawberry.subscription(
    name="tabCounts",
    description="The five counts in screen order, at once and whenever one of them changes (« Compteurs »).",
    metadata=assumes(len(InboxTab)),
)
async def tab_counts_(info: Info) -> AsyncGenerator[list[TabCount], None]:
    """Each change of the counts gives one response with all five."""
    context, consumer = info.context, info.context.consumer
    earlier_rights, rights = consumer.rights, await context.rights_now()
    counts, position = await tab_counts(rights)
    events = consumer.follow(position)
    # A run that starts where the previous one ended need not repeat its counts, if the rights are the same.
    if consumer.start != position or earlier_rights != rights:
        yield _tab_counts(counts)
    async for event in events:
        sent = counts
        if isinstance(event, RightsChanged):
            earlier_rights, rights = rights, await context.rights_now()
            if earlier_rights != rights:
                counts, position = await tab_counts(rights)
        # The counts include the events up to `position`.
        elif event.position > position:
            counts = {tab: count + _difference(event, tab, rights) for tab, count in counts.items()}
        if counts != sent:
            yield _tab_counts(counts)


_DIFFERENCES = {InboxChangeKind.ENTERED: 1, InboxChangeKind.UPDATED: 0, InboxChangeKind.LEFT: -1, None: 0}


def _difference(event: Event, tab: InboxTab, rights: Rights) -> int:
    """What an event adds to the count of a tab."""
    return _DIFFERENCES[change_kind(event, tab, [rights], rights)]
