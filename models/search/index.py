"""The search index: one row a ticket, written in the transaction of the action, with the same SQL on every database.

`words` is the normalised text, which only grows. `scope` has a token for each recipient and issuer that may find the
ticket, so a search reads no tickets of others. The search condition differs: see `sqlite.py` and `postgres.py`.
SQL, not a model: on SQLite the index is a virtual table (FTS5), and its writes are part of actions.
"""

from collections.abc import Iterable, Sequence

from models.database import Row, Statement, fetch, on_postgres
from models.database.sql import Condition
from models.search import postgres, sqlite
from models.search.normalise import Term

INSERT = "INSERT INTO ticket_search (rowid, words, scope) VALUES (?, ?, ?)"


def scope_tokens(structure_id: int, service_id: int | None, issuer_id: int) -> str:
    """The scope of a ticket: the tokens of its recipient structure, recipient service and issuer, in one text."""
    service = f" ~v{service_id}" if service_id is not None else ""
    return f"~s{structure_id}{service} ~i{issuer_id}"


def inserted(ticket_id: int, words: str, scope: str) -> Statement:
    """The statement that adds a new ticket."""
    return INSERT, [ticket_id, words, scope]


def appended(ticket_id: int, words: str) -> Statement:
    """The statement that adds words to a ticket's text."""
    return "UPDATE ticket_search SET words = words || ? WHERE rowid = ?", [words, ticket_id]


def rescoped(ticket_id: int, scope: str) -> Statement:
    """The statement that replaces a ticket's scope."""
    return "UPDATE ticket_search SET scope = ? WHERE rowid = ?", [scope, ticket_id]


async def text(ticket_id: int) -> str:
    """The normalised text of a ticket, in the order in which it was added."""
    found: Sequence[Row] = await fetch("SELECT words FROM ticket_search WHERE rowid = ?", [ticket_id])
    return str(found[0][0]) if found else ""


def condition(search_terms: Sequence[Term], tokens: Iterable[str]) -> Condition:
    """The condition on tickets `t` that match all terms and have one of the scope tokens.

    Without a token no ticket matches.
    """
    tokens = list(tokens)
    if not tokens:
        return "1 = 0", []
    return postgres.condition(search_terms, tokens) if on_postgres() else sqlite.condition(search_terms, tokens)
