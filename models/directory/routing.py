"""Routing: where a new ticket goes by its category and subcategory, and whether the named recipient takes it.

It reads the directory and judges; nothing is written here.
"""

from dataclasses import dataclass

from models.database import Transaction, fetch
from models.directory.tables import Destination
from models.i18n import messages
from models.refusals import FieldRefusal
from models.tickets.projection import SUPPORT_ID


@dataclass(frozen=True, slots=True)
class Route:
    """The recipient, and the labels of category and subcategory in both languages."""

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
    """Where a ticket of this subcategory goes, or which of the input's ids are wrong."""
    wrong = [FieldRefusal("issuerStructureId", messages.UNKNOWN_ISSUER)] if issuer_id == 0 else []
    found = await fetch(
        "SELECT c.label_fr, c.label_en, s.label_fr, s.label_en, s.destination, s.id, "
        f"{SUPPORT_ID} FROM categories c LEFT JOIN subcategories s ON s.category_id = c.id AND s.id = ? WHERE c.id = ?",
        [subcategory_id, category_id],
        connection,
    )
    if not found:
        return [*wrong, FieldRefusal("categoryId", messages.UNKNOWN_CATEGORY)]
    *texts, destination, known_id, support_id = found[0]
    if known_id is None:
        return [*wrong, FieldRefusal("subcategoryId", messages.UNKNOWN_SUBCATEGORY)]
    given = [("recipientStructureId", structure_id), ("recipientServiceId", service_id)]
    if destination == Destination.SUPPORT:
        wrong += [FieldRefusal(name, messages.RECIPIENT_NOT_ALLOWED) for name, value in given if value is not None]
        return wrong or Route(support_id, None, tuple(texts))
    if structure_id is None:
        return [*wrong, FieldRefusal("recipientStructureId", messages.RECIPIENT_REQUIRED)]
    wrong += await _check_recipient(connection, structure_id, service_id)
    return wrong or Route(structure_id, service_id, tuple(texts))


async def _check_recipient(connection: Transaction, structure_id: int, service_id: int | None) -> list[FieldRefusal]:
    """What is wrong with a recipient for business tickets; the support is none."""
    found = await fetch(
        "SELECT s.receives, v.receives, EXISTS (SELECT 1 FROM services o WHERE o.structure_id = s.id AND o.receives) "
        "FROM structures s LEFT JOIN services v ON v.structure_id = s.id AND v.id = ? WHERE s.id = ? AND NOT s.support",
        [service_id, structure_id],
        connection,
    )
    whole, service, some = found[0] if found else (False, False, False)
    if not (whole or some):
        return [FieldRefusal("recipientStructureId", messages.UNKNOWN_RECIPIENT)]
    if service_id is None:
        return [] if whole else [FieldRefusal("recipientServiceId", messages.SERVICE_REQUIRED)]
    return [] if service else [FieldRefusal("recipientServiceId", messages.UNKNOWN_SERVICE)]
