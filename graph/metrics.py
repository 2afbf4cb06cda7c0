"""The metrics of a process, or of several workers together, in the format of Prometheus."""

import asyncio
import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response

from graph.live.cohorts import Cohorts
from graph.live.hub import Hub
from models.broker import Broker

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with the folder in which prometheus-client shares the metrics of several workers."""


class Metrics:
    """The metrics of one process or, if it is one of several workers, of all workers together."""

    def __init__(self, hub: Hub, cohorts: Cohorts, broker: Broker) -> None:
        self._hub, self._cohorts, self._broker = hub, cohorts, broker
        self.registry = CollectorRegistry()
        self.shared = METRICS_DIR in os.environ
        if self.shared:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        own = self.own = None if self.shared else self.registry
        self.sockets = Gauge(
            "saisine_websockets", "Open WebSocket connections", registry=own, multiprocess_mode="livesum"
        )
        self._requests = Counter("saisine_requests", "GraphQL requests over HTTP", ["status"], registry=own)
        self._requests_by_status: dict[str, Counter] = {}
        self._seconds = Histogram(
            "saisine_request_seconds", "Seconds to answer a GraphQL request over HTTP", registry=own
        )
        self._subscriptions = Gauge(
            "saisine_subscriptions", "Subscriptions that follow the journal", registry=own, multiprocess_mode="livesum"
        )
        self._cohort_count = Gauge(
            "saisine_subscription_cohorts",
            "Cohorts of equal subscriptions",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._responses = Gauge(
            "saisine_subscription_responses",
            "Responses of subscriptions since the start, each counted once for all subscribers of a cohort",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._tasks = Gauge("saisine_tasks", "Tasks of the event loop", registry=own, multiprocess_mode="livesum")
        self._position = Gauge(
            "saisine_journal_position", "Position of the last event read", registry=own, multiprocess_mode="livemin"
        )
        self._connected = Gauge(
            "saisine_broker_connected",
            "1 while the broker is connected, else 0",
            registry=own,
            multiprocess_mode="livemin",
        )

    def count_request(self, status: str, seconds: float) -> None:
        """Count a GraphQL request over HTTP by its response's status, or "aborted"."""
        counter = self._requests_by_status.get(status)
        if counter is None:
            counter = self._requests_by_status[status] = self._requests.labels(status)
        counter.inc()
        self._seconds.observe(seconds)

    def sample(self) -> None:
        """Set the gauges to the current state of this process."""
        self._subscriptions.set(self._cohorts.subscriptions)
        self._cohort_count.set(len(self._cohorts))
        self._responses.set(self._cohorts.evaluations)
        self._tasks.set(len(asyncio.all_tasks()))
        self._position.set(self._hub.position)
        self._connected.set(self._broker.connected)

    async def keep_sampling(self, seconds: float) -> None:
        """Sample at this interval: another worker may answer the request for the metrics of all."""
        while True:
            self.sample()
            await asyncio.sleep(seconds)

    def response(self) -> Response:
        """The current metrics, in the text format of Prometheus."""
        self.sample()
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
