"""Counts the client connections of this process: those that are open, and those that it refused or aborted, and why.

The log gets a line when a reason begins to occur, and then one a minute while it goes on.
"""

import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

log = structlog.get_logger("saisine.connections")

_QUIET_SECONDS, _LINE_SECONDS = 2.5, 60.0
"""A line is logged for a reason that has not occurred for the first time, or not been logged for the second."""


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
        self._seen_at: dict[tuple[str, str], float] = {}
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
        key, now = (what, reason), time.monotonic()
        self._counters[what].labels(reason).inc()
        self._unlogged[key] = self._unlogged.get(key, 0) + 1
        begins = now - self._seen_at.get(key, float("-inf")) > _QUIET_SECONDS
        self._seen_at[key] = now
        if begins or now - self._logged_at[key] > _LINE_SECONDS:
            self._logged_at[key] = now
            log.warning(f"connections {what}", reason=reason, connections=self._unlogged.pop(key))
