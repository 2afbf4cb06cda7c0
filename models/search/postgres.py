"""Questions to the search index on PostgreSQL: a tsvector of ready words, no dictionary, no configuration."""

from collections.abc import Iterable, Sequence

from models.search.normalise import Term


def condition(asked: Sequence[Term], scopes: Iterable[str]) -> tuple[str, list[object]]:
    """See `index.condition`."""
    within = " | ".join(f"'{mark}'" for mark in sorted(scopes))
    questions = [
        " | ".join("(" + " & ".join(f"'{prefix}':*" for prefix in choice) + ")" for choice in term.choices)
        for term in asked
    ]
    query = " & ".join(f"({part})" for part in [within, *questions])
    return "t.id IN (SELECT rowid FROM ticket_search WHERE document @@ ?::text::tsquery)", [query]
