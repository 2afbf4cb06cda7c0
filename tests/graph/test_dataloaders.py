"""Batched reads whose readers are given up, as the siblings of a field that failed are."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from graph.dataloaders import batched


class Read:
    """What is read, and how often."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, str]:
        self.asked.append(list(keys))
        await asyncio.sleep(0)
        return {key: f"value of {key}" for key in keys}


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(4))
async def test_who_comes_after_a_reader_gave_up_is_answered_at_whatever_moment_that_was(before, after):
    loader = batched(Read())
    given_up = loader.load(1)
    for _ in range(before):
        await asyncio.sleep(0)
    given_up.cancel()
    for _ in range(after):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await loader.load(2) == "value of 2"
        assert await loader.load(1) == "value of 1"


async def test_who_waits_for_the_same_key_is_answered_though_another_gave_up_and_it_is_read_once():
    read = Read()
    loader = batched(read)
    given_up, waiting = loader.load(1), loader.load(1)
    given_up.cancel()
    assert await waiting == "value of 1"
    assert read.asked == [[1]]


async def test_what_nobody_waits_for_any_more_is_not_read():
    read = Read()
    loader = batched(read)
    loader.load(1).cancel()
    assert await loader.load(2) == "value of 2"
    assert [1] not in read.asked
