"""The rows that an action writes: a ticket, its activity and its attachments.

SQL, because the writes of an action are one batch, and the generator of demo tickets writes thousands by the same
statements. It decides nothing and opens no transaction; its callers are `actions.py` and `history.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.attachments.tables import ScanState
from models.attachments.uploads import StoredFile
from models.database import Statement
from models.search.normalise import number_words, words
from models.settings import StorageSettings
from models.workflow import ActivityKind, State

_FIRST_NUMBER = 10_000_000


def ticket_number(ticket_id: int) -> str:
    """The « Numéro du ticket »: eight digits, increasing. No code derives anything from it."""
    return str(_FIRST_NUMBER + ticket_id)


def _insert(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(columns.split(',')))})"


INSERT_TICKET = _insert(
    "tickets",
    "id, number, short_description, description, submitted_at, updated_at, category_id, subcategory_id, object_type, "
    "status, state_reason, assignee_id, issuer_structure_id, contact_name, contact_address, recipient_structure_id, "
    "recipient_service_id, version, words_length",
)
UPDATE_TICKET = (
    "UPDATE tickets SET status = ?, state_reason = ?, assignee_id = ?, recipient_structure_id = ?, "
    "recipient_service_id = ?, version = ?, updated_at = ?, words_length = ? WHERE id = ? AND version = ?"
)
INSERT_ACTIVITY = _insert(
    "activities",
    "position, ticket_id, version, kind, actor_id, message, occurred_at, status_before, status, state_reason_before, "
    "state_reason, assignee_id_before, assignee_id, recipient_structure_id_before, recipient_structure_id, "
    "recipient_service_id_before, recipient_service_id, words_from, words_to",
)
INSERT_ATTACHMENT = _insert(
    "attachments", "ticket_id, activity_id, filename, content_type, size, digest, storage_key, scan_state"
)


@dataclass(frozen=True, slots=True)
class NewTicket:
    """The content of a ticket, which never changes after it is submitted."""

    short_description: str
    description: str
    category_id: int
    subcategory_id: int
    labels: tuple[str, ...]
    """The labels of the category and the subcategory, in both languages."""
    object_type: str
    issuer_structure_id: int
    issuer_name: str
    contact_name: str
    contact_address: str

    def words(self, number: str) -> list[str]:
        """The words that find the ticket just submitted."""
        return number_words(number) + self.other_words()

    def other_words(self) -> list[str]:
        """The same without the words of the number."""
        return words(f"{self.short_description}\n{self.description}") + _words_of(
            *self.labels, self.issuer_name, self.contact_name, self.contact_address
        )


@lru_cache(maxsize=4096)
def _words_of(*texts: str) -> list[str]:
    """The words of texts that many tickets share: cached."""
    return words("\n".join(texts))


def ticket_values(
    ticket_id: int, ticket: NewTicket, state: State, at: int, words_length: int, updated_at: int | None = None
) -> list[object]:
    """The values of INSERT_TICKET: a ticket just submitted or, with `updated_at`, one with a history."""
    return [
        ticket_id, ticket_number(ticket_id), ticket.short_description, ticket.description, at,
        at if updated_at is None else updated_at, ticket.category_id,
        ticket.subcategory_id, ticket.object_type, state.status, state.state_reason, state.assignee_id,
        ticket.issuer_structure_id, ticket.contact_name, ticket.contact_address, state.recipient_structure_id,
        state.recipient_service_id, state.version, words_length,
    ]  # fmt: skip


def update_values(ticket_id: int, after: State, at: int, words_length: int) -> list[object]:
    """The values of UPDATE_TICKET, which updates no row unless the version is still the one before `after`."""
    return [
        after.status, after.state_reason, after.assignee_id, after.recipient_structure_id, after.recipient_service_id,
        after.version, at, words_length, ticket_id, after.version - 1,
    ]  # fmt: skip


def activity_values(
    position: int,
    ticket_id: int,
    kind: ActivityKind,
    before: State | None,
    after: State,
    *,
    actor_id: int | None,
    message: str | None,
    at: int,
    words_from: int,
    words_to: int,
) -> list[object]:
    """The values of INSERT_ACTIVITY; `before` is None for a ticket just submitted."""
    return [
        position, ticket_id, after.version, kind, actor_id, message, at,
        before and before.status, after.status,
        before and before.state_reason, after.state_reason,
        before and before.assignee_id, after.assignee_id,
        before and before.recipient_structure_id, after.recipient_structure_id,
        before and before.recipient_service_id, after.recipient_service_id,
        words_from, words_to,
    ]  # fmt: skip


def activity_inserts(
    activity: list[object], ticket_id: int, position: int, files: Sequence[StoredFile], settings: StorageSettings
) -> list[Statement]:
    """The statements that insert an activity (its `activity_values`) and its attachments."""
    state = ScanState.PENDING if settings.clamd_url else ScanState.NOT_SCANNED
    attachments = [[ticket_id, position, f.filename, f.content_type, f.size, f.digest, f.key, state] for f in files]
    return [(INSERT_ACTIVITY, activity), *((INSERT_ATTACHMENT, values) for values in attachments)]


WORDS_MAX = 250_000
"""The most characters of a ticket's search text; later words are not indexed. (A tsvector holds less than 1 MB.)"""


def added_words(message: str | None, files: Sequence[StoredFile], words_from: int) -> str:
    """The text that an activity adds to its ticket's search text, which has `words_from` characters: each word after a
    space; empty if there is nothing to add."""
    found = words("\n".join([message or "", *(f.filename for f in files)]))
    return "".join(f" {word}" for word in found)[: max(0, WORDS_MAX - words_from)].rstrip()
