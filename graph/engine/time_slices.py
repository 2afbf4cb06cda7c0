"""Time slices on the event loop: a long execution lets other tasks run between its parts."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

_RESUMED_PER_ROUND = 32
"""Executions that are resumed in one round of the event loop. More than one, because many have little left to do, and
each checks the time."""


class TimeSlices:
    """Limits the time that all executions of an engine together use in each round of the event loop, in seconds.

    They check it between the items of a list and where a field is awaited. What runs between two checks is bounded by
    the limits of a document.
    """

    __slots__ = ("_clock", "_deadline", "_is_scheduled", "_seconds", "_waiting")

    def __init__(self, seconds: float, clock: Callable[[], float] = perf_counter) -> None:
        self._seconds = seconds
        self._clock = clock
        self._deadline: float | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_scheduled = False

    def is_over(self) -> bool:
        """Whether the time of this round is used up. The first call in a round starts it."""
        now = self._clock()
        if self._deadline is None:
            self._deadline = now + self._seconds
            self._schedule_round()
            return False
        return now >= self._deadline

    async def next(self) -> None:
        """Wait for a round that has time left."""
        while True:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            self._schedule_round()
            await turn
            if not self.is_over():
                return

    def _schedule_round(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._begin_round)

    def _begin_round(self) -> None:
        self._deadline, self._is_scheduled = None, False
        for _ in range(min(len(self._waiting), _RESUMED_PER_ROUND)):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        if self._waiting:
            self._schedule_round()
