"""An index of the people that tickets were assigned to, for `access.visible_users`."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

ASSIGNED = "CREATE INDEX activities_by_assigned ON activities (assignee_id) WHERE kind = 'ASSIGNED'"


async def forward(apps: Any, editor: Any) -> None:
    await editor.client.execute_script(ASSIGNED)


async def backward(apps: Any, editor: Any) -> None:
    await editor.client.execute_script("DROP INDEX activities_by_assigned")


class Migration(migrations.Migration):
    dependencies = [("models", "0005_scans")]
    operations = [ops.RunPython(forward, backward)]
