"""Global object identification and pages of connections (Relay)."""

import strawberry


@strawberry.interface(description="Anything with an id of its own that `node` finds again (Relay).")
class Node:
    """What has an opaque global id."""

    id: strawberry.ID = strawberry.field(description="Opaque, unique over all types (« Identifiant technique »).")


@strawberry.type(description="Where a page of a connection stands (Relay; « Pagination »).")
class PageInfo:
    """The page's borders, and whether there is more beyond them."""

    has_next_page: bool = strawberry.field(description="Whether more follows (« Page suivante »).")
    has_previous_page: bool = strawberry.field(description="Whether more precedes (« Page précédente »).")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge (« Début »).")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge (« Fin »).")
