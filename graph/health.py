"""What a platform asks: is the process alive, is it ready, and its metrics in Prometheus' format."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.exceptions import BaseORMException

from graph.hub import Hub
from models import journal
from models.broker import Broker


class Metrics:
    """The metrics of one process."""

    def __init__(self, hub: Hub, broker: Broker) -> None:
        self.registry = CollectorRegistry()
        self.sockets = Gauge("saisine_websockets", "Open WebSocket connections", registry=self.registry)
        self.requests = Counter("saisine_requests", "GraphQL requests over HTTP", ["status"], registry=self.registry)
        self.seconds = Histogram(
            "saisine_request_seconds", "Seconds to answer a GraphQL request over HTTP", registry=self.registry
        )
        Gauge("saisine_subscriptions", "Subscriptions that follow the journal", registry=self.registry).set_function(
            lambda: hub.watching
        )
        Gauge("saisine_journal_position", "Position of the last event read", registry=self.registry).set_function(
            lambda: hub.position
        )
        Gauge("saisine_broker_connected", "1 while wake-ups go through", registry=self.registry).set_function(
            lambda: broker.connected
        )

    def response(self) -> Response:
        """All of them as they are now."""
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
    except (BaseORMException, OSError):
        checks["database"] = False
    fine = all(checks.values())
    status = "unavailable" if not fine else "ok" if broker.connected else "degraded"
    return JSONResponse({"status": status, "checks": {**checks, "broker": broker.connected}}, 200 if fine else 503)
