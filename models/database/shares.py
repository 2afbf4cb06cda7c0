"""How many reads of one user run at once: so one user, whatever they ask, leaves the others a connection to read with.

`reading_user` is set where an operation begins. Reads of nobody, such as those of live delivery, are not limited.
"""

import asyncio
from collections import deque
from contextvars import ContextVar

reading_user: ContextVar[int | None] = ContextVar("reading_user", default=None)
"""The id of the user whose operation this task runs; None outside of one."""


class ReadShares:
    """Counts the reads of each user that run, and lets the others of that user wait in their order."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._running: dict[int, int] = {}
        self._waiting: dict[int, deque[asyncio.Future[None]]] = {}

    async def enter(self, user_id: int) -> None:
        """Wait for one of the user's shares; `leave` gives it back. A cancelled wait takes none."""
        running = self._running.get(user_id, 0)
        if running < self._maximum:
            self._running[user_id] = running + 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(user_id, deque())
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.leave(user_id)  # the share came together with the cancellation
            elif turn in waiting:
                waiting.remove(turn)
            raise

    def leave(self, user_id: int) -> None:
        """Give the share back: to the user's next read, if one waits."""
        waiting = self._waiting.get(user_id)
        while waiting:
            turn = waiting.popleft()
            if not turn.done():  # otherwise it was cancelled
                turn.set_result(None)
                return
        self._waiting.pop(user_id, None)
        if self._running[user_id] == 1:
            del self._running[user_id]
        else:
            self._running[user_id] -= 1
