"""`categories` and `structures`: the choices for the category and the recipient of a new ticket."""

from typing import Annotated

import strawberry

from graph.arguments import parse_search
from graph.context import Info
from graph.documents.rows import assumes
from graph.types.directory import Category, Structure, category, structure
from models.directory import queries as directory


@strawberry.field(description="All categories, sorted by label (« Catégories »).", metadata=assumes(20))
async def categories() -> list[Category]:
    """The categories."""
    return [category(row.id, row.code, *row.label) for row in await directory.categories()]


@strawberry.field(
    description="Structures that can receive a ticket, as a whole or by a service, sorted by name (« Structures »).",
    metadata=assumes(500),
)
async def structures(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(description="Words that must each begin a word of the name or the SIRET (« Recherche »)."),
    ] = None,
) -> list[Structure]:
    """The possible recipients. Errors: BAD_USER_INPUT for a search that is too long."""
    parse_search(info.context, search)  # for its error only: `recipients` splits the text by itself
    return [structure(row) for row in await directory.recipients(search)]
