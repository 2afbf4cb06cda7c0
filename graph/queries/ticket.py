"""`ticket`: one ticket, by its id or by its number."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import selected
from graph.node_ids import row_of
from graph.types.ticket import Ticket, projection_fields
from graph.types.ticket import ticket as shown
from models import access
from models.tickets.projection import id_of_number, tickets_by_id


@strawberry.field(
    description="One ticket, received or sent; null if it does not exist or the viewer may not see it (« Ticket »)."
)
async def ticket(
    info: Info,
    id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Its id. Give either `id` or `number`.")
    ] = None,
    number: Annotated[str | None, strawberry.argument(description="Its number (« Numéro du ticket »).")] = None,
) -> Ticket | None:
    """Errors: BAD_USER_INPUT unless exactly one of `id` and `number` is given."""
    if (id is None) == (number is None):
        raise bad_user_input("Donnez soit `id`, soit `number`.", "Give either `id` or `number`.")
    row_id = row_of("Ticket", id) if id is not None else await id_of_number(number or "")
    found = await tickets_by_id([row_id], projection_fields(selected(info)), access.visible(info.context.viewer.rights))
    return shown(found[row_id]) if found else None
