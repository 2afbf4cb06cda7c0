"""The table of `models/tickets/counters.py`, filled from the existing tickets; and a partial index instead of a full one."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

KEY = (
    "COALESCE(recipient_structure_id, 0), COALESCE(recipient_service_id, 0), COALESCE(status, ''), "
    "COALESCE(assignee_id, 0), COALESCE(issuer_structure_id, 0)"
)
# Every action changes two rows: on PostgreSQL half-empty pages let it update them in place (HOT).
FORWARD = f"""
    CREATE TABLE ticket_counts (
        recipient_structure_id BIGINT, recipient_service_id BIGINT, status VARCHAR(32), assignee_id BIGINT,
        issuer_structure_id BIGINT, tickets INTEGER NOT NULL
    ){{roomy}};
    CREATE UNIQUE INDEX ticket_counts_key ON ticket_counts ({KEY});
    CREATE INDEX ticket_counts_by_structure ON ticket_counts (recipient_structure_id);
    CREATE INDEX ticket_counts_by_service ON ticket_counts (recipient_service_id);
    CREATE INDEX ticket_counts_by_issuer ON ticket_counts (issuer_structure_id);
    INSERT INTO ticket_counts
        SELECT recipient_structure_id, recipient_service_id, status, assignee_id, NULL, COUNT(*) FROM tickets
        GROUP BY recipient_structure_id, recipient_service_id, status, assignee_id;
    INSERT INTO ticket_counts
        SELECT NULL, NULL, NULL, NULL, issuer_structure_id, COUNT(*) FROM tickets GROUP BY issuer_structure_id;
    CREATE INDEX tickets_by_service ON tickets (recipient_service_id, status, submitted_at, id)
        WHERE recipient_service_id IS NOT NULL;
"""


async def forward(apps: Any, editor: Any) -> None:
    postgres = editor.client.capabilities.dialect == "postgres"
    await editor.client.execute_script(FORWARD.format(roomy=" WITH (fillfactor = 40)" if postgres else ""))


async def backward(apps: Any, editor: Any) -> None:
    await editor.client.execute_script("DROP INDEX tickets_by_service; DROP TABLE ticket_counts")


class Migration(migrations.Migration):
    dependencies = [("models", "0003_invariants")]
    operations = [ops.RemoveIndex(model_name="Ticket", name="tickets_by_service"), ops.RunPython(forward, backward)]
