"""Tests of the engine. Its results must be those of graphql-core, over the schema of `nasty.py` and the product's."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import ExecutionResult
from graphql.execution.executor import Executor

from graph.documents.documents import Prepared
from graph.documents.limits import Limits
from graph.engine.core_executor import CoreExecutor
from graph.engine.engine import Engine
from graph.engine.operation import Compiling

CANCELLED = "cancelled"
WIDE = Limits(**dict.fromkeys(Limits.__dataclass_fields__, 1_000_000))
"""Limits that no document of these tests reaches."""


def engines(
    schema: strawberry.Schema, compiled_fields: int = 1_000, time_slice_seconds: float = math.inf
) -> tuple[Engine, Engine]:
    """An engine that compiles at the first use, and one that executes everything as graphql-core does by itself.

    Errors come in the same order from both as long as no time slice ends.
    """
    reference = core_engine(schema)
    reference._core_executor = Unsliced
    return (
        Engine(
            schema,
            limits=WIDE,
            document_cache_max_bytes=200_000,
            compiling=Compiling(compiled_fields, after=0),
            time_slice_seconds=time_slice_seconds,
        ),
        reference,
    )


class Unsliced(CoreExecutor):
    """graphql-core's own executor."""

    execute_field = Executor.execute_field
    complete_leaf_value = staticmethod(Executor.complete_leaf_value)
    complete_object_value = Executor.complete_object_value
    complete_iterable_value = Executor.complete_iterable_value
    complete_awaitable_value = Executor.complete_awaitable_value


def core_engine(schema: strawberry.Schema, time_slice_seconds: float = math.inf) -> Engine:
    """An engine that never compiles."""
    return Engine(
        schema,
        limits=WIDE,
        document_cache_max_bytes=200_000,
        compiling=Compiling(0),
        time_slice_seconds=time_slice_seconds,
    )


def shown(result: ExecutionResult) -> tuple[str, list[Any]]:
    """A result in a comparable form, with the order of keys and errors."""
    errors = [
        (error.message, error.path, error.locations, type(error.original_error), error.extensions)
        for error in result.errors or ()
    ]
    return json.dumps(result.data, default=repr), errors


async def run(
    engine: Engine, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
) -> Any:
    """The result of a valid document, once all background tasks are done."""
    before = asyncio.all_tasks()
    result: Any
    try:
        result = shown(await engine.execute(prepared, None, variables, context))
    except asyncio.CancelledError:
        # An error cancels sibling fields that wait for a loader, and with them all other readers of the same key: there
        # is no result then, with graphql-core neither.
        result = CANCELLED
    while started := asyncio.all_tasks() - before:
        await asyncio.wait(started)
    return result
