"""`ticket`: one ticket, by its id or by its number."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import selected
from graph.node_ids import row_of
from graph.types.ticket import Ticket, parts
from graph.types.ticket import ticket as shown
from models import access
from models.tickets.projection import id_of_number, tickets_by_id


@strawberry.field(description="One ticket, received or sent; null where none is there for the viewer (« Ticket »).")
async def ticket(
    info: Info,
    id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id; this or the number.")] = None,
    number: Annotated[str | None, strawberry.argument(description="Its number (« Numéro du ticket »).")] = None,
) -> Ticket | None:
    """One ticket."""
    if (id is None) == (number is None):
        raise bad_user_input("Donnez `id` ou `number`, un seul des deux.", "Give `id` or `number`, one of the two.")
    row_id = row_of("Ticket", id) if id is not None else await id_of_number(number or "")
    found = await tickets_by_id([row_id], parts(selected(info)), access.visible(info.context.viewer.rights))
    return shown(found[row_id]) if found else None
