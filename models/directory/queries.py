"""Reads of the directory: categories with subcategories, structures with services, users.

Plain rows, one statement a call. Categories and recipients are there for everyone who is logged in; who else is a
customer of the desk, and who its people are, is not (`visible_structures`, `visible_services`, `visible_users`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.access import Rights, visible
from models.database import fetch, on_postgres
from models.directory.tables import Destination
from models.i18n.language import Text
from models.search.normalise import sort_key, storable, words


@dataclass(slots=True)
class CategoryRow:
    """A category."""

    id: int
    code: str
    label: Text


@dataclass(slots=True)
class SubcategoryRow:
    """A subcategory, and the category that it is one of."""

    id: int
    category_id: int
    code: str
    label: Text
    destination: Destination


@dataclass(slots=True)
class StructureRow:
    """A structure."""

    id: int
    identifier: str
    name: str


@dataclass(slots=True)
class ServiceRow:
    """A service, and the structure that it is one of."""

    id: int
    structure_id: int
    code: str
    name: str
    receives: bool


@dataclass(slots=True)
class UserRow:
    """A user."""

    id: int
    login: str
    display_name: str


def siret(identifier: str) -> str | None:
    """The identifier of a structure where it is a SIRET."""
    return identifier if len(identifier) == 14 and identifier.isdecimal() else None


def _among(column: str, ids: Sequence[int] | None) -> tuple[str, list[object]]:
    if ids is None:
        return "1 = 1", []
    return f"{column} IN ({', '.join('?' * len(ids))})", list(ids)


async def categories(ids: Sequence[int] | None = None) -> list[CategoryRow]:
    """All categories, or those of the ids, in the order of their labels."""
    sql, values = _among("id", ids)
    found = await fetch(
        f"SELECT id, code, label_fr, label_en FROM categories WHERE {sql} ORDER BY sort_key, id", values
    )
    return [CategoryRow(row[0], row[1], Text(row[2], row[3])) for row in found]


async def subcategories(column: str, ids: Sequence[int]) -> list[SubcategoryRow]:
    """The subcategories by `id` or by `category_id`, in the order of their codes."""
    sql, values = _among(column, ids)
    found = await fetch(
        f"SELECT id, category_id, code, label_fr, label_en, destination FROM subcategories WHERE {sql} ORDER BY code",
        values,
    )
    return [SubcategoryRow(row[0], row[1], row[2], Text(row[3], row[4]), Destination(row[5])) for row in found]


_RECEIVING = "(s.receives OR s.support OR EXISTS (SELECT 1 FROM services r WHERE r.structure_id = s.id AND r.receives))"
_VISIBLE = f"({_RECEIVING} OR EXISTS (SELECT 1 FROM entitlements e WHERE e.structure_id = s.id AND e.user_id = ?))"


async def visible_structures(ids: Sequence[int], user_id: int) -> list[StructureRow]:
    """Those of the structures that exist for a user: those that receive tickets, and their own."""
    sql, values = _among("s.id", ids)
    found = await fetch(
        f"SELECT s.id, s.identifier, s.name FROM structures s WHERE {sql} AND {_VISIBLE}",
        [*values, user_id],
    )
    return [StructureRow(*row) for row in found]


async def visible_services(ids: Sequence[int], user_id: int) -> list[ServiceRow]:
    """Those of the services that are of a structure that exists for a user."""
    sql, values = _among("v.id", ids)
    found = await fetch(
        "SELECT v.id, v.structure_id, v.code, v.name, v.receives FROM services v "
        f"JOIN structures s ON s.id = v.structure_id WHERE {sql} AND {_VISIBLE}",
        [*values, user_id],
    )
    return [ServiceRow(row[0], row[1], row[2], row[3], bool(row[4])) for row in found]


async def recipients(search: str | None) -> list[StructureRow]:
    """The structures that business tickets may be addressed to, themselves or a service of theirs, in the order of
    their names; with `search`, those whose name or identifier has a word that begins with each of its words."""
    found = await fetch(
        "SELECT id, identifier, name FROM structures s WHERE NOT support AND (receives OR EXISTS "
        "(SELECT 1 FROM services v WHERE v.structure_id = s.id AND v.receives))"
    )
    wanted = words(search or "")
    return [
        StructureRow(*row)
        for row in sorted(found, key=lambda row: (sort_key(row[2]), row[0]))
        if all(any(word.startswith(prefix) for word in words(f"{row[1]} {row[2]}")) for prefix in wanted)
    ]


async def services(column: str, ids: Sequence[int]) -> list[ServiceRow]:
    """The services by `id` or by `structure_id`, in the order of their names."""
    sql, values = _among(column, ids)
    found = await fetch(
        f"SELECT id, structure_id, code, name, receives FROM services WHERE {sql}",
        values,
    )
    ordered = sorted(found, key=lambda row: (sort_key(row[3]), row[0]))
    return [ServiceRow(row[0], row[1], row[2], row[3], bool(row[4])) for row in ordered]


async def user_by_login(login: str) -> UserRow | None:
    """The user whom tokens name so."""
    found = await fetch("SELECT id, login, display_name FROM users WHERE login = ?", [login]) if storable(login) else ()
    return UserRow(*found[0]) if found else None


async def entitlements_of(user_id: int) -> list[tuple[str, StructureRow, ServiceRow | None]]:
    """The profiles of a user, each with its structure and, where it is on one, its service."""
    found = await fetch(
        "SELECT e.profile, s.id, s.identifier, s.name, v.id, v.structure_id, v.code, v.name, v.receives "
        "FROM entitlements e JOIN structures s ON s.id = e.structure_id LEFT JOIN services v ON v.id = e.service_id "
        "WHERE e.user_id = ?",
        [user_id],
    )
    found = sorted(found, key=lambda row: (sort_key(row[3]), sort_key(row[7] or ""), row[0]))
    return [
        (
            row[0],
            StructureRow(*row[1:4]),
            ServiceRow(row[4], row[5], row[6], row[7], bool(row[8])) if row[4] is not None else None,
        )
        for row in found
    ]


async def visible_users(ids: Sequence[int], rights: Rights) -> list[UserRow]:
    """Those of the users who exist for the viewer: themselves, those with a profile where they have one, those whom a
    ticket that they see names: who acted on it, who has or had it."""
    sql, values = visible(rights)
    # PostgreSQL would else look for one who is hardly anywhere through all that the viewer sees.
    first = "OFFSET 0" if on_postgres() else ""
    found = await fetch(
        f"SELECT u.id, u.login, u.display_name FROM users u WHERE u.id IN ({', '.join('?' * len(ids))}) "
        "AND (u.id = ? OR EXISTS (SELECT 1 FROM entitlements x JOIN entitlements y ON y.structure_id = x.structure_id "
        "WHERE x.user_id = u.id AND y.user_id = ?) OR EXISTS "
        f"(SELECT 1 FROM (SELECT ticket_id FROM activities WHERE actor_id = u.id {first}) a "
        f"JOIN tickets t ON t.id = a.ticket_id WHERE {sql}) OR EXISTS "
        # Nobody has a ticket who was not given it.
        f"(SELECT 1 FROM (SELECT ticket_id FROM activities WHERE kind = 'ASSIGNED' AND assignee_id = u.id {first}) a "
        f"JOIN tickets t ON t.id = a.ticket_id WHERE {sql}))",
        [*ids, rights.user_id, rights.user_id, *values, *values],
    )
    return [UserRow(*row) for row in found]
