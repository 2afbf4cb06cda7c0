"""`categories` and `structures`: what a new ticket may be about, and to whom it may go."""

from typing import Annotated

import strawberry

from graph.arguments import parse_search
from graph.context import Info
from graph.types.directory import Category, Structure, category, structure
from models.directory import queries as directory


@strawberry.field(description="All categories, by label (« Catégories »).")
async def categories() -> list[Category]:
    """The categories."""
    return [category(row.id, row.code, *row.label) for row in await directory.categories()]


@strawberry.field(
    description="The structures that may receive tickets, themselves or by a service, by name (« Structures »)."
)
async def structures(
    info: Info,
    search: Annotated[
        str | None, strawberry.argument(description="Beginnings of words of the name, or of the SIRET (« Recherche »).")
    ] = None,
) -> list[Structure]:
    """The possible recipients."""
    parse_search(info.context, search)  # the same bound as of every search
    return [structure(row) for row in await directory.recipients(search)]
