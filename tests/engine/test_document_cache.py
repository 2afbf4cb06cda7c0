"""The cache of documents stays within its bytes, whatever documents, choices and variables clients send."""

import gc
import tracemalloc

import strawberry

from graph.engine.engine import Engine
from graph.engine.operation import Compiling
from tests.engine import WIDE
from tests.engine.test_compile import functions

MAXIMUM = 400_000


@strawberry.type
class Part:
    number: int
    name: str


@strawberry.type
class Query:
    @strawberry.field
    def part(self, name: str = "") -> Part:
        return Part(number=1, name=name)


SCHEMA = strawberry.Schema(Query)
FIELDS = " ".join(f"a{n}: number b{n}: name" for n in range(10))


def engine_with(maximum: int = MAXIMUM, after: int = 1) -> Engine:
    return Engine(SCHEMA, limits=WIDE, document_cache_max_bytes=maximum, compiling=Compiling(after=after))


async def execute(engine: Engine, text: str, **variables: object) -> None:
    result = await engine.execute(engine.documents.prepare(text), None, variables, None)
    assert result.errors is None


async def test_documents_and_what_is_compiled_of_them_stay_within_the_maximum() -> None:
    engine = engine_with(after=0)
    cache = engine.documents.cache
    most = 0
    prepared = engine.documents.prepare(f"{{ part {{ {FIELDS} }} }}")
    uncompiled = prepared.weight.bytes
    await execute(engine, prepared.text)
    assert prepared.weight.bytes - uncompiled > 20 * 1_000
    for number in range(60):
        await execute(engine, f"query Q{number} {{ part {{ {FIELDS} }} }}")
        assert cache.bytes <= MAXIMUM
        most = max(most, len(cache))
    assert 1 < len(cache) <= most < 20
    assert cache.get("query Q59 { part { " + FIELDS + " } }") is not None
    assert cache.get("query Q0 { part { " + FIELDS + " } }") is None


async def test_bytes_of_the_cache_are_about_what_it_takes() -> None:
    engine = engine_with(100_000_000, after=0)
    await execute(engine, f"{{ part {{ {FIELDS} }} }}")
    counted = engine.documents.cache.bytes
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(20):
            await execute(engine, f"query Q{number} {{ part {{ {FIELDS} }} }}")
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    counted = engine.documents.cache.bytes - counted
    assert taken / 2 < counted < taken * 3


async def test_values_of_variables_count_and_long_ones_are_not_kept() -> None:
    engine = engine_with(100_000_000, after=0)
    text = "query ($name: String!) { part(name: $name) { name } }"
    await execute(engine, text, name="")
    cache = engine.documents.cache
    before = cache.bytes
    for number in range(30):
        await execute(engine, text, name=f"{number}" * 10)
    kept = cache.bytes - before
    assert kept > 30 * 1_000
    for number in range(200):
        await execute(engine, text, name=f"{number}" * 1_000)
        await execute(engine, text, name="", other=f"{number}" * 1_000)
    assert cache.bytes - before == kept
    for number in range(200):
        await execute(engine, text, name=f"{number}")
    assert cache.bytes - before < 2 * kept


async def test_second_choice_of_fields_is_compiled_after_several_uses() -> None:
    engine = engine_with()
    text = "query ($on: Boolean!) { part { number name @include(if: $on) } }"
    prepared = engine.documents.prepare(text)
    compiled = []
    for on in (True, True, *[False] * 5):
        await execute(engine, text, on=on)
        compiled.append(len(functions(prepared)))
    assert compiled == [0, 2, 2, 2, 2, 2, 4]


async def test_document_larger_than_the_cache_is_executed_and_not_kept() -> None:
    engine = engine_with(5_000)
    for _ in range(3):
        await execute(engine, f"{{ part {{ {FIELDS} }} }}")
    assert (len(engine.documents.cache), engine.documents.cache.bytes) == (0, 0)
