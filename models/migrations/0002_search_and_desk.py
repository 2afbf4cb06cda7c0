"""The full-text index, which no model describes, and the row of `desk` with a random name."""

import secrets
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

ON_SQLITE = (
    "CREATE VIRTUAL TABLE ticket_search USING fts5(words, scope, detail='none', tokenize=\"ascii tokenchars '~'\")"
)

ON_POSTGRES = """
    CREATE TABLE ticket_search (
        rowid BIGINT PRIMARY KEY REFERENCES tickets (id), words TEXT NOT NULL, scope TEXT NOT NULL,
        document TSVECTOR NOT NULL GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words || ' ' || scope, ' '))) STORED
    );
    CREATE INDEX ticket_search_document ON ticket_search USING gin (document);
"""


async def forward(apps: Any, editor: Any) -> None:
    postgres = editor.client.capabilities.dialect == "postgres"
    await editor.client.execute_script(ON_POSTGRES if postgres else ON_SQLITE)
    await editor.client.execute_query(
        "INSERT INTO desk (id, name, position, ticket_id, rights_version) VALUES (1, ?, 0, 0, 0)",
        [secrets.token_hex(4)],
    )


async def backward(apps: Any, editor: Any) -> None:
    await editor.client.execute_query("DELETE FROM desk")
    await editor.client.execute_script("DROP TABLE ticket_search")


class Migration(migrations.Migration):
    dependencies = [("models", "0001_desk")]
    operations = [ops.RunPython(forward, backward)]
