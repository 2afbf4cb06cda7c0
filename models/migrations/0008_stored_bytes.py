"""The bytes of attachments that each user stored on a day; those stored before are not counted."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0007_rights_position")]
    operations = [
        ops.CreateModel(
            name="StoredBytes",
            fields=[
                ("user_id", fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("day", fields.IntField()),
                ("bytes", fields.BigIntField()),
            ],
            options={
                "table": "stored_bytes", "app": "models", "pk_attr": "user_id",
                "table_description": "Bytes of attachments that each user stored on the latest day with any.",
            },
        ),
    ]  # fmt: skip
