"""Counts the client connections of this process: those that are open, and those that it refused or aborted, and why.

The log gets one line a minute at most for each reason.
"""

import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

log = structlog.get_logger("saisine.connections")

_SECONDS = 60.0
"""Seconds between two lines of the log with the same reason."""


class ConnectionMetrics:
    """The open connections, and those that ended by a decision of the server, by reason."""

    def __init__(self, registry: CollectorRegistry | None) -> None:
        self._open = Gauge(
            "saisine_connections", "Open client connections", registry=registry, multiprocess_mode="livesum"
        )
        text = "Client connections and heads of requests that the server"
        self._counters = {
            "refused": Counter(
                "saisine_connections_refused", f"{text} refused, by reason", ["reason"], registry=registry
            ),
            "aborted": Counter(
                "saisine_connections_aborted", f"{text} aborted, by reason", ["reason"], registry=registry
            ),
        }
        self._unlogged: dict[tuple[str, str], int] = {}
        self._logged_at: dict[tuple[str, str], float] = {}

    def opened(self, number: int) -> None:
        """So many are open now."""
        self._open.set(number)

    def refused(self, reason: str) -> None:
        """Count a connection or a request that was not served."""
        self._count("refused", reason)

    def aborted(self, reason: str) -> None:
        """Count a connection that was closed at once."""
        self._count("aborted", reason)

    def _count(self, what: str, reason: str) -> None:
        self._counters[what].labels(reason).inc()
        self._unlogged[what, reason] = self._unlogged.get((what, reason), 0) + 1
        if self._due(what, reason):
            self._log(what, reason)

    def report(self) -> None:
        """Log what was counted since the last line of its reason, if that is a minute ago."""
        for what, reason in [key for key in self._unlogged if self._due(*key)]:
            self._log(what, reason)

    def _due(self, what: str, reason: str) -> bool:
        return time.monotonic() - self._logged_at.get((what, reason), float("-inf")) >= _SECONDS

    def _log(self, what: str, reason: str) -> None:
        self._logged_at[what, reason] = time.monotonic()
        log.warning(f"connections {what}", reason=reason, connections=self._unlogged.pop((what, reason)))
