"""Compiled operations give the results of graphql-core: data, order of keys, errors with their paths and locations.

Random documents over the nasty schema run on both, each with several seeds of its data; `make soak` runs 20,000
executions, always the same. The order of errors is compared, too: both await the same things in the same order.
"""

import asyncio
import gc
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputType, OperationType
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.documents.documents import Prepared
from graph.engine.engine import Engine
from tests.engine import CANCELLED, core_engine, engines, run, shown
from tests.engine.documents import Author, any_value
from tests.engine.nasty import Context, build, either_way

SOAK = os.environ.get("SAISINE_SOAK") == "1"
pytestmark = pytest.mark.soak
PARTS, EXAMPLES = (4, 1_250) if SOAK else (1, 60)
"""Random documents; the parts can run in parallel."""
SEEDS = 4
"""Executions of each document, each with other data."""
EXAMPLES_A_COLLECTION = 50
SCHEMAS = [build(), build(either_way)]
gc.freeze()  # the collections below then skip everything that exists now


def leaf(random: Random, name: str) -> Any:
    return {
        "Int": random.choice([0, 1, -5, 2**31 - 1]),
        "String": random.choice(["", "text", 'a "quoted" \\ one', "é\n\u2028", "'''", "{x}", "%s"]),
        "ID": random.choice(["a", 7]),
        "Boolean": random.random() < 0.5,
        "Odd": random.choice([1, 3, -9]),
    }[name]


def value(random: Random, type_: GraphQLInputType) -> Any:
    return any_value(random, type_, leaf)


async def results_of(engine: Engine, prepared: Prepared, variables: Any, seed: int) -> Any:
    """The result of a query or mutation, or those of all events of a subscription."""
    if operation_type_of(prepared) is not OperationType.SUBSCRIPTION:
        return await run(engine, prepared, variables, Context(seed))

    async def context() -> Context:
        return Context(seed)

    results: list[Any] = []
    try:
        async for result in engine.subscribe(prepared, None, variables, context):
            results.append(shown(result))
    except asyncio.CancelledError:
        results.append(CANCELLED)
    return results


def operation_type_of(prepared: Prepared) -> OperationType:
    operation = prepared.operation(None)
    assert operation is not None
    return operation.operation


@contextmanager
def unawaited(examples: Iterator[int] = count(1)) -> Iterator[None]:  # noqa: B008 - one count of all
    """Ignore coroutines that were never awaited: a failed field cancels siblings before they start, as in graphql-core.

    Python warns when it frees them, so they are collected here: now and then, since that takes longer than an example.
    """
    gc.disable()
    yield
    if next(examples) % EXAMPLES_A_COLLECTION == 0:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "coroutine .* was never awaited")
            gc.collect()


@pytest.fixture(autouse=True, scope="module")
def collected() -> Iterator[None]:
    """Collect the rest of them at the end."""
    yield
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited")
        gc.collect()
    gc.enable()


SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], database=None,
    suppress_health_check=list(HealthCheck), derandomize=True,
)  # fmt: skip


@pytest.mark.timeout(600 if SOAK else 120)
@pytest.mark.parametrize("part", range(PARTS))
@SETTINGS
@given(number=st.integers(0, 10**12))
async def test_random_documents_give_the_results_of_graphql_core(part: int, number: int) -> None:
    random = Random(PARTS * number + part)
    schema = random.choice(SCHEMAS)
    compiled, core = engines(schema, random.choice([1_000, 1_000, 12]))
    kind = random.choice([*[OperationType.QUERY] * 4, OperationType.MUTATION, OperationType.SUBSCRIPTION])
    while True:
        author = Author(schema._schema, random, value)
        text = author.write(kind)
        prepared = compiled.documents.prepare(text)
        if not prepared.errors:
            break
    again = replace(prepared, operations={})
    with unawaited():
        for _ in range(SEEDS):
            seed, variables = random.randrange(1000), author.values()
            ours = await results_of(compiled, prepared, variables, seed)
            assert ours == await results_of(core, again, variables, seed), f"{text}\n{variables}, seed {seed}"
        assert ours == await results_of(core_engine(schema), again, variables, seed), (
            f"{text}\n{variables}, seed {seed}"
        )
        for slicing in (engines(schema, time_slice_seconds=0)[0], core_engine(schema, 0)):
            theirs = await results_of(slicing, replace(prepared, operations={}), variables, seed)
            if CANCELLED not in (*flat(ours), *flat(theirs)):
                assert data_of(theirs) == data_of(ours), f"{text}\n{variables}, seed {seed}"


def flat(results: Any) -> list[Any]:
    return results if isinstance(results, list) else [results]


def data_of(results: Any) -> list[Any]:
    """The data without the errors: which siblings of a failed field fail as well depends on the time slices."""
    return [data for data, _ in flat(results)]
