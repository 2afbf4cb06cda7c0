"""The search condition on PostgreSQL: a tsvector of normalised words, without a dictionary or a configuration."""

from collections.abc import Iterable, Sequence

from models.database.sql import Condition, PlanParameter
from models.search.normalise import Term


def condition(search_terms: Sequence[Term], tokens: Iterable[str]) -> Condition:
    """See `index.condition`. The best plan depends on how many tickets have the words."""
    scope = " | ".join(f"'{token}'" for token in sorted(tokens))
    required = [
        " | ".join("(" + " & ".join(f"'{prefix}':*" for prefix in choice) + ")" for choice in term.choices)
        for term in search_terms
    ]
    query = " & ".join(f"({part})" for part in [scope, *required])
    return "t.id IN (SELECT rowid FROM ticket_search WHERE document @@ ?::text::tsquery)", [PlanParameter(query)]
