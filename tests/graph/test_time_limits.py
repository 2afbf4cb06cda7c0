"""What has a time limit is to whoever runs it as if it had none, until it is over."""

import asyncio

import pytest

from graph.endpoint.time_limit import TooSlow, within

LONG = 60.0


class Trouble(Exception):
    """What an execution may raise."""


async def test_what_never_waits_is_done_in_no_time_at_all() -> None:
    async def execution() -> str:
        return "done"

    assert await within(0, execution()) == "done"


async def test_what_waits_goes_on_with_what_it_waited_for() -> None:
    future = asyncio.get_running_loop().create_future()

    async def execution() -> list[object]:
        found: list[object] = [await future]
        await asyncio.sleep(0)
        with pytest.raises(Trouble):
            await asyncio.gather(refused())
        return [*found, asyncio.current_task()]

    async def refused() -> None:
        raise Trouble

    asyncio.get_running_loop().call_soon(future.set_result, "found")
    assert await within(LONG, execution()) == ["found", asyncio.current_task()]


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_its_errors_are_its_own(turns: int) -> None:
    async def execution(error: Exception) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        raise error

    for error in (Trouble(), TimeoutError()):
        with pytest.raises(type(error)) as raised:
            await within(LONG, execution(error))
        assert raised.value is error


async def test_at_the_end_of_its_time_it_is_cancelled_and_may_end_what_it_began() -> None:
    ended = []

    async def execution() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("in order")

    with pytest.raises(TooSlow):
        await within(0.01, execution())
    assert ended == ["in order"]


async def test_who_waits_for_it_may_be_cancelled_and_so_is_it() -> None:
    waits, ended = asyncio.Event(), []

    async def execution() -> None:
        try:
            waits.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    task = asyncio.create_task(within(LONG, execution()))
    await waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cancelled"]


async def test_it_may_go_on_after_it_was_cancelled() -> None:
    """As an action does that has begun to write."""
    waits = asyncio.Event()

    async def execution() -> str:
        try:
            waits.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        return "written"

    task = asyncio.create_task(within(LONG, execution()))
    await waits.wait()
    task.cancel()
    assert await task == "written"
