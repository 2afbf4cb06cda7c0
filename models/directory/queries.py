"""Reads of the directory by its models: categories with subcategories, structures with services, users.

One statement a call. Categories and possible recipients are public to every user who is logged in. Which structures,
services and users a viewer may see is decided in `models/access.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.expressions import Q, Subquery

from models.directory.tables import Category, Entitlement, Service, Structure, Subcategory, User
from models.search.normalise import sort_key, storable, words


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user, small and immutable: the caches of logins hold many."""

    id: int
    login: str
    display_name: str


def siret(identifier: str) -> str | None:
    """The identifier of a structure if it is a SIRET (14 digits), else None."""
    return identifier if len(identifier) == 14 and identifier.isdecimal() else None


async def categories(ids: Collection[int] | None = None) -> list[Category]:
    """The categories of these ids, by default all of them, sorted by label."""
    chosen = Category.all() if ids is None else Category.filter(id__in=ids)
    return await chosen.order_by("sort_key", "id")


async def subcategories(column: str, ids: Collection[int]) -> list[Subcategory]:
    """The subcategories whose `id` or `category_id` (the column) is one of the ids, sorted by code."""
    return await Subcategory.filter(**{f"{column}__in": ids}).order_by("code")


async def services(column: str, ids: Collection[int]) -> list[Service]:
    """The services whose `id` or `structure_id` (the column) is one of the ids, sorted by name."""
    found = await Service.filter(**{f"{column}__in": ids})
    return sorted(found, key=lambda service: (sort_key(service.name), service.id))


async def recipients(search: str | None) -> list[Structure]:
    """The structures that receive tickets, as a whole or by a service, sorted by name; without the support.

    With `search`, each of its words must begin a word of the name or of the identifier.
    """
    with_services = Q(id__in=Subquery(Service.filter(receives=True).values("structure_id")))
    found = await Structure.filter(Q(receives=True) | with_services, support=False)
    prefixes = words(search or "")

    def matches(structure: Structure) -> bool:
        named = words(f"{structure.identifier} {structure.name}")
        return all(any(word.startswith(prefix) for word in named) for prefix in prefixes)

    return sorted(filter(matches, found), key=lambda structure: (sort_key(structure.name), structure.id))


async def user_by_login(login: str) -> UserRow | None:
    """The user with this login, the `sub` of a token."""
    user = await User.get_or_none(login=login) if storable(login) else None
    return UserRow(user.id, user.login, user.display_name) if user is not None else None


async def entitlements_of(user_id: int) -> list[tuple[str, Structure, Service | None]]:
    """The profiles of a user, sorted by the structure's and the service's names.

    Each is the profile, its structure, and the service if it is limited to one.
    """
    found = await Entitlement.filter(user_id=user_id).select_related("structure", "service")

    def key(entitlement: Entitlement) -> tuple[str, str, str]:
        service = sort_key(entitlement.service.name) if entitlement.service is not None else ""
        return sort_key(entitlement.structure.name), service, entitlement.profile

    return [(entitlement.profile, entitlement.structure, entitlement.service) for entitlement in sorted(found, key=key)]
