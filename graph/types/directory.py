"""The types of the directory: structures, services, categories, subcategories, users and their profiles."""

import strawberry

from graph.context import Info
from graph.documents.rows import assumes
from graph.engine.cacheable import cacheable
from graph.engine.object_cache import FactoryCache
from graph.node_ids import encode
from graph.types.node import Node
from models.directory import queries as directory
from models.directory import tables
from models.directory.tables import Destination, Profile
from models.i18n.language import Text

OBJECTS = FactoryCache(4 * 1024 * 1024)
"""Users, categories and subcategories: there are few, and all users see the same."""


@cacheable()
@strawberry.type(description="A user of the desk (« Utilisateur »).")
class User(Node):
    """A user, by their name only."""

    display_name: str = strawberry.field(description="The first and last name (« Prénom Nom »).")


@OBJECTS.cached
def user(row_id: int, display_name: str) -> User:
    """The user with this id and name: the same object for each call, so that its responses are cached."""
    return User(id=encode("User", row_id), display_name=display_name)


@cacheable()
@strawberry.type(description="A service of a structure (« Service »).")
class Service(Node):
    """A service of a structure."""

    code: str = strawberry.field(description="The code of the service, unique in its structure (« Code service »).")
    name: str = strawberry.field(description="The name of the service (« Nom du service »).")
    receives_tickets: bool = strawberry.field(
        description="Whether tickets can be addressed to the service (« Destinataire de sollicitations »)."
    )


def service(row: tables.Service) -> Service:
    """The service of a row."""
    return Service(id=encode("Service", row.id), code=row.code, name=row.name, receives_tickets=row.receives)


@strawberry.type(description="A public structure or a supplier (« Structure »).")
class Structure(Node):
    """A structure; its services are loaded when they are selected."""

    row_id: strawberry.Private[int]
    siret: str | None = strawberry.field(
        description="The SIRET, 14 digits; null if the structure has none (« SIRET »)."
    )
    name: str = strawberry.field(description="The name of the structure (« Raison sociale »).")

    @strawberry.field(description="The services of the structure, sorted by name (« Services »).", metadata=assumes(10))
    async def services(self, info: Info) -> list[Service]:
        return [service(row) for row in await info.context.loaders.services_of.load(self.row_id)]


def structure(row: tables.Structure) -> Structure:
    """The structure of a row."""
    return Structure(
        id=encode("Structure", row.id), row_id=row.id, siret=directory.siret(row.identifier), name=row.name
    )


@cacheable(vary=("language",))
@strawberry.type(description="A subcategory; it decides where its tickets are sent (« Sous-catégorie »).")
class Subcategory(Node):
    """A subcategory with its destination."""

    text: strawberry.Private[Text]
    code: str = strawberry.field(description="The code (« Code »).")
    destination: Destination = strawberry.field(
        description="Where tickets of the subcategory are sent (« Destinataire »)."
    )

    @strawberry.field(description="The name in the language of the request (« Libellé »).")
    def label(self, info: Info) -> str:
        return self.text.in_(info.context.language)


@OBJECTS.cached
def subcategory(row_id: int, code: str, fr: str, en: str, destination: str) -> Subcategory:
    """The subcategory with these columns: the same object for each call, so that its responses are cached."""
    return Subcategory(
        id=encode("Subcategory", row_id), code=code, text=Text(fr, en), destination=Destination(destination)
    )  # fmt: skip


@cacheable(vary=("language",))
@strawberry.type(description="A category of tickets (« Catégorie »).")
class Category(Node):
    """A category; its subcategories are loaded when they are selected."""

    row_id: strawberry.Private[int]
    text: strawberry.Private[Text]
    code: str = strawberry.field(description="The code (« Code »).")

    @strawberry.field(description="The name in the language of the request (« Libellé »).")
    def label(self, info: Info) -> str:
        return self.text.in_(info.context.language)

    @strawberry.field(description="The subcategories of the category (« Sous-catégories »).", metadata=assumes(10))
    async def subcategories(self, info: Info) -> list[Subcategory]:
        found = await info.context.loaders.subcategories_of.load(self.row_id)
        return [subcategory(row.id, row.code, *row.label, row.destination) for row in found]


@OBJECTS.cached
def category(row_id: int, code: str, fr: str, en: str) -> Category:
    """The category with these columns: the same object for each call, so that its responses are cached."""
    return Category(id=encode("Category", row_id), row_id=row_id, code=code, text=Text(fr, en))


@strawberry.type(description="A profile that you have (« Habilitation »).")
class Entitlement:
    """A profile for a structure, or for one of its services."""

    structure: Structure = strawberry.field(description="The structure that the profile is for (« Structure »).")
    service: Service | None = strawberry.field(
        description="The only service that the profile is for; null for all services (« Service »)."
    )
    profile: Profile = strawberry.field(description="The profile, which decides what you may do (« Profil »).")


@strawberry.type(description="The user who sends the request (« Utilisateur connecté »).")
class Viewer:
    """The viewer with their profiles."""

    user: User = strawberry.field(description="The viewer as a user (« Utilisateur »).")

    @strawberry.field(description="Your profiles, sorted by structure (« Habilitations »).", metadata=assumes(20))
    async def entitlements(self, info: Info) -> list[Entitlement]:
        return [
            Entitlement(
                structure=structure(on), service=None if part is None else service(part), profile=Profile(profile)
            )
            for profile, on, part in await directory.entitlements_of(info.context.viewer.user.id)
        ]
