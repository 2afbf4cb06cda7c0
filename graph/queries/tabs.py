"""`tabs`: the number of tickets in each tab."""

from typing import Annotated

import strawberry

from graph.arguments import parse_filter, parse_search
from graph.context import Info
from graph.documents.rows import assumes
from graph.queries.tickets import Filter
from graph.types.listing import TabCount
from models.inbox.lists import tab_counts
from models.inbox.tabs import InboxTab


@strawberry.field(
    description="The five tabs in screen order, with their counts (« Onglets »).", metadata=assumes(len(InboxTab))
)
async def tabs(
    info: Info,
    search: Annotated[str | None, strawberry.argument(description="Keywords (« Recherche »).")] = None,
    filter: Filter = None,
) -> list[TabCount]:
    """The tabs."""
    context = info.context
    counts, _ = await tab_counts(context.viewer.rights, parse_search(context, search), parse_filter(context, filter))
    return [TabCount(tab=tab, count=count) for tab, count in counts.items()]
