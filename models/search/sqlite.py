"""The search index on SQLite: one FTS5 row a ticket, written in the action's transaction.

`words` is the folded text, which only grows; `scope` holds marks of who may find the ticket, so that the index itself
leaves other desks out. FTS5 sees ready words only: its `ascii` tokenizer splits them at spaces and changes nothing.
"""

from collections.abc import Iterable, Sequence

from models.database import Row, Transaction, rows
from models.search.fold import Term

CREATE = "CREATE VIRTUAL TABLE ticket_search USING fts5(words, scope, detail='none', tokenize=\"ascii tokenchars '~'\")"
INSERT = "INSERT INTO ticket_search (rowid, words, scope) VALUES (?, ?, ?)"


def scope_words(structure_id: int, service_id: int | None, issuer_id: int) -> str:
    """The marks of who may find a ticket: the receiving structure, the service, the issuing structure."""
    service = f" ~v{service_id}" if service_id is not None else ""
    return f"~s{structure_id}{service} ~i{issuer_id}"


async def insert(connection: Transaction, ticket_id: int, words: str, scope: str) -> None:
    """Index a new ticket."""
    await connection.execute_query(INSERT, [ticket_id, words, scope])


async def append(connection: Transaction, ticket_id: int, words: str) -> None:
    """Add words to a ticket's text."""
    await connection.execute_query("UPDATE ticket_search SET words = words || ? WHERE rowid = ?", [words, ticket_id])


async def move(connection: Transaction, ticket_id: int, scope: str) -> None:
    """Change who may find a ticket."""
    await connection.execute_query("UPDATE ticket_search SET scope = ? WHERE rowid = ?", [scope, ticket_id])


async def text(ticket_id: int) -> str:
    """The folded text of a ticket, in the order in which it was added."""
    found: Sequence[Row] = await rows("SELECT words FROM ticket_search WHERE rowid = ?", [ticket_id])
    return str(found[0][0]) if found else ""


def condition(asked: Sequence[Term], scopes: Iterable[str]) -> tuple[str, list[object]]:
    """The SQL condition on tickets `t` that answer all terms within any of the scope marks, and its parameters."""
    within = " OR ".join(f'"{mark}"' for mark in sorted(scopes))
    questions = [
        " OR ".join("(" + " AND ".join(f'"{prefix}" *' for prefix in choice) + ")" for choice in term.choices)
        for term in asked
    ]
    match = " AND ".join(f"({part})" for part in ([within] if within else []) + questions)
    return "t.id IN (SELECT rowid FROM ticket_search WHERE ticket_search MATCH ?)", [match]
