"""`tabCounts`: the five counters, kept in memory from the journal."""

from collections.abc import AsyncGenerator

import strawberry

from graph.context import Info
from graph.types.listing import TabCount
from models.inbox import InboxTab, in_tab, tab_counts


def _shown(counts: dict[InboxTab, int]) -> list[TabCount]:
    return [TabCount(tab=tab, count=count) for tab, count in counts.items()]


@strawberry.subscription(
    name="tabCounts",
    description="The five counters in screen order, at once and whenever one of them moves (« Compteurs »).",
)
async def tab_counts_(info: Info) -> AsyncGenerator[list[TabCount], None]:
    """The counters."""
    context = info.context
    hub, user_id = context.office.hub, context.viewer.user.id
    rights = context.viewer.rights
    counts, position = await tab_counts(rights)
    yield _shown(counts)
    async for events in hub.follow(position):
        known = await hub.rights(user_id)
        before = counts
        if known != rights:
            rights = known
            counts, position = await tab_counts(rights)
        else:
            counts = dict(counts)
        for event in events:
            # After a new count, what it has counted already is behind its position.
            if event.position <= position:
                continue
            for tab in InboxTab:
                was = event.before is not None and in_tab(tab, rights, event.before)
                counts[tab] += in_tab(tab, rights, event.after) - was
            position = event.position
        if counts != before:
            yield _shown(counts)
