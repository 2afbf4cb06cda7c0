"""The tables of tickets: Ticket, Activity (the log of all that happened), Attachment and IdempotentCall.

Tables only: rules stand in `workflow.py`, and only `actions.py` changes these rows. Instants are milliseconds since
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


class ScanState(StrEnum):
    """What the virus scanner says of an attachment."""

    NOT_SCANNED = "NOT_SCANNED"
    PENDING = "PENDING"
    CLEAN = "CLEAN"
    REJECTED = "REJECTED"


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
    """One thing that happened to one ticket. `position` is the order in which the desk's activities were committed.

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


class Attachment(Model):
    """A file that came with an activity; its bytes are in the storage under `storage_key`, unless they were rejected.

    A pending one is not to be examined before `scan_after`: somebody has it at hand, or tried in vain.
    """

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation["Ticket"] = fields.ForeignKeyField(
        "models.Ticket", related_name=False, on_delete=fields.RESTRICT
    )
    activity: fields.ForeignKeyRelation["Activity"] = fields.ForeignKeyField(
        "models.Activity", related_name=False, on_delete=fields.RESTRICT
    )
    filename = fields.CharField(max_length=255)
    content_type = fields.CharField(max_length=127)
    size = fields.BigIntField()
    digest = fields.CharField(max_length=64)
    storage_key = fields.CharField(max_length=64, unique=True)
    scan_state = fields.CharField(max_length=16, db_default="NOT_SCANNED")
    scan_after = fields.BigIntField(db_default=0)

    class Meta:
        table = "attachments"
        table_description = "Files that came with activities, without their bytes."
        indexes = (
            Index(fields=("ticket_id",), name="attachments_by_ticket"),
            Index(fields=("activity_id",), name="attachments_by_activity"),
        )


class IdempotentCall(Model):
    """A completed call under an idempotency key: the fingerprint of its input, and the activity that it wrote."""

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
        table_description = "Calls that were made under an idempotency key, with the activity that each one made."
        unique_together = (("user", "key"),)
