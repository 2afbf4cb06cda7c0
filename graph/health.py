"""What a platform asks: is the process alive, is it ready, and its metrics in Prometheus' format."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.exceptions import BaseORMException

from graph.hub import Hub
from models import journal


class Metrics:
    """The metrics of one process."""

    def __init__(self, hub: Hub) -> None:
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

    def response(self) -> Response:
        """All of them as they are now."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


async def live(request: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "ok"})


async def ready(hub: Hub) -> Response:
    """The database answers and the journal is followed; 503 otherwise."""
    checks = {"journal": hub.following}
    try:
        await journal.head()
        checks["database"] = True
    except (BaseORMException, OSError):
        checks["database"] = False
    fine = all(checks.values())
    return JSONResponse({"status": "ok" if fine else "unavailable", "checks": checks}, 200 if fine else 503)
