"""`node` and `nodes`: objects by their ids, if they exist for the viewer (Relay: Object Identification)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from graph.context import Info
from graph.errors import bad_user_input
from graph.lookahead import selected
from graph.node_ids import decode
from graph.types.activity import attachment, load_activities
from graph.types.directory import category, service, structure, subcategory, user
from graph.types.node import Node
from graph.types.ticket import projection_fields, ticket
from models import access
from models.directory import queries as directory
from models.tickets import activities
from models.tickets.projection import tickets_by_id

Found = dict[int, Node]


async def _tickets(info: Info, ids: list[int]) -> Found:
    found = await tickets_by_id(ids, projection_fields(selected(info)), access.visible(info.context.viewer.rights))
    return {row_id: ticket(row) for row_id, row in found.items()}


async def _activities(info: Info, ids: list[int]) -> Found:
    found = await activities.visible_activities(ids, access.visible(info.context.viewer.rights))
    return {one.row.position: one for one in await load_activities(info, found)}


async def _attachments(info: Info, ids: list[int]) -> Found:
    found = await activities.visible_attachments(ids, access.visible(info.context.viewer.rights))
    return {row.id: attachment(row) for row in found}


async def _structures(info: Info, ids: list[int]) -> Found:
    return {row.id: structure(row) for row in await access.visible_structures(ids, info.context.viewer.user.id)}


async def _services(info: Info, ids: list[int]) -> Found:
    return {row.id: service(row) for row in await access.visible_services(ids, info.context.viewer.user.id)}


async def _categories(info: Info, ids: list[int]) -> Found:
    return {row.id: category(row.id, row.code, *row.label) for row in await directory.categories(ids)}


async def _subcategories(info: Info, ids: list[int]) -> Found:
    found = await directory.subcategories("id", ids)
    return {row.id: subcategory(row.id, row.code, *row.label, row.destination) for row in found}


async def _users(info: Info, ids: list[int]) -> Found:
    found = await access.visible_users(ids, info.context.viewer.rights)
    return {row.id: user(row.id, row.display_name) for row in found}


_READS: dict[str, Callable[[Info, list[int]], Awaitable[Found]]] = {
    "Ticket": _tickets,
    "Activity": _activities,
    "Attachment": _attachments,
    "Structure": _structures,
    "Service": _services,
    "Category": _categories,
    "Subcategory": _subcategories,
    "User": _users,
}


async def _find(info: Info, node_ids: list[strawberry.ID]) -> list[Node | None]:
    """The objects in the order of their ids, null for each that does not exist: one read for each type."""
    keys = [decode(node_id) for node_id in node_ids]
    found = {
        kind: await read(info, sorted({row_id for type_name, row_id in keys if type_name == kind}))
        for kind, read in _READS.items()
        if any(type_name == kind for type_name, _ in keys)
    }
    return [found.get(kind, {}).get(row_id) for kind, row_id in keys]


@strawberry.field(description="The object with this id; null if it does not exist for the viewer (Relay; « Objet »).")
async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of an object of any type.")]
) -> Node | None:
    """The object."""
    return (await _find(info, [id]))[0]


@strawberry.field(
    description="The objects with these ids, in that order; null for each that does not exist for the viewer (Relay)."
)
async def nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids of objects of any type.")],
) -> list[Node | None]:
    """The objects. Errors: BAD_USER_INPUT for too many ids."""
    maximum = info.context.settings.nodes_max_ids
    if len(ids) > maximum:
        raise bad_user_input(f"`ids` : {maximum} au plus.", f"`ids`: {maximum} at most.")
    return await _find(info, ids)
