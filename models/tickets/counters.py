"""Kept counters: how many tickets each recipient has in a status with an assignee, and how many each issuer sent.

They move in the transaction that moves the ticket, after the journal's position is taken: whoever writes next waits, so
two actions never wait for each other's counters. What is counted by them stands in `inbox/lists.py`.
"""

from collections.abc import Mapping

from models.database import Statement
from models.workflow import State

Key = tuple[int | None, int | None, str | None, int | None, int | None]
"""Receiving structure, service, status, assignee, and no issuer; or an issuer, and nothing else."""

_COLUMNS = "recipient_structure_id, recipient_service_id, status, assignee_id, issuer_structure_id"
KEY = (
    "COALESCE(recipient_structure_id, 0), COALESCE(recipient_service_id, 0), COALESCE(status, ''), "
    "COALESCE(assignee_id, 0), COALESCE(issuer_structure_id, 0)"
)
"""What is unique of a counter. What it does not have stays NULL, so that a ticket's conditions fit it."""


def _add(counters: int) -> str:
    values = ", ".join(["(?, ?, ?, ?, ?, ?)"] * counters)
    return (
        f"INSERT INTO ticket_counts ({_COLUMNS}, tickets) VALUES {values} "
        f"ON CONFLICT ({KEY}) DO UPDATE SET tickets = ticket_counts.tickets + excluded.tickets"
    )


ADD = [_add(counters) for counters in range(3)]
"""Adds to so many counters: key and number of each."""


def moves(before: State | None, after: State, issuer_id: int) -> dict[Key, int]:
    """What one activity adds to which counters; `before` is None for a ticket just submitted."""
    now = _received(after)
    if before is None:
        return {now: 1, (None, None, None, None, issuer_id): 1}
    return {} if now == _received(before) else {_received(before): -1, now: 1}


def _received(state: State) -> Key:
    return state.recipient_structure_id, state.recipient_service_id, state.status, state.assignee_id, None


def moved(changes: Mapping[Key, int]) -> list[Statement]:
    """What adds to the counters: for the transaction of the tickets that they count, after its position is taken."""
    added = [[*key, count] for key, count in changes.items()]
    if len(added) < len(ADD):
        return [(ADD[len(added)], [value for one in added for value in one])] if added else []
    return [(ADD[1], one) for one in added]
