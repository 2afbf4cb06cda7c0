"""The position of the last change of each user's profiles. Cursors from before the upgrade are CURSOR_EXPIRED, since
nothing tells which profiles changed after them."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def forward(apps: Any, editor: Any) -> None:
    await editor.client.execute_script("UPDATE users SET rights_position = (SELECT position FROM desk)")


async def backward(apps: Any, editor: Any) -> None:
    """The column goes."""


class AddColumn(ops.AddField):
    """AddField, but its way back is one statement: Tortoise would copy the table, which others refer to."""

    async def database_backward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        """Remove the column."""
        await state_editor.client.execute_script("ALTER TABLE users DROP COLUMN rights_position")


class Migration(migrations.Migration):
    dependencies = [("models", "0006_assigned")]
    operations = [
        AddColumn(model_name="User", name="rights_position", field=fields.BigIntField(db_default=0)),
        ops.RunPython(forward, backward),
    ]
