"""Routing: the recipient of a new ticket, from its category, its subcategory and the recipient in the input.

It reads the directory inside the transaction of the action; it writes nothing.
"""

from dataclasses import dataclass

from models.database import Transaction
from models.directory.tables import Category, Destination, Service, Structure, Subcategory
from models.i18n import messages
from models.refusals import FieldRefusal


@dataclass(frozen=True, slots=True)
class Route:
    """The recipient, and the labels of category and subcategory: French and English of each."""

    structure_id: int
    service_id: int | None
    labels: tuple[str, ...]


async def route(
    connection: Transaction,
    category_id: int,
    subcategory_id: int,
    issuer_id: int,
    structure_id: int | None,
    service_id: int | None,
) -> Route | list[FieldRefusal]:
    """The recipient of a ticket of this subcategory, or one refusal for each invalid field of the input.

    An `issuer_id` of 0 belongs to no row.
    """
    refusals = [FieldRefusal("issuerStructureId", messages.UNKNOWN_ISSUER)] if issuer_id == 0 else []
    chosen = Subcategory.get_or_none(id=subcategory_id, category_id=category_id, using_db=connection)
    subcategory = await chosen.select_related("category")
    if subcategory is None:
        if await Category.exists(id=category_id, using_db=connection):
            return [*refusals, FieldRefusal("subcategoryId", messages.UNKNOWN_SUBCATEGORY)]
        return [*refusals, FieldRefusal("categoryId", messages.UNKNOWN_CATEGORY)]
    labels = (*subcategory.category.label, *subcategory.label)
    given = [("recipientStructureId", structure_id), ("recipientServiceId", service_id)]
    if subcategory.destination == Destination.SUPPORT:
        refusals += [FieldRefusal(name, messages.RECIPIENT_NOT_ALLOWED) for name, value in given if value is not None]
        support = await Structure.filter(support=True).using_db(connection).get()
        return refusals or Route(support.id, None, labels)
    if structure_id is None:
        return [*refusals, FieldRefusal("recipientStructureId", messages.RECIPIENT_REQUIRED)]
    refusals += await _check_recipient(connection, structure_id, service_id)
    return refusals or Route(structure_id, service_id, labels)


async def _check_recipient(connection: Transaction, structure_id: int, service_id: int | None) -> list[FieldRefusal]:
    """One refusal for each invalid field of the recipient of a business ticket. The support is no such recipient."""
    structure = await Structure.get_or_none(id=structure_id, support=False, using_db=connection)
    receiving = Service.filter(structure_id=structure_id, receives=True).using_db(connection)
    if structure is None or not (structure.receives or await receiving.exists()):
        return [FieldRefusal("recipientStructureId", messages.UNKNOWN_RECIPIENT)]
    if service_id is None:
        return [] if structure.receives else [FieldRefusal("recipientServiceId", messages.SERVICE_REQUIRED)]
    if not await receiving.filter(id=service_id).exists():
        return [FieldRefusal("recipientServiceId", messages.UNKNOWN_SERVICE)]
    return []
