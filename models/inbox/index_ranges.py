"""A list's page as ranges of one index each, in the list's order: as few rows are read as are shown or skipped.

SQL only: which tickets are in a list is said by `access.py` and `inbox/filters.py`.
"""

from collections.abc import Sequence
from itertools import product

from models.database import on_postgres
from models.database.sql import Condition, both

RANGES_MAX = 40
"""Ranges that one page is merged from; a list of more is read whole and sorted. (SQLite takes 500 at most, and a plan
takes longer to make than a page to read.)"""


def ranges(pieces: Sequence[Condition], parts: Sequence[Condition], whole: Condition) -> list[Condition]:
    """A list in ranges that have no ticket in common, each part of each piece; `whole`, where those are none or too
    many. Each is what an index of `tickets` has side by side, in the order of submission."""
    if not 0 < len(pieces) * len(parts) <= RANGES_MAX:
        return [whole]
    return [both(piece, part) for piece, part in product(pieces, parts)]


def unindexed(condition: Condition) -> Condition:
    """The same condition on recipients, for lists that are found by something narrower. SQLite, which keeps no
    statistics here, would look the recipient up; PostgreSQL knows better, and needs to know what it would find."""
    return condition if on_postgres() else (condition[0].replace("t.recipient_", "+t.recipient_"), condition[1])


def page(parts: Sequence[Condition], key: str, joins: str, *, descending: bool, limit: int, offset: int) -> Condition:
    """The `id` and the `place` (the key's value) of a page's tickets, merged from its parts in the order of the key,
    then the id. SQLite takes from each part in turn and stops at the limit; PostgreSQL, which would read every part to
    its end, is told how much of each can be on the page."""
    way = "DESC" if descending else "ASC"
    selects = [f"SELECT t.id AS id, {key} AS place FROM tickets t {joins} WHERE {sql}" for sql, _ in parts]
    bounds: list[object] = []
    if len(parts) > 1 and on_postgres():
        selects = [f"(SELECT id, place FROM ({sql} ORDER BY {key} {way}, t.id {way} LIMIT ?) part)" for sql in selects]
        bounds = [limit + offset]
    values = [value for _, values in parts for value in (*values, *bounds)]
    return f"{' UNION ALL '.join(selects)} ORDER BY place {way}, id {way} LIMIT ? OFFSET ?", [*values, limit, offset]
