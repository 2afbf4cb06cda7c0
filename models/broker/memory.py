"""The broker of one process: a wake-up is a call in the same event loop."""

from collections.abc import Callable


class MemoryBroker:
    """Calls the listeners at once."""

    one_process = True
    connected = True

    def __init__(self) -> None:
        self._listeners: set[Callable[[], None]] = set()

    async def open(self) -> None:
        """Do nothing: there is no connection."""

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def wake(self) -> None:
        """Call all listeners."""
        for listener in tuple(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every wake-up, until the returned function is called."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)
