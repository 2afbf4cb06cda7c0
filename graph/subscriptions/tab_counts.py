"""`tabCounts`: the five counters, read once and then updated from the events of the journal."""

from collections.abc import AsyncGenerator

import strawberry

from graph.context import Info
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
)
async def tab_counts_(info: Info) -> AsyncGenerator[list[TabCount], None]:
    """The counters."""
    context, consumer = info.context, info.context.consumer
    known, rights = consumer.rights, await context.rights_now()
    counts, position = await tab_counts(rights)
    events = consumer.follow(position)
    # A run that begins where the one before it ended has sent these counts already.
    if consumer.start != position or known != rights:
        yield _tab_counts(counts)
    async for event in events:
        sent = counts
        if isinstance(event, RightsChanged):
            known, rights = rights, await context.rights_now()
            if known != rights:
                counts, position = await tab_counts(rights)
        # Events up to the position of the last count are counted already.
        elif event.position > position:
            counts = {tab: count + _difference(event, tab, rights) for tab, count in counts.items()}
        if counts != sent:
            yield _tab_counts(counts)


_DIFFERENCES = {InboxChangeKind.ENTERED: 1, InboxChangeKind.UPDATED: 0, InboxChangeKind.LEFT: -1, None: 0}


def _difference(event: Event, tab: InboxTab, rights: Rights) -> int:
    """What an event adds to the count of a tab."""
    return _DIFFERENCES[change_kind(event, tab, [rights], rights)]
