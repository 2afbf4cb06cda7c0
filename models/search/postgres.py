"""The search condition on PostgreSQL: a tsvector of normalised words, without a dictionary or a configuration."""

from collections.abc import Iterable, Sequence

from models.database.sql import Condition, PlanParameter
from models.search.normalise import Term


def condition(asked: Sequence[Term], scopes: Iterable[str]) -> Condition:
    """See `index.condition`. The best plan depends on how many tickets have the words."""
    within = " | ".join(f"'{token}'" for token in sorted(scopes))
    required = [
        " | ".join("(" + " & ".join(f"'{prefix}':*" for prefix in choice) + ")" for choice in term.choices)
        for term in asked
    ]
    query = " & ".join(f"({part})" for part in [within, *required])
    return "t.id IN (SELECT rowid FROM ticket_search WHERE document @@ ?::text::tsquery)", [PlanParameter(query)]
