"""Structures, services, categories, users: the directory as clients see it."""

from functools import lru_cache

import strawberry

from graph.context import Info
from graph.engine.plan import same_for
from graph.node_ids import encode
from graph.types.node import Node
from models.directory import queries as directory
from models.directory import tables
from models.directory.tables import Destination, Profile
from models.i18n.language import Text


@same_for()
@strawberry.type(description="A person (« Utilisateur »).")
class User(Node):
    """A user by the name that others read."""

    display_name: str = strawberry.field(description="First and last name (« Prénom Nom »).")


@lru_cache(maxsize=4096)
def user(row_id: int, display_name: str) -> User:
    """A user of the schema; the same for the same words."""
    return User(id=encode("User", row_id), display_name=display_name)


@same_for()
@strawberry.type(description="A service of a structure (« Service »).")
class Service(Node):
    """A service."""

    code: str = strawberry.field(description="Its code, unique in the structure (« Code service »).")
    name: str = strawberry.field(description="Its name (« Nom du service »).")
    receives_tickets: bool = strawberry.field(
        description="Whether tickets may be addressed to it (« Destinataire de sollicitations »)."
    )


def service(row: tables.Service) -> Service:
    """A service of the schema."""
    return Service(id=encode("Service", row.id), code=row.code, name=row.name, receives_tickets=row.receives)


@strawberry.type(description="A public structure or a supplier (« Structure »).")
class Structure(Node):
    """A structure with its services."""

    row_id: strawberry.Private[int]
    siret: str | None = strawberry.field(description="Its SIRET, 14 digits; null where it has none (« SIRET »).")
    name: str = strawberry.field(description="Its name (« Raison sociale »).")

    @strawberry.field(description="Its services, by name (« Services »).")
    async def services(self, info: Info) -> list[Service]:
        """The services of the structure."""
        return [service(row) for row in await info.context.loaders.services_of.load(self.row_id)]


def structure(row: tables.Structure) -> Structure:
    """A structure of the schema."""
    return Structure(
        id=encode("Structure", row.id), row_id=row.id, siret=directory.siret(row.identifier), name=row.name
    )


@same_for("language")
@strawberry.type(description="A subcategory: with its category it decides where a ticket goes (« Sous-catégorie »).")
class Subcategory(Node):
    """A subcategory and its destination."""

    text: strawberry.Private[Text]
    code: str = strawberry.field(description="Its code (« Code »).")
    destination: Destination = strawberry.field(description="Where its tickets go (« Destinataire »).")

    @strawberry.field(description="Its name in the request's language (« Libellé »).")
    def label(self, info: Info) -> str:
        """The label."""
        return info.context.say(self.text)


@lru_cache(maxsize=4096)
def subcategory(row_id: int, code: str, fr: str, en: str, destination: str) -> Subcategory:
    """A subcategory of the schema; the same for the same words."""
    return Subcategory(
        id=encode("Subcategory", row_id), code=code, text=Text(fr, en), destination=Destination(destination)
    )  # fmt: skip


@same_for("language")
@strawberry.type(description="A category of tickets (« Catégorie »).")
class Category(Node):
    """A category with its subcategories."""

    row_id: strawberry.Private[int]
    text: strawberry.Private[Text]
    code: str = strawberry.field(description="Its code (« Code »).")

    @strawberry.field(description="Its name in the request's language (« Libellé »).")
    def label(self, info: Info) -> str:
        """The label."""
        return info.context.say(self.text)

    @strawberry.field(description="Its subcategories (« Sous-catégories »).")
    async def subcategories(self, info: Info) -> list[Subcategory]:
        """The subcategories of the category."""
        found = await info.context.loaders.subcategories_of.load(self.row_id)
        return [subcategory(row.id, row.code, *row.label, row.destination) for row in found]


@lru_cache(maxsize=1024)
def category(row_id: int, code: str, fr: str, en: str) -> Category:
    """A category of the schema; the same for the same words."""
    return Category(id=encode("Category", row_id), row_id=row_id, code=code, text=Text(fr, en))


@strawberry.type(description="A profile that the viewer holds (« Habilitation »).")
class Entitlement:
    """A profile on a structure, or on one service of it."""

    structure: Structure = strawberry.field(description="On which structure (« Structure »).")
    service: Service | None = strawberry.field(description="On that service of it alone; null: on all (« Service »).")
    profile: Profile = strawberry.field(description="What it allows (« Profil »).")


@strawberry.type(description="Who is logged in (« Utilisateur connecté »).")
class Viewer:
    """The viewer and what they may do."""

    user: User = strawberry.field(description="The person (« Utilisateur »).")

    @strawberry.field(description="Their profiles, by structure (« Habilitations »).")
    async def entitlements(self, info: Info) -> list[Entitlement]:
        """The viewer's profiles."""
        return [
            Entitlement(
                structure=structure(on), service=None if part is None else service(part), profile=Profile(profile)
            )
            for profile, on, part in await directory.entitlements_of(info.context.viewer.user.id)
        ]
