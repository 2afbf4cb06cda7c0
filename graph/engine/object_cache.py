"""Objects of the schema that are kept between requests: those at the top of lists are shown again and again.

What the engine writes of an object is kept with it (`graph/engine/object_cache.py`), and as long.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

R = TypeVar("R")
V = TypeVar("V")


class Kept:
    """The latest of each kind, at most so many, by the rows that they show."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._kinds: dict[Callable[[Any], Any], Callable[[Any], Any]] = {}

    def by_row(self, make: Callable[[R], V]) -> Callable[[R], V]:
        """The same, but the object that was made before where a row has the same columns with the same values."""
        found = self._kinds.get(make)
        if found is None:
            # Typed: a class of rows has its own columns.
            found = self._kinds[make] = lru_cache(self._maximum, typed=True)(make)
        return found
