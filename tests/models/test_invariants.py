"""Constraints of the database, which hold whatever code writes."""

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from models.database import Transaction, transaction
from tests.conftest import Desk
from tests.models import snapshot, ticket_at


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("open", "state_reason = NULL"),
        ("awaiting", "state_reason = 'CREATION'"),
        ("resolved", "status = 'LOST'"),
        ("open", "status = 'CLOSED'"),
        ("open", "version = 0"),
        ("open", "number = '10000001'"),
        ("open", "recipient_service_id = (SELECT MAX(id) FROM services)"),
        ("open", "assignee_id = 999999"),
        ("closed", "assignee_id = NULL"),
        ("closed", "version = version + 1"),
    ],
)
async def test_database_refuses_a_ticket_that_breaks_the_rules(desk: Desk, stage: str, change: str) -> None:
    await ticket_at(desk, "open")
    ticket_id = await ticket_at(desk, stage)
    before = await snapshot(desk)

    async def write(connection: Transaction) -> None:
        await connection.execute_query(f"UPDATE tickets SET {change} WHERE id = ?", [ticket_id])

    with pytest.raises((IntegrityError, OperationalError)):
        await transaction(write)
    assert await snapshot(desk) == before


async def test_database_refuses_a_second_support(desk: Desk) -> None:
    with pytest.raises((IntegrityError, OperationalError)):
        await transaction(lambda connection: connection.execute_query("UPDATE structures SET support = TRUE"))
