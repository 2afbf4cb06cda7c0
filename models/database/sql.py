"""Parts of SQL: conditions with their parameters, lists of placeholders, and parameters that decide a plan."""

from collections.abc import Sized

Condition = tuple[str, list[object]]
"""A condition on tickets `t`, and its parameters."""


def both(*conditions: Condition) -> Condition:
    """All of the conditions at once."""
    return " AND ".join(sql for sql, _ in conditions), [value for _, values in conditions for value in values]


def in_list(values: Sized) -> str:
    """The placeholders of an IN, one a value: `(?, ?, ?)`. There must be a value: PostgreSQL refuses an empty list."""
    return f"({', '.join('?' * len(values))})"


class PlanParameter(str):
    """A parameter whose value decides the plan of its statement: PostgreSQL plans that statement at each run.

    Any other statement is planned once a session (`postgres.PLANNED_ONCE`).
    """

    __slots__ = ()
