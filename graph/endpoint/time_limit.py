"""A time limit for what mostly needs none: what never waits is done before any clock could be looked at."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class TooSlow(Exception):
    """It took longer than it may."""


async def within(seconds: float, execution: Coroutine[Any, Any, T]) -> T:
    """What an execution gives; it is cancelled at its end of time. Errors: TooSlow; its own."""
    try:
        waited_for = execution.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await _resumed(execution, waited_for)
    except TimeoutError as error:
        if limit.expired():
            raise TooSlow from error
        raise


@coroutine
def _resumed(execution: Coroutine[Any, Any, T], waited_for: Any) -> Generator[Any, Any, T]:
    """The rest of an execution that waits for something, as `await` would go on with it."""
    step: Callable[[Any], Any]
    while True:
        try:
            sent = yield waited_for
        except GeneratorExit:
            execution.close()
            raise
        except BaseException as error:
            step, given = execution.throw, error
        else:
            step, given = execution.send, sent
        try:
            waited_for = step(given)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
