"""A schema with every kind of type, whose fields often return a value that is not of their type.

The value of a field depends only on its name and the seed of its object, so that two executions have the same data.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Annotated, Any, cast

import strawberry
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.types.nodes import SelectedField

from graph.engine.cacheable import cacheable
from graph.engine.object_cache import ObjectCache
from graph.engine.resolve import attribute
from tests.engine.chance import (
    SCALARS,
    AllowsSeed,
    Colour,
    HasOddSeed,
    Later,
    Loader,
    Odd,
    ResolverError,
    Shout,
    Small,
    Values,
    Word,
    number,
    values_of,
)  # fmt: skip


@strawberry.interface
class Thing:
    seed: strawberry.Private[int]
    id: strawberry.ID
    name: str | None


@strawberry.interface
class Sized:
    size: int | None


@strawberry.input
class Wish:
    word: str = "none"
    odd: Odd | None = None
    colours: list[Colour] | None = None
    inner: "Wish | None" = None


def things(source: Any, name: str, depth: int = 0) -> list[Any]:
    """Some objects, some of them wrong."""
    chosen = values_of(source, name)
    below = [chosen.some(thing(number(source, f"{name}{n}"), depth)) for n in range(chosen.random.randrange(4))]
    kinds: list[Callable[[list[Any]], Any]] = [list, list, tuple, iter]
    return chosen.random.choice(kinds)(below)  # type: ignore[no-any-return]


@strawberry.type
class Leaf(Thing):
    size: int
    word: Word


@cacheable(vary=("name",), exclude=("asked_by",))
@strawberry.type
class Known:
    """A cacheable object: the same one is returned in several places, for several contexts."""

    seed: strawberry.Private[int]
    word: Word | None
    odd: Odd

    @strawberry.field
    def greeting(self, info: strawberry.Info) -> str:
        return f"{info.context.name} to {self.seed}"

    @strawberry.field
    def asked_by(self, info: strawberry.Info) -> int:
        return info.context.seed  # type: ignore[no-any-return]

    @strawberry.field
    def raises(self) -> int | None:
        return values_of(self, "raises").some(ResolverError("known") if self.seed == 3 else self.seed)  # type: ignore[no-any-return]

    @strawberry.field
    def plus(self, number: int = 0) -> int:
        return self.seed + number

    @strawberry.field
    async def late(self, info: strawberry.Info) -> int:
        return info.context.seed  # type: ignore[no-any-return]

    @strawberry.field(permission_classes=[AllowsSeed])
    def guarded(self) -> str | None:
        return "seen"

    @strawberry.field
    def inner(self) -> "Known | None":
        return known(self.seed // 2) if self.seed else None

    @strawberry.field
    def others(self) -> list["Known"]:
        return [known(number) for number in range(self.seed % 4)]

    @strawberry.field
    def below(self) -> "Leaf | None":
        return Leaf(seed=self.seed, id=strawberry.ID("l"), name="leaf", size=self.seed, word=Word.ONE)


_objects = ObjectCache(10_000_000)


def known(seed: int) -> Known:
    """The same object for the same seed."""
    return _objects.objects(_known, [(seed,)])[0]


def _known(row: tuple[int]) -> Known:
    chosen = Values(f"known {row[0]}", probability=0.9)
    return Known(seed=row[0], word=chosen.some(Word.ONE, awaited=False), odd=chosen.some(Odd(5)))


@strawberry.type
class Big(Thing, Sized):
    text: str
    ratio: float | None
    flag: bool
    size: int | None
    colour: Colour | None
    colours: list[Colour]
    word: Word
    odd: Odd
    odds: list[Odd | None]
    small: Small | None
    anything: JSON | None
    matrix: list[list[int | None] | None] | None
    grid: list[list[int]]
    child: "Big | None"
    must: "Big"
    children: list["Big | None"]

    through: str | None = attribute("name", description="")
    missing: int | None = attribute("name.size", description="")

    @strawberry.field
    def one(self) -> "Big":
        return values_of(self, "one").some(thing(number(self, "one"), big=True))  # type: ignore[no-any-return]

    @strawberry.field
    def thing(self) -> Thing | None:
        return values_of(self, "thing").some(thing(number(self, "thing")))  # type: ignore[no-any-return]

    @strawberry.field
    def things(self) -> list[Thing | None]:
        return things(self, "things")

    @strawberry.field
    def must_things(self) -> list[Thing] | None:
        return things(self, "must_things")

    @strawberry.field
    async def either(self) -> Annotated["Big | Leaf", strawberry.union("Either")]:
        return await Later(values_of(self, "either").some(thing(number(self, "either"))), 1)  # type: ignore[no-any-return]

    @strawberry.field
    def known(self) -> Known | None:
        return values_of(self, "known").some(known(self.seed % 10))  # type: ignore[no-any-return]

    @strawberry.field
    def all_known(self) -> list[Known | None]:
        return [values_of(self, f"known{seed}").some(known(seed)) for seed in range(4)]

    @strawberry.field
    def eithers(self) -> list[Annotated["Big | Leaf", strawberry.union("Either")]] | None:
        return things(self, "eithers")

    @strawberry.field
    def kin(self) -> list[list["Big | None"]] | None:
        return values_of(self, "kin").some([things(self, "kin"), things(self, "kin2")])  # type: ignore[no-any-return]

    @strawberry.field
    async def later(self, info: strawberry.Info) -> str:
        found = values_of(self, "later").some("later", awaited=False)
        await Later(None, self.seed % 3)
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    @strawberry.field
    async def later_big(self) -> "Big | None":
        return await Later(values_of(self, "later_big").some(thing(number(self, "later_big"), big=True)), self.seed % 3)  # type: ignore[no-any-return]

    @strawberry.field
    async def later_things(self) -> list[Thing]:
        await asyncio.sleep(0)
        return things(self, "later_things")

    @strawberry.field
    async def loaded(self, info: strawberry.Info) -> "Big | None":
        return await info.context.loader.load(self.seed % 7)  # type: ignore[no-any-return]

    @strawberry.field
    def loading(self, info: strawberry.Info) -> "Big | None":
        return info.context.loader.load(self.seed % 5) if self.seed % 4 else None

    @strawberry.field
    def raises(self) -> int | None:
        if self.seed % 2:
            raise ResolverError(f"raised by {self.seed}")
        return 1

    @strawberry.field
    def must_raise(self) -> int:
        if self.seed % 3 == 0:
            raise ResolverError(f"must be raised by {self.seed}")
        return 2

    @strawberry.field(extensions=[Shout()])
    def shouted(self, text: str = "psst") -> str:
        return text

    @strawberry.field(permission_classes=[HasOddSeed])
    def guarded(self) -> str | None:
        return "seen"

    @strawberry.field
    def echo(
        self,
        info: strawberry.Info,
        count: int = 1,
        text: str | None = None,
        colour: Colour = Colour.RED,
        wish: Wish | None = None,
        odds: list[Odd] | None = None,
        ident: strawberry.ID | None = strawberry.UNSET,
    ) -> str:
        return repr((count, text, colour, wish, odds, ident))

    @strawberry.field
    async def late_echo(self, colours: list[Colour], odd: Odd | None = None) -> str:
        found = repr((colours, odd))
        colours.clear()
        return found

    @strawberry.field
    @staticmethod
    def rooted(root: "strawberry.Parent[Big]", wish: Wish | None = None) -> str:
        return f"{root.seed} {wish}"

    @strawberry.field
    def where(self, info: strawberry.Info) -> str:
        raw = info._raw_info
        selected = cast("list[SelectedField]", info.selected_fields)  # at its first level there are only fields
        return repr(
            (
                info.path.as_list(), info.path.typename, info.field_name, info.python_name, info.variable_values,
                [selection.name for selection in selected], str(raw.parent_type), str(raw.return_type),
                info.operation.operation, sorted(raw.fragments), info.root_value and "rooted", info.context.name,
            )
        )  # fmt: skip


def thing(seed: int, depth: int = 0, big: bool = False) -> Any:
    """An object, the same for the same seed."""
    chosen = Values(f"{seed}", probability=0.85)
    if not big and chosen.random.random() < 0.4:
        return Leaf(
            seed=seed, id=strawberry.ID(str(seed)), name="leaf", size=chosen.some(3), word=chosen.some(Word.TWO)
        )
    below = (lambda: thing(chosen.random.randrange(10**9), depth + 1, True)) if depth < 1 else (lambda: None)
    return Big(
        seed=seed,
        id=chosen.some(strawberry.ID(str(seed))),
        name=chosen.some("name"),
        text=chosen.some("text é \"'\\ \n"),
        ratio=chosen.some(chosen.random.choice([0.5, 2, float("inf"), "3.5"])),
        flag=chosen.some(chosen.random.choice([True, False])),
        size=chosen.some(chosen.random.choice([1, -(2**31), 2**31, True, 2.0])),
        colour=chosen.some(chosen.random.choice([*Colour, "g", "RED"])),
        colours=chosen.some([chosen.some(Colour.OLD), Colour.GREEN]),
        word=chosen.some(chosen.random.choice([*Word, "uno"])),
        odd=chosen.some(chosen.random.choice([1, 3, 5, 7, 8])),
        odds=chosen.some([1, 2, 3, 5, None, 7]),
        small=chosen.some("s"),
        anything=chosen.some(chosen.random.choice([{"a": [1]}, [1, None], "x"])),
        matrix=chosen.some([[1, chosen.some(2), None], chosen.some(None), (3,)]),
        grid=chosen.some([[1, chosen.some(2)], [3]]),
        child=chosen.some(below()),
        must=chosen.some(below()),
        children=chosen.some([below(), chosen.some(below()), None]),
    )


@strawberry.type
class Query:
    @strawberry.field
    def big(self, info: strawberry.Info, seed: int = 0) -> Big | None:
        return thing(info.context.seed + seed, big=True)  # type: ignore[no-any-return]

    @strawberry.field
    async def late(self, info: strawberry.Info, seed: int = 1) -> Big:
        return thing(info.context.seed + seed, big=True)  # type: ignore[no-any-return]

    @strawberry.field
    def things(self, info: strawberry.Info) -> list[Thing]:
        return things(info.context, "root")

    @strawberry.field
    def size(self) -> int | None:
        return 1


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def first(self, info: strawberry.Info, wish: Wish | None = None) -> Big | None:
        return await Later(values_of(info.context, "first").some(thing(info.context.seed, big=True)), 2)  # type: ignore[no-any-return]

    @strawberry.mutation
    def second(self, info: strawberry.Info) -> int:
        return values_of(info.context, "second").some(2)  # type: ignore[no-any-return]

    @strawberry.mutation
    async def third(self, info: strawberry.Info) -> list[Thing]:
        return things(info.context, "third")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, info: strawberry.Info, count: int = 2) -> AsyncGenerator[Big, None]:
        for seed in range(min(count, 3)):
            yield values_of(info.context, f"tick{seed}").some(thing(info.context.seed + seed, big=True), awaited=False)


class Context:
    """The context of an execution: the seed of its data, and a loader."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.name = "one" if seed % 2 else "another"

        async def load(keys: list[int]) -> list[Any]:
            await asyncio.sleep(0)
            return [ResolverError(f"no {key}") if key == 3 else thing(key * 1000 + self.seed, big=True) for key in keys]

        self.loader = Loader(load)


def either_way(source: Any, name: str) -> Any:
    """A default resolver other than getattr."""
    return source[name] if isinstance(source, dict) else getattr(source, name)


def build(default_resolver: Any = getattr) -> strawberry.Schema:
    """The schema."""
    config = StrawberryConfig(scalar_map=SCALARS, default_resolver=default_resolver)
    return strawberry.Schema(Query, Mutation, Subscription, types=[Leaf, Big], config=config)
