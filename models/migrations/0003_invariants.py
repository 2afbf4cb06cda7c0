"""The invariants of a ticket, checked by the database: constraints on PostgreSQL, triggers on SQLite, which can't add a
constraint to an existing table."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

STATE = (
    "{row}status IN ('OPEN', 'AWAITING_INFORMATION', 'RESOLVED', 'CLOSED') "
    "AND ({row}status = 'OPEN') = ({row}state_reason IS NOT NULL) AND {row}version > 0 AND {row}words_length >= 0"
)

ON_POSTGRES = f"""
    ALTER TABLE tickets ADD CONSTRAINT ticket_state CHECK ({STATE.format(row="")});
    ALTER TABLE services ADD CONSTRAINT service_of_structure UNIQUE (id, structure_id);
    ALTER TABLE tickets ADD CONSTRAINT recipient_is_one FOREIGN KEY (recipient_service_id, recipient_structure_id)
        REFERENCES services (id, structure_id);
    CREATE UNIQUE INDEX one_support ON structures (support) WHERE support;
    ALTER TABLE users ALTER COLUMN sort_key TYPE VARCHAR(255) COLLATE "C";
    ALTER TABLE categories ALTER COLUMN sort_key TYPE VARCHAR(255) COLLATE "C";
    ALTER TABLE tickets ALTER COLUMN number TYPE VARCHAR(20) COLLATE "C";
    CREATE FUNCTION closed_never_changes() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'a closed ticket never changes' USING ERRCODE = 'check_violation'; END $$;
    CREATE TRIGGER closed_never_changes BEFORE UPDATE ON tickets FOR EACH ROW WHEN (OLD.status = 'CLOSED')
        EXECUTE FUNCTION closed_never_changes();
"""

WRONG = f"""
    NOT ({STATE.format(row="NEW.")}) OR NEW.recipient_service_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM services s WHERE s.id = NEW.recipient_service_id AND s.structure_id = NEW.recipient_structure_id)
"""
ON_SQLITE = f"""
    CREATE TRIGGER ticket_state_new BEFORE INSERT ON tickets WHEN {WRONG}
        BEGIN SELECT RAISE(ABORT, 'ticket_state'); END;
    CREATE TRIGGER ticket_state_changed BEFORE UPDATE ON tickets WHEN {WRONG}
        BEGIN SELECT RAISE(ABORT, 'ticket_state'); END;
    CREATE TRIGGER closed_never_changes BEFORE UPDATE ON tickets WHEN OLD.status = 'CLOSED'
        BEGIN SELECT RAISE(ABORT, 'a closed ticket never changes'); END;
    CREATE UNIQUE INDEX one_support ON structures (support) WHERE support;
"""


async def forward(apps: Any, editor: Any) -> None:
    postgres = editor.client.capabilities.dialect == "postgres"
    await editor.client.execute_script(ON_POSTGRES if postgres else ON_SQLITE)


class Migration(migrations.Migration):
    dependencies = [("models", "0002_search_and_desk")]
    operations = [ops.RunPython(forward)]
