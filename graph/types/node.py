"""Relay: the interface of global object identification, and the page info of connections."""

import strawberry


@strawberry.interface(description="An object that `node` finds by its id (Relay).")
class Node:
    """An object with an opaque global id."""

    id: strawberry.ID = strawberry.field(
        description="The id: opaque, and unique over all types (« Identifiant technique »)."
    )


@strawberry.type(description="The position of a page in its list (Relay; « Pagination »).")
class PageInfo:
    """The first and last cursor of a page, and whether edges precede or follow."""

    has_next_page: bool = strawberry.field(description="Whether edges follow (« Page suivante »).")
    has_previous_page: bool = strawberry.field(description="Whether edges precede (« Page précédente »).")
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first edge; null if the page is empty (« Début »)."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last edge; null if the page is empty (« Fin »)."
    )
