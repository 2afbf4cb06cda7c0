"""The SQL that the product runs, built by the product's own code, so that the bare server runs the same.

The reads of `models` run with a recorder in place of the database.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from models import database
from models.access import Rights, rights_of, visible
from models.database.sqlite import Client
from models.directory.queries import user_by_login
from models.directory.tables import SUPPORT_ID
from models.inbox import lists
from models.inbox.lists import TicketList
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab
from models.search.normalise import terms
from models.settings import StorageSettings
from models.tickets import activities, projection
from models.tickets.projection import Projection
from tests.benchmarks.questions import WORD

Statement = tuple[str, list[object]]
LIST_FIELDS = frozenset(
    {
        "number", "short_description", "submitted_at", "updated_at", "object_type", "status", "state_reason",
        "assignee", "category", "subcategory",
    }
)  # fmt: skip
TICKET_FIELDS = frozenset({"number", "short_description", "description", "submitted_at", "status", "version"})
TICKET_NAMES = Projection(TICKET_FIELDS).names
NAMES = Projection(LIST_FIELDS).names
"""The columns of `page`, in order."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The two statements of a list: its first page and its count."""

    page: Statement
    count: Statement


@dataclass(frozen=True, slots=True)
class Statements:
    """All statements of the bare server, for one viewer."""

    user_id: int
    pragmas: dict[str, Any]
    """Pragmas of the writing connection; reading connections add `query_only`."""
    lists: dict[str | None, Lists]
    """The statements of the list by search keyword; None is without a search."""
    tabs: Statement
    ticket: Statement
    """Reads a ticket's state before an action; its first value is the ticket's id."""
    one_ticket: tuple[Statement, Statement, Statement]
    """Read a ticket's id by its number, then the ticket and its first 50 activities by that id, the first value."""
    entitlements: str


async def read_statements(settings: StorageSettings, login: str) -> Statements:
    """The statements for a viewer, with their rights as in the database."""
    await database.open_database(settings)
    try:
        user = await user_by_login(login)
        assert user is not None, login
        rights = await rights_of(user.id)
        credentials = database.configuration(settings)["connections"]["default"]["credentials"]
        sql, values = visible(rights)
        return Statements(
            user.id,
            dict(Client(connection_name="bare", **credentials).pragmas),
            {word: await _lists(rights, word) for word in (None, WORD)},
            await _recorded(lambda: lists.tab_counts(rights), (0, "", 0, 0)),
            (
                "SELECT t.status, t.state_reason, t.assignee_id, t.recipient_structure_id, t.recipient_service_id, "
                "t.version, t.issuer_structure_id, t.words_length, t.updated_at, "
                f"{SUPPORT_ID} FROM tickets t WHERE t.id = ? AND {sql}",
                values,
            ),
            (
                await _recorded(lambda: projection.id_of_number("")),
                await _recorded(lambda: projection.tickets_by_id([0], TICKET_FIELDS, (sql, values))),
                await _recorded(lambda: activities.first_activities([0], 0, projection.LATEST, 51)),
            ),
            "SELECT structure_id, service_id, profile FROM entitlements WHERE user_id = ?",
        )
    finally:
        await database.close_database()


async def read_list(settings: StorageSettings, login: str) -> Lists:
    """The statements of the list, on either database, with `?` for parameters."""
    await database.open_database(settings)
    try:
        user = await user_by_login(login)
        assert user is not None, login
        return await _lists(await rights_of(user.id), None)
    finally:
        await database.close_database()


async def _lists(rights: Rights, word: str | None) -> Lists:
    tickets = TicketList(rights, InboxTab.TO_PROCESS, terms(word))
    return Lists(
        await _recorded(lambda: tickets.slice(LIST_FIELDS, Order(), size=20)),
        await _recorded(tickets.count, (0,)),
    )


async def _recorded(read: Callable[[], Awaitable[object]], *answer: Sequence[object]) -> Statement:
    """The statement that a read runs; the recorder answers it with the rows `answer`."""
    found: list[Statement] = []

    async def record(sql: str, values: Sequence[object] = ()) -> list[Sequence[object]]:
        found.append((sql, list(values)))
        return list(answer)

    async def record_all(*statements: Statement, **_: bool) -> list[Any]:
        return [await record(*statement) for statement in statements]

    with ExitStack() as stack:
        for module in (lists, projection, activities):
            stack.enter_context(patch.object(module, "fetch", record))
        stack.enter_context(patch.object(lists, "fetch_all", record_all))
        await read()
    (statement,) = found
    return statement
