"""`tabCounts`: the five counters, kept in memory from the journal."""

from collections.abc import AsyncGenerator

import strawberry

from graph.context import Info
from graph.types.listing import TabCount
from models.access import Rights
from models.inbox.changes import InboxChangeKind, change_kind
from models.inbox.lists import tab_counts
from models.inbox.tabs import InboxTab
from models.journal import Event


def _shown(counts: dict[InboxTab, int]) -> list[TabCount]:
    return [TabCount(tab=tab, count=count) for tab, count in counts.items()]


@strawberry.subscription(
    name="tabCounts",
    description="The five counters in screen order, at once and whenever one of them moves (« Compteurs »).",
)
async def tab_counts_(info: Info) -> AsyncGenerator[list[TabCount], None]:
    """The counters."""
    context, pace = info.context, info.context.pace
    known, rights = pace.rights, await context.rights_now()
    counts, position = await tab_counts(rights)
    pace.at = position
    # Where it starts over and nothing has happened since, the counts have been told.
    if pace.start != position or known != rights:
        yield _shown(counts)
    async for event in context.hub.follow(position, pace):
        told = counts
        if event is None:
            known, rights = rights, await context.rights_now()
            if known != rights:
                counts, position = await tab_counts(rights)
        # After a new count, what it has counted already is behind its position.
        elif event.position > position:
            counts = {tab: count + _difference(event, tab, rights) for tab, count in counts.items()}
        if counts != told:
            yield _shown(counts)


_DIFFERENCES = {InboxChangeKind.ENTERED: 1, InboxChangeKind.UPDATED: 0, InboxChangeKind.LEFT: -1, None: 0}


def _difference(event: Event, tab: InboxTab, rights: Rights) -> int:
    """What an event adds to the count of a tab."""
    return _DIFFERENCES[change_kind(event, tab, [rights], rights)]
