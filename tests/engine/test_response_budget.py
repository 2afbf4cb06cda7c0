"""A response that gets too large ends early, with one error, compiled or on graphql-core; an action is told of."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest
import strawberry

from graph.documents.limits import LimitExceeded
from graph.engine.cacheable import cacheable
from graph.engine.engine import Engine
from graph.engine.object_cache import ObjectCache
from graph.engine.operation import Compiling
from tests.engine import WIDE

MAXIMUM = 20_000
TEXT = "é" * 1_000
"""Two bytes a character."""
made: list[int] = []
"""The rows that were made, and the actions that were done."""
cache = ObjectCache(1_000_000)


@cacheable()
@strawberry.type
class Cached:
    text: str


def cached(row: tuple[str]) -> Cached:
    return Cached(text=row[0])


@strawberry.type
class Row:
    text: str

    @strawberry.field
    def made(self) -> int:
        made.append(1)
        return 1

    @strawberry.field
    async def later(self) -> str:
        made.append(1)
        return self.text

    @strawberry.field
    def texts(self) -> list[str]:
        return [self.text] * 3


@strawberry.type
class Query:
    @strawberry.field
    def rows(self, count: int) -> list[Row]:
        return [Row(text=TEXT) for _ in range(count)]

    @strawberry.field
    def perhaps(self, count: int) -> list[Row | None] | None:
        return [Row(text=TEXT) for _ in range(count)]

    @strawberry.field
    def cached(self, count: int) -> list[Cached]:
        return cache.objects(cached, [(TEXT,)] * count)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def act(self, count: int) -> list[Row] | None:
        made.append(count)
        return [Row(text=TEXT) for _ in range(count)]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, counts: list[int]) -> AsyncGenerator[list[Row], None]:
        for count in counts:
            yield [Row(text=TEXT) for _ in range(count)]


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)


@pytest.fixture(params=["compiled", "graphql-core"])
def engine(request: pytest.FixtureRequest) -> Engine:
    made.clear()
    fields = 1_000 if request.param == "compiled" else 0
    return Engine(
        SCHEMA, limits=WIDE, document_cache_max_bytes=1_000_000, compiling=Compiling(fields, after=0),
        response_max_bytes=MAXIMUM,
    )  # fmt: skip


async def result_of(engine: Engine, text: str) -> Any:
    prepared = engine.documents.prepare(text)
    assert not prepared.errors
    return await engine.execute(prepared, None, None, None)


@pytest.mark.parametrize(
    "field",
    [
        "rows(count: 100) { text }", "perhaps(count: 100) { text }", "rows(count: 100) { later }",
        "rows(count: 100) { texts }", "cached(count: 100) { text }", "rows(count: 1000) { made }",
        "rows(count: 2) { ...F } a: rows(count: 3) { ...F }",
    ],
)  # fmt: skip
async def test_response_over_the_maximum_is_one_error(engine: Engine, field: str) -> None:
    fragment = " fragment F on Row { a: text b: text c: text }" if "...F" in field else ""
    for _ in range(3):
        result = await result_of(engine, f"{{ {field} }}{fragment}")
        assert result.data is None
        (error,) = result.errors
        assert isinstance(error, LimitExceeded)
        assert (error.name, error.maximum, error.path) == ("response_bytes", MAXIMUM, None)


async def test_response_over_the_maximum_is_not_built_to_its_end(engine: Engine) -> None:
    await result_of(engine, "{ rows(count: 10000) { made text } }")
    assert len(made) < 30


@pytest.mark.parametrize("field", ["rows(count: 9) { text }", "rows(count: 9) { later }", "cached(count: 9) { text }"])
async def test_response_below_the_maximum_is_whole(engine: Engine, field: str) -> None:
    for _ in range(3):
        result = await result_of(engine, f"{{ {field} }}")
        assert result.errors is None
        assert MAXIMUM * 0.8 < len(orjson.dumps(result.data)) <= MAXIMUM


async def test_action_with_too_large_a_result_is_null_and_the_others_are_told(engine: Engine) -> None:
    text = "mutation { a: act(count: 3) { text } b: act(count: 100) { text } c: act(count: 5) { text } }"
    result = await result_of(engine, text)
    assert made == [3, 100, 5], "every action is done"
    assert {key: value and len(value) for key, value in result.data.items()} == {"a": 3, "b": None, "c": 5}
    (error,) = result.errors
    assert error.path[0] == "b"
    assert error.original_error.name == "action_response_bytes"


async def test_event_over_the_maximum_is_an_error_and_others_are_whole(engine: Engine) -> None:
    prepared = engine.documents.prepare("subscription { events(counts: [3, 100, 5]) { text } }")

    async def context() -> None:
        return None

    results = [result async for result in engine.subscribe(prepared, None, None, context)]
    assert [result.data and len(result.data["events"]) for result in results] == [3, None, 5]
    assert [len(result.errors or ()) for result in results] == [0, 1, 0]


async def test_responses_of_a_batch_share_a_budget(engine: Engine) -> None:
    budget = engine.response_budget()
    prepared = engine.documents.prepare("{ rows(count: 4) { text } }")
    results = [await engine.execute(prepared, None, None, None, budget) for _ in range(4)]
    assert [result.errors is None for result in results] == [True, True, False, False]
    small = await engine.execute(engine.documents.prepare("{ rows(count: 1) { text } }"), None, None, None, budget)
    assert small.errors is None, "what was refused is given back"
