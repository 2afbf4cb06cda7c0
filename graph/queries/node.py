"""`node` and `nodes`: anything by its id, if it exists for the viewer."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from graph.context import Info
from graph.errors import bad_user_input
from graph.ids import decode
from graph.selection import selected
from graph.types.activity import activity, attachment
from graph.types.directory import category, service, structure, subcategory, user
from graph.types.node import Node
from graph.types.ticket import parts, ticket
from models import access, catalogue, history
from models.projection import tickets_by_id


async def _ticket(info: Info, row_id: int) -> Node | None:
    rights = info.context.viewer.rights
    found = await tickets_by_id([row_id], parts(selected(info)), access.visible(rights))
    return ticket(found[row_id]) if found else None


async def _activity(info: Info, row_id: int) -> Node | None:
    row = await history.visible_activity(row_id, access.visible(info.context.viewer.rights))
    return None if row is None else activity(row)


async def _attachment(info: Info, row_id: int) -> Node | None:
    row = await history.visible_attachment(row_id, access.visible(info.context.viewer.rights))
    return None if row is None else attachment(row)


async def _structure(info: Info, row_id: int) -> Node | None:
    return next((structure(row) for row in await catalogue.structures([row_id])), None)


async def _service(info: Info, row_id: int) -> Node | None:
    return next((service(row) for row in await catalogue.services("id", [row_id])), None)


async def _category(info: Info, row_id: int) -> Node | None:
    return next((category(row.id, row.code, row.label) for row in await catalogue.categories([row_id])), None)


async def _subcategory(info: Info, row_id: int) -> Node | None:
    found = await catalogue.subcategories("id", [row_id])
    return next((subcategory(row.id, row.code, row.label, row.destination) for row in found), None)


async def _user(info: Info, row_id: int) -> Node | None:
    row = await catalogue.visible_user(row_id, info.context.viewer.rights)
    return None if row is None else user(row.id, row.display_name)


_READS: dict[str, Callable[[Info, int], Awaitable[Node | None]]] = {
    "Ticket": _ticket,
    "Activity": _activity,
    "Attachment": _attachment,
    "Structure": _structure,
    "Service": _service,
    "Category": _category,
    "Subcategory": _subcategory,
    "User": _user,
}


async def _find(info: Info, node_id: strawberry.ID) -> Node | None:
    kind, row_id = decode(node_id)
    return await _READS[kind](info, row_id) if kind in _READS else None


@strawberry.field(description="Anything by its id; null where it does not exist for the viewer (Relay; « Objet »).")
async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of any object.")]
) -> Node | None:
    """One object."""
    return await _find(info, id)


@strawberry.field(description="Several things by their ids, in that order, null for each that does not exist (Relay).")
async def nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids, of any objects.")],
) -> list[Node | None]:
    """Several objects."""
    maximum = info.context.office.settings.nodes_max
    if len(ids) > maximum:
        raise bad_user_input(f"`ids` : {maximum} au plus.", f"`ids`: {maximum} at most.")
    return [await _find(info, one) for one in ids]
