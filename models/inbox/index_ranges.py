"""Pages of a list as ranges of an index each, in the order of the list: a page reads only what it shows or skips.

SQL only. Which tickets are in a list is decided by `access.py` and `inbox/filters.py`.
"""

from collections.abc import Sequence
from itertools import product

from models.database import on_postgres
from models.database.sql import Condition, both

RANGES_MAX = 40
"""The maximum number of ranges that one page is merged from; a list of more is read whole and sorted. (SQLite takes 500
terms of a UNION at most, and planning that many takes longer than reading the page.)"""


def ranges(leading: Sequence[Condition], remaining: Sequence[Condition], whole: Condition) -> list[Condition]:
    """The conditions of a list's ranges: each `leading` condition with each `remaining` one. No two ranges share a
    ticket, and each is a run of one index of `tickets`, in the order of submission. If there are none, or more than
    RANGES_MAX, the list is one range: `whole`."""
    if not 0 < len(leading) * len(remaining) <= RANGES_MAX:
        return [whole]
    return [both(*pair) for pair in product(leading, remaining)]


def unindexed(condition: Condition) -> Condition:
    """The same condition on recipients, for lists that a narrower condition finds. SQLite, which keeps no statistics
    here, would use the index of recipients; PostgreSQL chooses well by its statistics."""
    return condition if on_postgres() else (condition[0].replace("t.recipient_", "+t.recipient_"), condition[1])


def page(ranges: Sequence[Condition], key: str, joins: str, *, descending: bool, limit: int, offset: int) -> Condition:
    """The SELECT of a page's `id` and `cursor_key` (the value of `key`), merged from the ranges in the order of the
    key, then of the id. SQLite takes from each range in turn and stops at the limit; PostgreSQL would read every range
    to its end, so each has a limit of its own there."""
    direction = "DESC" if descending else "ASC"
    selects = [f"SELECT t.id AS id, {key} AS cursor_key FROM tickets t {joins} WHERE {sql}" for sql, _ in ranges]
    limits: list[object] = []
    if len(ranges) > 1 and on_postgres():
        order = f"ORDER BY {key} {direction}, t.id {direction}"
        selects = [f"(SELECT id, cursor_key FROM ({sql} {order} LIMIT ?) range_rows)" for sql in selects]
        limits = [limit + offset]
    values = [value for _, values in ranges for value in (*values, *limits)]
    order = f"ORDER BY cursor_key {direction}, id {direction}"
    return f"{' UNION ALL '.join(selects)} {order} LIMIT ? OFFSET ?", [*values, limit, offset]
