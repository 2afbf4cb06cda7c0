"""The tables of the directory: structures, services, users and their profiles, categories and subcategories.

Tables only: what a profile allows is in `models/access.py`, how rows are imported in `models/directory/importer.py`.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.i18n.language import Text

SUPPORT_ID = "(SELECT MIN(id) FROM structures WHERE support)"
"""SQL: the id of the structure that is the Chorus Pro support."""


class Destination(StrEnum):
    """Where the tickets of a subcategory go (contract, « The rules of a ticket »: submitTicket)."""

    BUSINESS_SERVICE = "BUSINESS_SERVICE"
    SUPPORT = "SUPPORT"


class Profile(StrEnum):
    """What a user may do for a structure (« profil »)."""

    RECEIVED_TICKETS_VIEW = "RECEIVED_TICKETS_VIEW"
    RECEIVED_TICKETS_EDIT = "RECEIVED_TICKETS_EDIT"
    SENT_TICKETS = "SENT_TICKETS"


class Structure(Model):
    """A public structure or a supplier. `identifier` is its SIRET (14 digits), or another one if it has no SIRET.

    `receives`: tickets can be addressed to it as a whole. `support`: it is the Chorus Pro support; one structure is.
    """

    id = fields.BigIntField(primary_key=True)
    identifier = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    receives = fields.BooleanField(default=False)
    support = fields.BooleanField(default=False)

    class Meta:
        table = "structures"
        table_description = "Public structures and suppliers."


class Service(Model):
    """A service of a structure; `code` is unique in the structure. `receives`: tickets can be addressed to it."""

    id = fields.BigIntField(primary_key=True)
    structure: fields.ForeignKeyRelation["Structure"] = fields.ForeignKeyField(
        "models.Structure", related_name="services", on_delete=fields.RESTRICT
    )
    structure_id: int
    code = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    receives = fields.BooleanField(default=True)

    class Meta:
        table = "services"
        table_description = "Services of structures."
        unique_together = (("structure", "code"),)


class User(Model):
    """A person who logs in. `login` is the `sub` of their tokens, `sort_key` their name normalised, for sorting.

    `rights_position`: the journal's position when the recipients whose tickets they receive last changed.
    """

    id = fields.BigIntField(primary_key=True)
    login = fields.CharField(max_length=255, unique=True)
    display_name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    sort_key = fields.CharField(max_length=255)
    rights_position = fields.BigIntField(db_default=0)

    class Meta:
        table = "users"
        table_description = "People who log in."


class Entitlement(Model):
    """A profile of a user on a structure, or on one service of it."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="entitlements", on_delete=fields.CASCADE
    )
    user_id: int
    structure: fields.ForeignKeyRelation["Structure"] = fields.ForeignKeyField(
        "models.Structure", related_name="entitlements", on_delete=fields.CASCADE
    )
    structure_id: int
    service: fields.ForeignKeyNullableRelation["Service"] = fields.ForeignKeyField(
        "models.Service", related_name="entitlements", null=True, on_delete=fields.CASCADE
    )
    service_id: int | None
    profile = fields.CharField(max_length=32)

    class Meta:
        table = "entitlements"
        table_description = "Profiles of users on structures, or on single services of them."
        indexes = (
            Index(fields=("structure_id", "profile"), name="entitlements_by_structure"),
            Index(fields=("user_id",), name="entitlements_by_user"),
        )


class Category(Model):
    """A category of tickets (« Catégorie »), sorted by `sort_key`, its French label normalised."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=64, unique=True)
    label_fr = fields.CharField(max_length=200)
    label_en = fields.CharField(max_length=200)
    sort_key = fields.CharField(max_length=255)

    @property
    def label(self) -> Text:
        """Its label in both languages."""
        return Text(self.label_fr, self.label_en)

    class Meta:
        table = "categories"
        table_description = "Categories of tickets."


class Subcategory(Model):
    """A subcategory (« Sous-catégorie ») of a category. Its destination decides where tickets go."""

    id = fields.BigIntField(primary_key=True)
    category: fields.ForeignKeyRelation["Category"] = fields.ForeignKeyField(
        "models.Category", related_name="subcategories", on_delete=fields.RESTRICT
    )
    category_id: int
    code = fields.CharField(max_length=64, unique=True)
    label_fr = fields.CharField(max_length=200)
    label_en = fields.CharField(max_length=200)
    destination = fields.CharField(max_length=20)

    @property
    def label(self) -> Text:
        """Its label in both languages."""
        return Text(self.label_fr, self.label_en)

    class Meta:
        table = "subcategories"
        table_description = "Subcategories, with the destination of their tickets."
