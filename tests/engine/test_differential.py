"""What the engine compiles answers what graphql-core answers: data, order of keys, errors, their paths and places.

By chance: documents over the nasty schema, each over several seeds of its data. In `make soak` these are 20,000
executions, always the same.
The order of errors is compared as it is: what awaits what is the same in both, so the loop takes the same turns.
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
from tests.engine import CANCELLED, engines, run, shown
from tests.engine.documents import Author, any_value
from tests.engine.nasty import Context, build, either_way

SOAK = os.environ.get("SAISINE_SOAK") == "1"
pytestmark = pytest.mark.soak
PARTS, EXAMPLES = (4, 1_250) if SOAK else (1, 60)
"""Documents, in parts that may run side by side."""
SEEDS = 4
"""Executions of each document, each with other data."""
EXAMPLES_A_COLLECTION = 50
SCHEMAS = [build(), build(either_way)]
gc.freeze()  # what is there already is not looked at again after each document


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


async def everything(engine: Engine, prepared: Prepared, variables: Any, seed: int) -> Any:
    """The answer, or those to each event."""
    if kind_of(prepared) is not OperationType.SUBSCRIPTION:
        return await run(engine, prepared, variables, Context(seed))

    async def context() -> Context:
        return Context(seed)

    answers: list[Any] = []
    try:
        async for result in engine.subscribe(prepared, None, variables, context):
            answers.append(shown(result))
    except asyncio.CancelledError:
        answers.append(CANCELLED)
    return answers


def kind_of(prepared: Prepared) -> OperationType:
    operation = prepared.operation(None)
    assert operation is not None
    return operation.operation


@contextmanager
def unawaited(examples: Iterator[int] = count(1)) -> Iterator[None]:  # noqa: B008 - one count of all
    """What a failed sibling cancels before its first turn is never awaited, here as in graphql-core. It is told when
    such a coroutine is let go, so that is done here, now and then: it takes longer than an example."""
    gc.disable()
    yield
    if next(examples) % EXAMPLES_A_COLLECTION == 0:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "coroutine .* was never awaited")
            gc.collect()


@pytest.fixture(autouse=True, scope="module")
def collected() -> Iterator[None]:
    """The last of them."""
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
async def test_over_a_nasty_schema(part: int, number: int) -> None:
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
    again, by_turns = replace(prepared, operations={}), replace(prepared, operations={})
    with unawaited():
        for _ in range(SEEDS):
            seed, variables = random.randrange(1000), author.values()
            ours = await everything(compiled, prepared, variables, seed)
            assert ours == await everything(core, again, variables, seed), f"{text}\n{variables}, seed {seed}"
        giving_way, _ = engines(schema, time_slice_seconds=0)
        theirs = await everything(giving_way, by_turns, variables, seed)
        if CANCELLED not in (*flat(ours), *flat(theirs)):
            assert data_of(theirs) == data_of(ours), f"{text}\n{variables}, seed {seed}"


def flat(answers: Any) -> list[Any]:
    return answers if isinstance(answers, list) else [answers]


def data_of(answers: Any) -> list[Any]:
    """Without the errors: which siblings of one that failed fail as well depends on whose turn it was."""
    return [data for data, _ in flat(answers)]
