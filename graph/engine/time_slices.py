"""Turns on the event loop: an execution that has much to write gives way to everybody else now and then."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

_CALLED_AT_ONCE = 32
"""Those that are let go on in one round: some have little to do, and all that are called look at the clock."""


class Turns:
    """How long the executions of an engine together may keep the event loop: `seconds` of each round of it.

    They look between the rows of a list and where a field is awaited; what is written in one go is bounded by the
    limits of a document.
    """

    __slots__ = ("_clock", "_end", "_is_called", "_seconds", "_waiting")

    def __init__(self, seconds: float, clock: Callable[[], float] = perf_counter) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end: float | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_called = False

    def is_over(self) -> bool:
        """Whether this round's time has been used up; the first to ask in a round begins it."""
        now = self._clock()
        if self._end is None:
            self._end = now + self._seconds
            self._call_next()
            return False
        return now >= self._end

    async def next(self) -> None:
        """Wait for a round that has time left."""
        while True:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            self._call_next()
            await turn
            if not self.is_over():
                return

    def _call_next(self) -> None:
        if not self._is_called:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._begin)

    def _begin(self) -> None:
        self._end, self._is_called = None, False
        for _ in range(min(len(self._waiting), _CALLED_AT_ONCE)):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        if self._waiting:
            self._call_next()
