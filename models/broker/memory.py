"""The broker of one process: wake-ups are plain calls in the same event loop."""

from collections.abc import Callable


class MemoryBroker:
    """Calls who listens, at once."""

    one_process = True
    connected = True

    def __init__(self) -> None:
        self._listeners: set[Callable[[], None]] = set()

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to let go."""

    def wake(self) -> None:
        """Call everyone who listens."""
        for heard in tuple(self._listeners):
            heard()

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` at every wake-up until the answer is called."""
        self._listeners.add(heard)
        return lambda: self._listeners.discard(heard)
