"""The cost of lists: a fixed number of SQL statements, which read only the selected columns."""

import logging
import re
from collections.abc import Iterator

import pytest

from models.demo.generate import generate
from tests.conftest import Desk
from tests.graph import EVERYTHING, InProcessEngine
from tests.models import AT, submit

CONNECTION = f"""totalCount liveCursor pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  edges {{ cursor }} nodes {{ {EVERYTHING} }}"""
BY_NUMBER = f"page pageSize pageCount totalCount liveCursor nodes {{ {EVERYTHING} }}"


class Statements(logging.Handler):
    """Collects the SQL statements that Tortoise logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if not message.startswith("Created connection"):
            self.seen.append(message)


@pytest.fixture
def statements() -> Iterator[Statements]:
    handler, logger = Statements(), logging.getLogger("tortoise.db_client")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


LISTS = (
    ('tickets(tab: ALL_EXCEPT_CLOSED, search: "facture", first: $size)', CONNECTION),
    ("tickets(tab: ALL_EXCEPT_CLOSED, last: $size)", CONNECTION),
    ("ticketPage(tab: ALL_EXCEPT_CLOSED, pageSize: $size)", BY_NUMBER),
)


async def test_list_runs_the_same_number_of_statements_for_any_size(desk: Desk, statements: Statements) -> None:
    await generate(desk.services, 1_500, now=AT, seed=3, progress=lambda _: None)
    in_process = InProcessEngine(desk)
    for call, fields in LISTS:
        counted = []
        for size in (1, 10, 100):
            statements.seen.clear()
            data = await in_process.run("agent-1", f"query ($size: Int!) {{ list: {call} {{ {fields} }} }}", size=size)
            assert len(data["list"]["nodes"]) == size
            assert data["list"]["nodes"][0]["activities"]["nodes"][0]["kind"] == "SUBMITTED"
            counted.append(len(statements.seen))
        assert counted[0] == counted[1] == counted[2]
        assert 5 < counted[0] <= 12


async def test_list_of_numbers_reads_no_other_columns(desk: Desk, statements: Statements) -> None:
    await submit(desk)
    in_process = InProcessEngine(desk)
    statements.seen.clear()
    await in_process.run("agent-1", "{ tickets(tab: TO_PROCESS) { nodes { number } } }")
    read = [statement for statement in statements.seen if "FROM tickets" in statement]
    assert len(read) == 1
    assert re.findall(r"JOIN (\w+)", read[0]) == ["tickets"]
    for unneeded in ("description", "assignee", "contact", "COUNT"):
        assert unneeded not in "".join(statements.seen)
