"""Pieces of SQL that are put together: conditions with their parameters."""

Condition = tuple[str, list[object]]
"""A condition over tickets `t`, and its parameters."""


def both(*conditions: Condition) -> Condition:
    """All of the conditions at once."""
    return " AND ".join(sql for sql, _ in conditions), [value for _, values in conditions for value in values]
