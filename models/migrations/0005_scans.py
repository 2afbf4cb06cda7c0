"""The state of the virus scan of an attachment; existing attachments are not scanned."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

PENDING = "CREATE INDEX attachments_pending ON attachments (scan_after) WHERE scan_state = 'PENDING'"


async def forward(apps: Any, editor: Any) -> None:
    await editor.client.execute_script(PENDING)


async def backward(apps: Any, editor: Any) -> None:
    await editor.client.execute_script("DROP INDEX attachments_pending")


class Migration(migrations.Migration):
    dependencies = [("models", "0004_counters")]
    operations = [
        ops.AddField(
            model_name="Attachment", name="scan_state", field=fields.CharField(max_length=16, db_default="NOT_SCANNED")
        ),
        ops.AddField(model_name="Attachment", name="scan_after", field=fields.BigIntField(db_default=0)),
        ops.RunPython(forward, backward),
    ]
