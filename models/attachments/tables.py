"""The table of attachments. Its rows are inserted, and their scan results set, by `actions.py` alone."""

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

if TYPE_CHECKING:
    from models.tickets.tables import Activity, Ticket


class ScanState(StrEnum):
    """The result of the virus scan of an attachment."""

    NOT_SCANNED = "NOT_SCANNED"
    PENDING = "PENDING"
    CLEAN = "CLEAN"
    REJECTED = "REJECTED"


class Attachment(Model):
    """A file of an activity. Its bytes are in the storage under `storage_key`, unless the scanner rejected them.

    `scan_after` (milliseconds since the epoch, UTC) is when a pending file is due to be scanned: a process that scans
    it, or failed to, postpones it.
    """

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation["Ticket"] = fields.ForeignKeyField(
        "models.Ticket", related_name=False, on_delete=fields.RESTRICT
    )
    activity: fields.ForeignKeyRelation["Activity"] = fields.ForeignKeyField(
        "models.Activity", related_name=False, on_delete=fields.RESTRICT
    )
    ticket_id: int
    activity_id: int
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


class StoredBytes(Model):
    """The bytes of the attachments that a user stored on the latest day (days since the epoch, UTC) with any.

    One row a user, changed by `quota.py` in the transaction that inserts the attachments.
    """

    user_id = fields.BigIntField(primary_key=True, generated=False)
    day = fields.IntField()
    bytes = fields.BigIntField()

    class Meta:
        table = "stored_bytes"
        table_description = "Bytes of attachments that each user stored on the latest day with any."
