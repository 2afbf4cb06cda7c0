"""The SQL that the product runs, as the product's own code builds it, for the bare server to run the same.

`models.inbox` is asked for its lists with a recorder in the place of the database.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from models import database, inbox
from models.access import Rights, rights_of, visible
from models.catalogue import user_by_login
from models.database.sqlite import Client
from models.inbox import InboxTab, Listing, Order
from models.projection import SUPPORT_ID, Projection
from models.search.fold import terms
from models.settings import StorageSettings
from tests.benchmarks.questions import WORD

Statement = tuple[str, list[object]]
PARTS = frozenset(
    {
        "number", "short_description", "submitted_at", "updated_at", "object_type", "status", "state_reason",
        "assignee", "category", "subcategory",
    }
)  # fmt: skip
NAMES = Projection(PARTS).names
"""The columns of `page`, in order."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The two statements of a list: its first page and its length."""

    page: Statement
    count: Statement


@dataclass(frozen=True, slots=True)
class Statements:
    """All that the bare server runs, for one viewer."""

    user_id: int
    pragmas: dict[str, Any]
    """Of the connection that writes; those that read are `query_only` besides."""
    lists: dict[str | None, Lists]
    """By the word searched for."""
    tabs: Statement
    ticket: Statement
    """A ticket's state before an action; its id comes first."""
    entitlements: str


async def read_statements(settings: StorageSettings, login: str) -> Statements:
    """The statements for a viewer, whose rights are read from the database."""
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
            await _recorded(lambda: inbox.tab_counts(rights), (0, "", 0, 0)),
            (
                "SELECT t.status, t.state_reason, t.assignee_id, t.recipient_structure_id, t.recipient_service_id, "
                "t.version, t.issuer_structure_id, t.words_length, t.updated_at, "
                f"{SUPPORT_ID} FROM tickets t WHERE t.id = ? AND {sql}",
                values,
            ),
            "SELECT structure_id, service_id, profile FROM entitlements WHERE user_id = ?",
        )
    finally:
        await database.close_database()


async def _lists(rights: Rights, word: str | None) -> Lists:
    listing = Listing(rights, InboxTab.TO_PROCESS, terms(word))
    return Lists(
        await _recorded(lambda: listing.slice(PARTS, Order(), size=20)),
        await _recorded(listing.count, (0,)),
    )


async def _recorded(read: Callable[[], Awaitable[object]], *answer: Sequence[object]) -> Statement:
    """The one statement that a read runs; `answer` is what it is told that the rows are."""
    found: list[Statement] = []

    async def record(sql: str, values: Sequence[object] = ()) -> list[Sequence[object]]:
        found.append((sql, list(values)))
        return list(answer)

    with patch.object(inbox, "rows", record):
        await read()
    (statement,) = found
    return statement
