"""Large operations run in time slices, from their first use on."""

import asyncio
import gc
import math
from collections import Counter
from typing import Any

import pytest
import strawberry
from graphql.execution.values import VariableValues
from strawberry.dataloader import DataLoader

from graph.documents.limits import Limits
from graph.engine.engine import Engine
from graph.engine.operation import DEFAULT, Compiling
from tests.engine import WIDE, run
from tests.engine.test_compile import functions

ROUND = 8
"""The most rows that are completed in one round of the event loop if the time slice is 0."""


class Rounds:
    """A context that counts the completed rows of each round of the event loop."""

    def __init__(self) -> None:
        self.now = 0
        self.completed = Counter[int]()

        async def load(keys: list[int]) -> list[list[Any]]:
            return [[Row() for _ in range(key)] for key in keys]

        self.loader: DataLoader[int, list[Any]] = DataLoader(load, cache=False)

    async def count(self) -> None:
        while True:
            self.now += 1
            await asyncio.sleep(0)


@strawberry.type
class Row:
    @strawberry.field
    def number(self, info: strawberry.Info) -> int:
        info.context.completed[info.context.now] += 1
        return 1

    @strawberry.field
    async def soon(self, info: strawberry.Info) -> int:
        info.context.completed[info.context.now] += 1
        return 1

    @strawberry.field
    def rows(self, first: int) -> list["Row"]:
        return [Row() for _ in range(first)]

    @strawberry.field
    async def loaded(self, info: strawberry.Info, first: int) -> list["Row"]:
        return await info.context.loader.load(first)  # type: ignore[no-any-return]


@strawberry.type
class Query:
    @strawberry.field
    def rows(self, first: int) -> list[Row]:
        return [Row() for _ in range(first)]

    @strawberry.field
    async def loaded(self, info: strawberry.Info, first: int) -> list[Row]:
        return await info.context.loader.load(first)  # type: ignore[no-any-return]


SCHEMA = strawberry.Schema(Query)
LARGE = [
    "{ rows(first: 250) { number } }",
    "{ rows(first: 250) { soon } }",
    "{" + " ".join(f"a{n}: loaded(first: 100) {{ number }}" for n in range(13)) + "}",
    "{ rows(first: 40) { rows(first: 40) { number } } }",
    "{ rows(first: 100) { loaded(first: 10) { number } } }",
    "{ rows(first: 100) { loaded(first: 1) { number soon } } }",
]


async def completed_rows(
    text: str, time_slice_seconds: float, compiling: Compiling = DEFAULT
) -> tuple[Any, Counter[int]]:
    engine = Engine(
        SCHEMA,
        limits=WIDE,
        document_cache_max_bytes=10_000_000,
        compiling=compiling,
        time_slice_seconds=time_slice_seconds,
    )
    context = Rounds()
    counting = asyncio.create_task(context.count())
    try:
        result = await engine.execute(engine.documents.prepare(text), None, None, context)
    finally:
        counting.cancel()
    assert result.errors is None
    return result.data, context.completed


@pytest.mark.parametrize("text", LARGE)
async def test_other_tasks_run_while_many_rows_are_completed(text: str) -> None:
    unsliced, rounds = await completed_rows(text, math.inf)
    assert max(rounds.values()) >= 100
    sliced, rounds = await completed_rows(text, 0)
    assert max(rounds.values()) <= ROUND
    assert sliced == unsliced


@pytest.mark.parametrize("text", LARGE)
async def test_other_tasks_run_while_graphql_core_executes_many_rows(text: str) -> None:
    unsliced, rounds = await completed_rows(text, math.inf, Compiling(0))
    assert max(rounds.values()) >= 100
    sliced, rounds = await completed_rows(text, 0, Compiling(0))
    assert max(rounds.values()) <= ROUND
    assert sliced == unsliced


async def test_concurrent_operations_share_the_time_of_a_round() -> None:
    engine = Engine(SCHEMA, limits=WIDE, document_cache_max_bytes=10_000_000, time_slice_seconds=0)
    context = Rounds()
    counting = asyncio.create_task(context.count())
    prepared = engine.documents.prepare("{ rows(first: 200) { number } }")
    await asyncio.gather(*(engine.execute(prepared, None, None, context) for _ in range(5)))
    counting.cancel()
    assert max(context.completed.values()) <= 5 * ROUND
    assert context.completed.total() == 1_000


@pytest.mark.parametrize("rounds", [1, 40, 160, 214, 220, 232, 300, 415])
async def test_cancelled_operation_leaves_no_tasks_or_coroutines(rounds: int) -> None:
    engine = Engine(SCHEMA, limits=WIDE, document_cache_max_bytes=10_000_000, time_slice_seconds=0)
    context = Rounds()
    prepared = engine.documents.prepare("{ rows(first: 100) { soon loaded(first: 10) { soon } } }")
    before = asyncio.all_tasks()
    running = asyncio.create_task(engine.execute(prepared, None, None, context))
    for _ in range(rounds):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    while left := asyncio.all_tasks() - before:
        await asyncio.wait(left)
    gc.collect()  # warns of coroutines that were never awaited


async def test_other_tasks_run_while_a_long_document_is_prepared_and_compiled() -> None:
    engine = Engine(SCHEMA, limits=WIDE, document_cache_max_bytes=10_000_000)
    context = Rounds()
    counting = asyncio.create_task(context.count())
    await asyncio.sleep(0)
    start = context.now
    lists = " ".join(f"a{n}: rows(first: 3) {{ soon }}" for n in range(100))
    prepared = await engine.documents.prepared(f"{{ {lists} }}")
    prepared_at = context.now
    assert prepared_at > start
    await engine._operation(prepared, None).function(VariableValues({}, {}), Compiling(), engine.documents)  # type: ignore[union-attr]
    counting.cancel()
    assert context.now > prepared_at
    assert len(functions(prepared)) == 101
    assert await engine.documents.prepared(prepared.text) is prepared


async def test_operation_with_many_rows_is_compiled_at_its_first_use() -> None:
    engine = Engine(SCHEMA, limits=Limits(), document_cache_max_bytes=10_000_000, compiling=Compiling(rows=50))
    text = "query ($n: Int!) { rows(first: $n) { soon } }"
    for rows, compiled in ((48, False), (49, True)):  # and the field itself
        prepared = Engine(SCHEMA, limits=Limits(), document_cache_max_bytes=10_000_000).documents.prepare(text)
        await engine.execute(prepared, None, {"n": rows}, Rounds())
        assert bool(functions(prepared)) is compiled


def conditional(count: int) -> tuple[str, list[dict[str, bool]]]:
    """A document with many rows and `count` conditional fields, and all values of its variables."""
    names = [f"c{number}" for number in range(count)]
    defined = " ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: soon @include(if: ${name})" for name in names)
    choices = [{name: bool(n >> place & 1) for place, name in enumerate(names)} for n in range(2**count)]
    return f"query ({defined}) {{ rows(first: 50) {{ soon {fields} }} }}", choices


async def test_large_operation_compiles_every_variant_and_evicts_the_oldest() -> None:
    engine = Engine(SCHEMA, limits=Limits(), document_cache_max_bytes=10_000_000, compiling=Compiling(rows=50))
    text, choices = conditional(5)
    prepared = engine.documents.prepare(text)
    for chosen in choices:
        before = set(map(id, functions(prepared)))
        data, errors = await run(engine, prepared, chosen, Rounds())
        assert errors == []
        assert data.count('": 1') == 50 * (1 + sum(chosen.values()))
        assert {id(one) for one in functions(prepared)} != before
    assert len(functions(prepared)) <= 16


async def test_variants_compiled_at_the_same_time_stay_within_the_maximum() -> None:
    engine = Engine(SCHEMA, limits=Limits(), document_cache_max_bytes=10_000_000, compiling=Compiling(rows=50))
    text, choices = conditional(4)
    prepared = engine.documents.prepare(text)
    results = await asyncio.gather(*(engine.execute(prepared, None, chosen, Rounds()) for chosen in choices))
    assert [result.errors for result in results] == [None] * 16
    assert len(functions(prepared)) <= 16
