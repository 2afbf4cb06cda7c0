"""The search condition on SQLite: FTS5.

Its `ascii` tokenizer splits the normalised words at spaces and changes nothing else.
"""

from collections.abc import Iterable, Sequence

from models.database.sql import Condition
from models.search.normalise import Term


def condition(search_terms: Sequence[Term], tokens: Iterable[str]) -> Condition:
    """See `index.condition`."""
    scope = " OR ".join(f'"{token}"' for token in sorted(tokens))
    required = [
        " OR ".join("(" + " AND ".join(f'"{prefix}" *' for prefix in choice) + ")" for choice in term.choices)
        for term in search_terms
    ]
    match = " AND ".join(f"({part})" for part in [scope, *required])
    return "t.id IN (SELECT rowid FROM ticket_search WHERE ticket_search MATCH ?)", [match]
