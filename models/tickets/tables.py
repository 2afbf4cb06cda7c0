"""The tables of tickets: Ticket, Activity (the journal) and IdempotentCall.

Tables only: the rules are in `workflow.py`, and only `actions.py` changes these rows. Instants are milliseconds since
the epoch, UTC: the same number, and the same order, on every database.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.directory.tables import Category, Service, Structure, Subcategory, User


class ObjectType(StrEnum):
    """The kind of business that a ticket is about (« Type d’objet »)."""

    INVOICE = "INVOICE"
    JUSTICE_FEES_STATEMENT = "JUSTICE_FEES_STATEMENT"
    REFUND_CLAIM = "REFUND_CLAIM"
    OTHER = "OTHER"


class Ticket(Model):
    """A ticket as it is now. `version` counts its activities; `words_length` is the length of its search text."""

    id = fields.BigIntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    short_description = fields.TextField()
    description = fields.TextField()
    submitted_at = fields.BigIntField()
    updated_at = fields.BigIntField()
    category: fields.ForeignKeyRelation["Category"] = fields.ForeignKeyField(
        "models.Category", related_name=False, on_delete=fields.RESTRICT
    )
    subcategory: fields.ForeignKeyRelation["Subcategory"] = fields.ForeignKeyField(
        "models.Subcategory", related_name=False, on_delete=fields.RESTRICT
    )
    object_type = fields.CharField(max_length=32)
    status = fields.CharField(max_length=32)
    state_reason = fields.CharField(max_length=32, null=True)
    assignee: fields.ForeignKeyNullableRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    issuer_structure: fields.ForeignKeyRelation["Structure"] = fields.ForeignKeyField(
        "models.Structure", related_name=False, on_delete=fields.RESTRICT
    )
    contact_name = fields.CharField(max_length=200)
    contact_address = fields.CharField(max_length=254)
    recipient_structure: fields.ForeignKeyRelation["Structure"] = fields.ForeignKeyField(
        "models.Structure", related_name=False, on_delete=fields.RESTRICT
    )
    recipient_service: fields.ForeignKeyNullableRelation["Service"] = fields.ForeignKeyField(
        "models.Service", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    version = fields.IntField()
    words_length = fields.IntField()

    class Meta:
        table = "tickets"
        table_description = "Tickets as they are now."
        # And `tickets_by_service`, the same by recipient_service_id, of those that have one (migration 0004).
        indexes = (
            Index(fields=("recipient_structure_id", "status", "submitted_at", "id"), name="tickets_by_structure"),
            Index(fields=("assignee_id", "status", "submitted_at", "id"), name="tickets_by_assignee"),
            Index(fields=("issuer_structure_id", "submitted_at", "id"), name="tickets_by_issuer"),
        )


class Activity(Model):
    """One activity of one ticket. `position` is the order in which the desk's activities were committed.

    `…_before` is the state before it, the same names without the suffix the state after it; `version` is the ticket's
    after it. Its words are those from `words_from` to `words_to` of the ticket's search text, in characters.
    """

    position = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation["Ticket"] = fields.ForeignKeyField(
        "models.Ticket", related_name=False, on_delete=fields.RESTRICT
    )
    ticket_id: int
    version = fields.IntField()
    kind = fields.CharField(max_length=32)
    actor: fields.ForeignKeyNullableRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    message = fields.TextField(null=True)
    occurred_at = fields.BigIntField()
    status_before = fields.CharField(max_length=32, null=True)
    status = fields.CharField(max_length=32)
    state_reason_before = fields.CharField(max_length=32, null=True)
    state_reason = fields.CharField(max_length=32, null=True)
    assignee_id_before = fields.BigIntField(null=True)
    assignee_id = fields.BigIntField(null=True)
    recipient_structure_id_before = fields.BigIntField(null=True)
    recipient_structure_id = fields.BigIntField()
    recipient_service_id_before = fields.BigIntField(null=True)
    recipient_service_id = fields.BigIntField(null=True)
    words_from = fields.IntField()
    words_to = fields.IntField()

    class Meta:
        table = "activities"
        table_description = "The journal: every action on every ticket, in commit order."
        unique_together = (("ticket", "version"),)
        indexes = (Index(fields=("actor_id",), name="activities_by_actor"),)


class IdempotentCall(Model):
    """A completed request under an idempotency key: the fingerprint of its input, and the activity that it wrote."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64)
    activity: fields.ForeignKeyRelation["Activity"] = fields.ForeignKeyField(
        "models.Activity", related_name=False, on_delete=fields.RESTRICT
    )

    class Meta:
        table = "idempotent_calls"
        table_description = "Requests done under an idempotency key, with the activity that each recorded."
        unique_together = (("user", "key"),)
