"""The tests of `models/` and their helpers: tickets at a stage of their life, and the whole content of a desk."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from models import actions, database, journal
from models.attachments.storage import storage_for
from models.attachments.storage.files import FileStorage
from models.attachments.uploads import Upload
from models.broker import broker_for
from models.commands import Command, Submission
from models.database import fetch
from models.database.migrate import migrate
from models.journal import ImmutableFields
from models.refusals import Refusal
from models.services import Services
from models.settings import StorageSettings
from models.tickets.tables import ObjectType
from models.workflow import State, StateReason, TicketStatus
from tests.conftest import Desk

TOWN, HOSPITAL, SUPPORT, SUPPLIER = "21990041200012", "26990017100019", "SUPPORT-CPP", "00041278300011"
AT = 1_790_000_000_000
"""The instant, in milliseconds since the epoch, at which tests act unless they give another."""

ACTIONS: dict[str, Any] = {
    action.__name__: action
    for action in (
        actions.assign_ticket_to_me, actions.assign_ticket, actions.propose_solution, actions.request_information,
        actions.transfer_to_support, actions.provide_information, actions.accept_solution, actions.refuse_solution,
        actions.close_ticket,
    )
}  # fmt: skip
WITH_MESSAGE = (
    "propose_solution",
    "request_information",
    "transfer_to_support",
    "provide_information",
    "refuse_solution",
)

STAGES: dict[str, tuple[str, ...]] = {
    "open": (),
    "taken": ("agent-1 assign_ticket_to_me",),
    "awaiting": ("agent-1 assign_ticket_to_me", "agent-1 request_information"),
    "resolved": ("agent-1 assign_ticket_to_me", "agent-1 propose_solution"),
    "closed": ("agent-1 assign_ticket_to_me", "agent-1 propose_solution", "requester accept_solution"),
    "transferred": ("agent-1 assign_ticket_to_me", "agent-1 transfer_to_support"),
}
"""The actions that bring a ticket of `requester` to a stage: login and action."""


async def select(sql: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a SELECT, as tuples."""
    return [tuple(row) for row in await fetch(sql, values)]


_COUNTER = "recipient_structure_id, recipient_service_id, status, assignee_id"
COUNTERS = f"SELECT {_COUNTER}, issuer_structure_id, tickets FROM ticket_counts WHERE tickets <> 0"
"""The counters."""
COUNTED_TICKETS = (
    f"SELECT {_COUNTER}, NULL, COUNT(*) FROM tickets GROUP BY {_COUNTER} UNION ALL "
    "SELECT NULL, NULL, NULL, NULL, issuer_structure_id, COUNT(*) FROM tickets GROUP BY issuer_structure_id"
)
"""The same counts, from the tickets."""


async def check_the_counters() -> None:
    """Assert that the counters equal the counts of the tickets, with one row for each."""
    assert Counter(await select(COUNTERS)) == Counter(await select(COUNTED_TICKETS))


async def id_of(table: str, column: str, value: object) -> int:
    return int((await select(f"SELECT id FROM {table} WHERE {column} = ?", value))[0][0])


def upload(name: str, content: bytes, kind: str = "text/plain") -> Upload:
    return Upload(name, kind, BytesIO(content), len(content))


async def command(
    login: str, action: str, ticket_id: int, assignee: str | None = None, *, key: str | None = None, **given: Any
) -> Command:
    """The command of a user by login, with a message where the action takes one."""
    if action in WITH_MESSAGE:
        given.setdefault("message", f"Message de {action}.")
    if assignee is not None:
        given["assignee_id"] = await id_of("users", "login", assignee)
    given.setdefault("at", AT)
    return Command(await id_of("users", "login", login), ticket_id, idempotency_key=key, **given)


async def act(desk: Desk, login: str, action: str, ticket_id: int, *assignee: str, **given: Any) -> int:
    """Perform an action on a ticket: the position of its activity."""
    return int(await ACTIONS[action](desk.services, await command(login, action, ticket_id, *assignee, **given)))


async def submission(
    login: str = "requester",
    *,
    code: str = "INVOICES_STATUS",
    to: str | None = TOWN,
    service: str | None = None,
    key: str | None = None,
    **given: Any,
) -> Submission:
    """A submission by login, subcategory code, recipient identifier and service code."""
    category_id, subcategory_id = (await select("SELECT category_id, id FROM subcategories WHERE code = ?", code))[0]
    values = {
        "category_id": category_id,
        "subcategory_id": subcategory_id,
        "object_type": ObjectType.INVOICE,
        "short_description": "Facture en attente",
        "description": "Déposée le 3 mars.",
        "issuer_structure_id": await id_of("structures", "identifier", SUPPLIER),
        "recipient_structure_id": to and await id_of("structures", "identifier", to),
        "recipient_service_id": service and await id_of("services", "code", service),
        "at": AT,
    }
    return Submission(await id_of("users", "login", login), idempotency_key=key, **{**values, **given})


async def submit(desk: Desk, login: str = "requester", **given: Any) -> int:
    """Submit a ticket: its id."""
    position = await actions.submit_ticket(desk.services, await submission(login, **given))
    return int((await select("SELECT ticket_id FROM activities WHERE position = ?", position))[0][0])


async def ticket_at(desk: Desk, stage: str, **given: Any) -> int:
    """Submit a ticket and bring it to a stage: its id."""
    ticket_id = await submit(desk, **given)
    for step in STAGES[stage]:
        login, action = step.split()
        await act(desk, login, action, ticket_id)
    return ticket_id


async def ticket_state(ticket_id: int) -> tuple[Any, ...]:
    """The state of a ticket: status, reason, assignee's login, recipient's identifier, service's code, version."""
    return (
        await select(
            "SELECT t.status, t.state_reason, u.login, s.identifier, v.code, t.version FROM tickets t "
            "JOIN structures s ON s.id = t.recipient_structure_id LEFT JOIN users u ON u.id = t.assignee_id "
            "LEFT JOIN services v ON v.id = t.recipient_service_id WHERE t.id = ?",
            ticket_id,
        )
    )[0]


async def last_activity() -> dict[str, Any]:
    return dict((await fetch("SELECT * FROM activities ORDER BY position DESC LIMIT 1"))[0])


def files_of(desk: Desk) -> dict[str, bytes]:
    """The content of the files in the storage, by their keys."""
    storage = desk.services.storage
    assert isinstance(storage, FileStorage)
    root = storage.root
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()} if root.exists() else {}


async def snapshot(desk: Desk) -> dict[str, Any]:
    """The content of every table that an action can change, of the search index and of the storage."""
    tables = {
        name: await select(f"SELECT * FROM {name} ORDER BY 1")
        for name in ("tickets", "activities", "attachments", "idempotent_calls", "desk")
    }
    tables["counters"] = sorted(await select("SELECT * FROM ticket_counts"), key=str)
    return {**tables, "search": await select("SELECT rowid, words, scope FROM ticket_search"), "files": files_of(desk)}


async def refusal(action: Awaitable[object]) -> Refusal:
    """The refusal that an action raises; fails if it raises none."""
    with pytest.raises(Refusal) as caught:
        await action
    return caught.value


def assignee_of(action: str, login: str = "agent-2") -> tuple[str, ...]:
    """The login to pass to `act`, for the action that takes one."""
    return (login,) if action == "assign_ticket" else ()


class Unchanged:
    """Asserts that refused actions of a desk have the expected code, change nothing and wake no subscriber."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.woken: list[None] = []
        assert desk.services.broker is not None
        desk.services.broker.listen(lambda: self.woken.append(None))

    async def refuses(
        self, code: str, login: str, action: str, ticket_id: int, *assignee: str, **given: Any
    ) -> list[str]:
        """The fields that the refusal names."""
        before = await snapshot(self.desk)
        self.woken.clear()
        refused = await refusal(act(self.desk, login, action, ticket_id, *(assignee or assignee_of(action)), **given))
        assert (login, action, refused.code) == (login, action, code)
        # A refusal shows the ticket only to users who may see it.
        assert refused.ticket_id == (None if code == "NOT_FOUND" else ticket_id)
        assert await snapshot(self.desk) == before
        assert self.woken == []
        return [field.name for field in refused.fields]


Ticket = dict[str, Any]


async def open_desk(folder: Path) -> Desk:
    """The desk of a data directory, with its database open; the caller closes it."""
    settings = StorageSettings(data_dir=folder)
    await database.open_database(settings)
    await migrate(settings)
    await journal.open_journal()
    return Desk(Services(settings, storage_for(settings), broker_for(settings)))


async def all_tickets() -> list[Ticket]:
    """Every ticket of the desk, with the labels that lists are sorted by."""
    return [
        dict(row)
        for row in await fetch(
            "SELECT t.*, c.label_fr AS category, u.display_name AS assignee FROM tickets t "
            "JOIN categories c ON c.id = t.category_id LEFT JOIN users u ON u.id = t.assignee_id"
        )
    ]


async def received_by(user_id: int) -> Callable[[Ticket], bool]:
    """A test for tickets that the user receives: those of a structure or service on which they have a profile."""
    scopes = await select(
        "SELECT structure_id, service_id FROM entitlements WHERE user_id = ? AND profile <> 'SENT_TICKETS'", user_id
    )
    return lambda ticket: any(
        ticket["recipient_structure_id"] == structure if service is None else ticket["recipient_service_id"] == service
        for structure, service in scopes
    )


def state_of(ticket: Ticket) -> State:
    reason = ticket["state_reason"]
    return State(
        TicketStatus(ticket["status"]), reason and StateReason(reason), ticket["assignee_id"],
        ticket["recipient_structure_id"], ticket["recipient_service_id"], ticket["version"],
    )  # fmt: skip


def immutable_of(ticket: Ticket) -> ImmutableFields:
    return ImmutableFields(
        ticket["category_id"], ticket["subcategory_id"], ticket["object_type"], ticket["submitted_at"]
    )


Sample = tuple[str, dict[str, Any], Callable[[Ticket], bool]]


def samples(tickets: list[Ticket]) -> Iterator[Sample]:
    """For each field of a `Filter`: its name, values, and a test for the tickets that match."""
    columns = {
        "category_ids": "category_id", "subcategory_ids": "subcategory_id", "object_types": "object_type",
        "statuses": "status", "state_reasons": "state_reason", "assignee_ids": "assignee_id",
        "structure_ids": "recipient_structure_id", "service_ids": "recipient_service_id",
    }  # fmt: skip

    def among(column: str, wanted: frozenset[Any]) -> Callable[[Ticket], bool]:
        return lambda ticket: ticket[column] in wanted

    for field, column in columns.items():
        values = sorted({ticket[column] for ticket in tickets} - {None})
        for wanted in (values[:1], values[1::2], []):
            yield field, {field: frozenset(wanted)}, among(column, frozenset(wanted))
    yield "unassigned", {"unassigned": True}, lambda ticket: ticket["assignee_id"] is None
    yield "unassigned", {"unassigned": False}, lambda ticket: ticket["assignee_id"] is not None
    instants = sorted(ticket["submitted_at"] for ticket in tickets)
    third, half = instants[len(instants) // 3], instants[len(instants) // 2]
    # Both ends are included: a ticket submitted at that very instant matches.
    yield "submitted_from", {"submitted_from": third}, lambda ticket: bool(ticket["submitted_at"] >= third)
    yield "submitted_from", {"submitted_from": third + 1}, lambda ticket: bool(ticket["submitted_at"] > third)
    yield "submitted_to", {"submitted_to": half}, lambda ticket: bool(ticket["submitted_at"] <= half)
    yield "submitted_to", {"submitted_to": half - 1}, lambda ticket: bool(ticket["submitted_at"] < half)
