"""An execution that is cut, because its client has gone, leaves no coroutine behind that was never awaited."""

import asyncio
import gc
import warnings
from contextlib import suppress

import pytest
import strawberry

from tests.engine import engines


@strawberry.type
class Row:
    @strawberry.field
    async def one(self) -> int:
        await asyncio.sleep(0)
        return 1

    @strawberry.field
    async def row(self) -> "Row":
        await asyncio.sleep(0)
        return Row()


@strawberry.type
class Query:
    @strawberry.field
    async def row(self) -> Row:
        return Row()


@pytest.mark.parametrize("rounds", range(10))
async def test_an_execution_cut_in_any_round_leaves_no_coroutine(rounds: int) -> None:
    engine, _ = engines(strawberry.Schema(Query))
    document = await engine.documents.prepared("{ row { one two: one row { one two: one row { one two: one } } } }")
    assert (await engine.execute(document, None, None, None)).errors is None
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        execution = asyncio.ensure_future(engine.execute(document, None, None, None))
        for _ in range(rounds):
            await asyncio.sleep(0)
        execution.cancel()
        with suppress(asyncio.CancelledError):
            await execution
        del execution
        gc.collect()
    assert [str(each.message) for each in warned] == []
