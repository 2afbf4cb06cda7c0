"""Questions to the search index on SQLite: FTS5.

It sees ready words only: its `ascii` tokenizer splits them at spaces and changes nothing.
"""

from collections.abc import Iterable, Sequence

from models.search.normalise import Term


def condition(asked: Sequence[Term], scopes: Iterable[str]) -> tuple[str, list[object]]:
    """See `index.condition`."""
    within = " OR ".join(f'"{mark}"' for mark in sorted(scopes))
    questions = [
        " OR ".join("(" + " AND ".join(f'"{prefix}" *' for prefix in choice) + ")" for choice in term.choices)
        for term in asked
    ]
    match = " AND ".join(f"({part})" for part in [within, *questions])
    return "t.id IN (SELECT rowid FROM ticket_search WHERE ticket_search MATCH ?)", [match]
