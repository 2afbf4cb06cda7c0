"""Counters: how many tickets each recipient has by status and assignee, and how many each issuer sent.

An action updates them in its transaction, after it took its position in the journal: transactions wait for each other
there, and never for a counter. `inbox/lists.py` reads them. SQL, because they are part of the one batch of an action's
writes.
"""

from collections.abc import Mapping

from models.database import Statement
from models.workflow import State

Key = tuple[int | None, int | None, str | None, int | None, int | None]
"""A counter: structure, service, status, assignee, and no issuer; or an issuer, and nothing else."""

_COLUMNS = "recipient_structure_id, recipient_service_id, status, assignee_id, issuer_structure_id"
KEY = (
    "COALESCE(recipient_structure_id, 0), COALESCE(recipient_service_id, 0), COALESCE(status, ''), "
    "COALESCE(assignee_id, 0), COALESCE(issuer_structure_id, 0)"
)
"""The unique key of a counter, as SQL. Missing columns stay NULL, so that conditions on tickets fit counters, too."""


def _add(counters: int) -> str:
    values = ", ".join(["(?, ?, ?, ?, ?, ?)"] * counters)
    return (
        f"INSERT INTO ticket_counts ({_COLUMNS}, tickets) VALUES {values} "
        f"ON CONFLICT ({KEY}) DO UPDATE SET tickets = ticket_counts.tickets + excluded.tickets"
    )


ADD = [_add(counters) for counters in range(3)]
"""The statements that add to 0, 1 or 2 counters; the values are the key and the number of each."""


def changes(before: State | None, after: State, issuer_id: int) -> dict[Key, int]:
    """The numbers that one activity adds to counters; `before` is None for a ticket just submitted."""
    now = _received(after)
    if before is None:
        return {now: 1, (None, None, None, None, issuer_id): 1}
    return {} if now == _received(before) else {_received(before): -1, now: 1}


def _received(state: State) -> Key:
    return state.recipient_structure_id, state.recipient_service_id, state.status, state.assignee_id, None


def statements(changes: Mapping[Key, int]) -> list[Statement]:
    """The statements that add to the counters: for the transaction that changes the tickets, after it took its
    position."""
    added = [[*key, count] for key, count in changes.items()]
    if len(added) < len(ADD):
        return [(ADD[len(added)], [value for one in added for value in one])] if added else []
    return [(ADD[1], one) for one in added]
