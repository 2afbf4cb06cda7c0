"""`/health/live` and `/health/ready`, for the platform that runs the process."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.live.hub import Hub
from models import journal
from models.broker import Broker
from models.database import is_outage


async def live(request: Request) -> Response:
    """200: the process runs."""
    return JSONResponse({"status": "ok"})


async def ready(hub: Hub, broker: Broker) -> Response:
    """200 if the database answers and the hub follows the journal, else 503.

    A process without its broker is "degraded" but ready: it still finds events, by polling the journal.
    """
    checks = {"journal": hub.following}
    try:
        await journal.desk_state()
        checks["database"] = True
    except Exception as error:
        if not is_outage(error):
            raise
        checks["database"] = False
    available = all(checks.values())
    status = "unavailable" if not available else "ok" if broker.connected else "degraded"
    return JSONResponse({"status": status, "checks": {**checks, "broker": broker.connected}}, 200 if available else 503)
