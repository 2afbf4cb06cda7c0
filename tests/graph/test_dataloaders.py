"""Data loaders whose readers are cancelled, as the siblings of a failed field are."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from graph.dataloaders import batched


class Read:
    """A read function that records the keys of its calls."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, str]:
        self.calls.append(list(keys))
        await asyncio.sleep(0)
        return {key: f"value of {key}" for key in keys}


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(4))
async def test_reader_after_a_cancelled_one_gets_its_value_at_any_moment(before: int, after: int) -> None:
    loader = batched(Read())
    cancelled = loader.load(1)
    for _ in range(before):
        await asyncio.sleep(0)
    cancelled.cancel()
    for _ in range(after):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await loader.load(2) == "value of 2"
        assert await loader.load(1) == "value of 1"


async def test_reader_of_a_key_gets_its_value_if_another_reader_is_cancelled() -> None:
    read = Read()
    loader = batched(read)
    cancelled, waiting = loader.load(1), loader.load(1)
    cancelled.cancel()
    assert await waiting == "value of 1"
    assert read.calls == [[1]]


async def test_key_whose_readers_are_all_cancelled_is_not_read() -> None:
    read = Read()
    loader = batched(read)
    loader.load(1).cancel()
    assert await loader.load(2) == "value of 2"
    assert [1] not in read.calls
