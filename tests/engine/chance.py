"""Random values of the fields of the nasty schema, the same for the same seed; its scalars and permissions."""

from collections.abc import Awaitable, Generator
from dataclasses import dataclass
from enum import Enum, StrEnum
from random import Random
from typing import Any, NewType

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission


class Colour(Enum):
    RED = "r"
    GREEN = "g"
    OLD = 3


class Word(StrEnum):
    ONE = "uno"
    TWO = "due"


for _enum in (Colour, Word):
    strawberry.enum(_enum)


Odd = NewType("Odd", int)
Small = NewType("Small", str)


def _write_odd(value: object) -> Any:
    """Raises for even numbers, gives null for 5 and an awaitable for 7."""
    if not isinstance(value, int) or value % 2 == 0:
        raise ValueError(f"{value!r} is not odd")
    return None if value == 5 else Later(value, 1) if value == 7 else value


def _read_odd(value: object) -> int:
    if type(value) is not int or value % 2 == 0:
        raise ValueError(f"{value!r} is not odd")
    return value


SCALARS: Any = {
    Odd: strawberry.scalar(name="Odd", serialize=_write_odd, parse_value=_read_odd),
    Small: strawberry.scalar(name="Small", serialize=str, parse_value=str),
}


@dataclass
class Later:
    """An awaitable that takes some rounds of the event loop; it can be awaited several times."""

    value: object
    rounds: int

    def __await__(self) -> Generator[None, None, Any]:
        for _ in range(self.rounds):
            yield
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class ResolverError(Exception):
    """The error that resolvers raise."""


class Nothing:
    """An object without attributes."""

    def __repr__(self) -> str:
        return "<nothing>"


class Values:
    """Random values of a field: the right one with this probability."""

    def __init__(self, seed: str, probability: float = 0.7) -> None:
        self.random = Random(seed)
        self.probability = probability

    def some(self, good: Any, awaited: bool = True) -> Any:
        """Mostly `good`; otherwise null, an error, a value of a wrong type, or an awaitable of any of them."""
        chance = self.random.random()
        if chance < self.probability:
            found: Any = good
        else:
            found = self.random.choice(
                [
                    None,
                    None,
                    ResolverError("given"),
                    Nothing(),
                    "text",
                    4,
                    2**40,
                    1.5,
                    float("nan"),
                    True,
                    [],
                    ["a", None],
                    {},
                ]
            )
        if awaited and self.random.random() < 0.15:
            return Later(found, self.random.randrange(3))
        return found


def values_of(source: Any, name: str) -> Values:
    """The values of a field of an object."""
    return Values(f"{source.seed}/{name}")


def number(source: Any, name: str) -> int:
    """The seed of a nested object."""
    return Random(f"{source.seed}/{name}/below").randrange(10**9)


class Shout(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **given: Any) -> Any:
        found = next_(source, info, **given)
        return found.upper() if isinstance(found, str) else found


class HasOddSeed(BasePermission):
    message = "even objects are not shown"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return bool(source.seed % 2)


class AllowsSeed(BasePermission):
    message = "not to everybody"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return bool(info.context.seed % 3)


class Loader(DataLoader[int, Any]):
    """Strawberry's loader, whose futures are cancelled with the first of their readers."""

    def load(self, key: int) -> Awaitable[Any]:
        # A batch whose readers were all cancelled before it started never starts: a new reader would wait for ever.
        if self.batch is not None and all(task.future.cancelled() for task in self.batch.tasks):
            self.batch = None
        return super().load(key)
