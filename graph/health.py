"""What a platform asks: is the process alive, is it ready, and its metrics in Prometheus' format."""

import asyncio
import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.groups import Groups
from graph.hub import Hub
from models import journal
from models.broker import Broker
from models.database import is_outage

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client knows the folder where several workers keep their metrics."""


class Metrics:
    """The metrics of one process, or, where it is one of several workers, of all of them together."""

    def __init__(self, hub: Hub, groups: Groups, broker: Broker) -> None:
        self._hub, self._groups, self._broker = hub, groups, broker
        self.registry = CollectorRegistry()
        self.shared = METRICS_DIR in os.environ
        if self.shared:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        own = None if self.shared else self.registry
        self.sockets = Gauge(
            "saisine_websockets", "Open WebSocket connections", registry=own, multiprocess_mode="livesum"
        )
        self._requests = Counter("saisine_requests", "GraphQL requests over HTTP", ["status"], registry=own)
        self._answered: dict[str, Counter] = {}
        self._seconds = Histogram(
            "saisine_request_seconds", "Seconds to answer a GraphQL request over HTTP", registry=own
        )
        self._watching = Gauge(
            "saisine_subscriptions", "Subscriptions that follow the journal", registry=own, multiprocess_mode="livesum"
        )
        self._grouped = Gauge(
            "saisine_subscription_groups",
            "Groups of subscriptions to the same",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._answers = Gauge(
            "saisine_subscription_answers",
            "Answers made for subscriptions since the start, each for one or many",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._tasks = Gauge("saisine_tasks", "Tasks of the event loop", registry=own, multiprocess_mode="livesum")
        self._position = Gauge(
            "saisine_journal_position", "Position of the last event read", registry=own, multiprocess_mode="livemin"
        )
        self._connected = Gauge(
            "saisine_broker_connected", "1 while wake-ups go through", registry=own, multiprocess_mode="livemin"
        )

    def answered(self, status: str, seconds: float) -> None:
        """Count a GraphQL request over HTTP: the status it was answered with, or "aborted"."""
        counter = self._answered.get(status)
        if counter is None:
            counter = self._answered[status] = self._requests.labels(status)
        counter.inc()
        self._seconds.observe(seconds)

    def look(self) -> None:
        """Take in what this process has to show."""
        self._watching.set(self._groups.watching)
        self._grouped.set(len(self._groups))
        self._answers.set(self._groups.evaluated)
        self._tasks.set(len(asyncio.all_tasks()))
        self._position.set(self._hub.position)
        self._connected.set(self._broker.connected)

    async def keep_looking(self, seconds: float) -> None:
        """Look again and again, for the worker that is asked for everyone's metrics."""
        while True:
            self.look()
            await asyncio.sleep(seconds)

    def response(self) -> Response:
        """All of them as they are now."""
        self.look()
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


async def live(request: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "ok"})


async def ready(hub: Hub, broker: Broker) -> Response:
    """The database answers and the journal is followed; 503 otherwise. Without its broker a process is "degraded" and
    still ready: it serves, and delivers by its slow poll."""
    checks = {"journal": hub.following}
    try:
        await journal.head()
        checks["database"] = True
    except Exception as error:
        if not is_outage(error):
            raise
        checks["database"] = False
    fine = all(checks.values())
    status = "unavailable" if not fine else "ok" if broker.connected else "degraded"
    return JSONResponse({"status": status, "checks": {**checks, "broker": broker.connected}}, 200 if fine else 503)
