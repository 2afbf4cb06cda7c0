"""The search index: one row a ticket, written in the action's transaction; the same writes on every database.

`words` is the folded text, which only grows; `scope` holds marks of who may find the ticket, so that the index itself
leaves other desks out. How a question is put to it stands in `sqlite.py` and `postgres.py`.
"""

from collections.abc import Iterable, Sequence

from models.database import Row, Statement, fetch, on_postgres
from models.search import postgres, sqlite
from models.search.normalise import Term

INSERT = "INSERT INTO ticket_search (rowid, words, scope) VALUES (?, ?, ?)"


def scope_words(structure_id: int, service_id: int | None, issuer_id: int) -> str:
    """The marks of who may find a ticket: the receiving structure, the service, the issuing structure."""
    service = f" ~v{service_id}" if service_id is not None else ""
    return f"~s{structure_id}{service} ~i{issuer_id}"


def inserted(ticket_id: int, words: str, scope: str) -> Statement:
    """What indexes a new ticket."""
    return INSERT, [ticket_id, words, scope]


def appended(ticket_id: int, words: str) -> Statement:
    """What adds words to a ticket's text."""
    return "UPDATE ticket_search SET words = words || ? WHERE rowid = ?", [words, ticket_id]


def moved(ticket_id: int, scope: str) -> Statement:
    """What changes who may find a ticket."""
    return "UPDATE ticket_search SET scope = ? WHERE rowid = ?", [scope, ticket_id]


async def text(ticket_id: int) -> str:
    """The folded text of a ticket, in the order in which it was added."""
    found: Sequence[Row] = await fetch("SELECT words FROM ticket_search WHERE rowid = ?", [ticket_id])
    return str(found[0][0]) if found else ""


def condition(asked: Sequence[Term], scopes: Iterable[str]) -> tuple[str, list[object]]:
    """The SQL condition on tickets `t` that answer all terms within any of the scope marks, and its parameters.

    Within no mark there is nothing.
    """
    scopes = list(scopes)
    if not scopes:
        return "1 = 0", []
    return postgres.condition(asked, scopes) if on_postgres() else sqlite.condition(asked, scopes)
