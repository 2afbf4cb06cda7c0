"""The object cache: objects of the schema are cached between requests, each with the responses computed from it.

It stays within a budget of bytes. The bytes are estimates, which err upwards: what an object shares with its row and
its responses is counted for each.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import cache
from sys import getsizeof
from typing import Any, ParamSpec, TypeVar

R = TypeVar("R")
V = TypeVar("V")
P = ParamSpec("P")
_Factory = tuple[Callable[[Any], Any], type]

RESPONSES = "__responses__"
"""The attribute of a cached object that holds its responses."""
_MAX_RESPONSES = 16
"""Responses that are cached with one object, at most: for other selections, or other attributes of the context."""
_OBJECT_BYTES = 1_000
_RESPONSE_BYTES = 200
_CLASS_BYTES = 4_000
"""Estimates of what an object takes besides its row, a response besides its text, and a class of rows."""


class Responses(dict[Hashable, tuple[dict[str, Any], int]]):
    """The responses of one cached object, by selection, each with its bytes as JSON."""

    __slots__ = ("_cache", "bytes", "responses_bytes")

    def __init__(self, cache: "ObjectCache | FactoryCache", row: Any) -> None:
        super().__init__()
        self._cache = cache
        self.bytes = _OBJECT_BYTES + _row_bytes(row)
        self.responses_bytes = 0

    def store(self, key: Hashable, response: dict[str, Any], response_bytes: int) -> None:
        """Cache a response."""
        if len(self) >= _MAX_RESPONSES:
            self.clear()
            self._add(-self.responses_bytes)
        self[key] = response, response_bytes
        # The keys and values of a dictionary take about three times their text.
        self._add(_RESPONSE_BYTES + 3 * response_bytes)

    def _add(self, count: int) -> None:
        self.bytes += count
        self.responses_bytes += count
        self._cache.grow(count)


def _row_bytes(row: Any) -> int:
    nested = sum(_row_bytes(value) for value in row if isinstance(value, tuple))
    return sum(map(getsizeof, row)) + nested


class ObjectCache:
    """The latest objects of each factory, by the rows that they show, in at most `max_bytes`.

    They are in two generations. An object that is used moves to the young one; when that has filled half of the budget
    it becomes the old one, and what was old is evicted.
    """

    def __init__(self, max_bytes: int) -> None:
        self._half = max_bytes // 2
        self._young: dict[_Factory, dict[Any, Any]] = {}
        self._old: dict[_Factory, dict[Any, Any]] = {}
        self._young_bytes = self._old_bytes = 0

    def __len__(self) -> int:
        return sum(map(len, (*self._young.values(), *self._old.values())))

    @property
    def bytes(self) -> int:
        """The bytes of all objects and responses."""
        return self._young_bytes + self._old_bytes

    def objects(self, make: Callable[[R], V], rows: Sequence[R]) -> list[V]:
        """The objects of rows: for each the earlier object of a row with the same values, else a new one.

        The rows are of one class, since each class has its own columns.
        """
        if not rows or not self._half:
            return list(map(make, rows))
        factory = (make, type(rows[0]))
        if (young := self._young.get(factory)) is None:
            young = self._young[factory] = {}
            self._young_bytes += _CLASS_BYTES
        find = young.get
        return [find(row) or self._add(make, factory, row) for row in rows]

    def _add(self, make: Callable[[R], V], factory: _Factory, row: R) -> V:
        """The object of a row, from the old generation or a new one; it is then in the young one."""
        old = self._old.get(factory)
        found = None if old is None else old.pop(row, None)
        if found is None:
            found = make(row)
            responses = found.__dict__[RESPONSES] = Responses(self, row)
        else:
            responses = found.__dict__[RESPONSES]
            self._old_bytes -= responses.bytes
        self._young.setdefault(factory, {})[row] = found
        self.grow(responses.bytes)
        return found

    def grow(self, count: int) -> None:
        """Count more bytes of an object in use, and evict what was not used for long."""
        self._young_bytes += count
        if self._young_bytes > self._half:
            self._old, self._old_bytes = self._young, self._young_bytes
            self._young, self._young_bytes = {}, 0


class FactoryCache:
    """The objects of some functions, by their arguments, with their responses, in at most `max_bytes`.

    It is for small objects that are few and not read from rows; when it is full it is emptied.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._factories: list[Any] = []
        self.bytes = 0

    def __len__(self) -> int:
        return sum(factory.cache_info().currsize for factory in self._factories)

    def cached(self, make: Callable[P, V]) -> Callable[P, V]:
        """The function, but with the earlier object for the same arguments."""

        @cache  # grow() bounds it
        def factory(*args: P.args, **kwargs: P.kwargs) -> V:
            made = make(*args, **kwargs)
            responses = made.__dict__[RESPONSES] = Responses(self, args)
            self.grow(responses.bytes)
            return made

        self._factories.append(factory)
        return factory  # type: ignore[return-value]

    def grow(self, count: int) -> None:
        """Count more bytes of an object."""
        self.bytes += count
        if self.bytes > self._max_bytes:
            for factory in self._factories:
                factory.cache_clear()
            self.bytes = 0
