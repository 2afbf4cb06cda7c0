"""Tests of the engine: what it answers is what graphql-core answers, over a schema of its own and the product's."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import ExecutionResult

from graph.documents.documents import Prepared
from graph.documents.limits import Limits
from graph.engine.engine import Compiling, Engine

CANCELLED = "cancelled"
WIDE = Limits(**dict.fromkeys(Limits.__dataclass_fields__, 1_000_000))
"""Limits that no document of these tests meets: they are about what documents answer."""


def engines(
    schema: strawberry.Schema, compiled_fields: int = 1_000, time_slice_seconds: float = math.inf
) -> tuple[Engine, Engine]:
    """One that compiles at once, and one that never does. Errors come in the same order from both as long as nobody has
    to give way."""
    return (
        Engine(
            schema,
            limits=WIDE,
            remembered=10,
            compiling=Compiling(compiled_fields, after=0),
            time_slice_seconds=time_slice_seconds,
        ),
        Engine(schema, limits=WIDE, remembered=10, compiling=Compiling(0)),
    )


def shown(result: ExecutionResult) -> tuple[str, list[Any]]:
    """A result as it can be compared: the data with the order of its keys, the errors in their order."""
    errors = [
        (error.message, error.path, error.locations, type(error.original_error), error.extensions)
        for error in result.errors or ()
    ]
    return json.dumps(result.data, default=repr), errors


async def run(
    engine: Engine, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
) -> Any:
    """What the engine answers to a valid document, once nothing goes on behind it."""
    before = asyncio.all_tasks()
    answered: Any
    try:
        answered = shown(await engine.execute(prepared, None, variables, context))
    except asyncio.CancelledError:
        # A sibling's error cancels what waits for a loader, and with it whoever waits for the same key elsewhere: then
        # nothing is answered, by graphql-core neither.
        answered = CANCELLED
    while begun := asyncio.all_tasks() - before:
        await asyncio.wait(begun)
    return answered
