"""Whether a client sends its request, or takes its response, fast enough."""

from graph.settings import Settings


class Transfer:
    """The bytes of one direction over a period of time: each period must carry some."""

    __slots__ = ("_bytes", "_minimum", "_seconds", "_since")

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.transfer_timeout_seconds
        self._minimum = max(1, int(settings.transfer_min_bytes_per_second * self._seconds))
        self._since: float | None = None
        self._bytes = 0

    def begin(self, now: float, transferred: int) -> None:
        """Begin a period."""
        self._since, self._bytes = now, transferred

    def stalled(self, now: float, transferred: int, *, waiting: bool) -> bool:
        """Whether a period is over that carried too little. There is none while nothing is `waiting` for the client."""
        if not waiting:
            self._since = None
        elif self._since is None:
            self.begin(now, transferred)
        elif now - self._since > self._seconds:
            slow = transferred - self._bytes < self._minimum
            self.begin(now, transferred)
            return slow
        return False
