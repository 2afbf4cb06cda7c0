"""`/health/live` and `/health/ready`, for the platform that runs the process."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.live.hub import Hub
from models import journal
from models.broker import Broker
from models.database import is_outage
from models.journal import DeskState


async def live(request: Request) -> Response:
    """200: the process runs."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """Whether the process can serve: the database answers in time, and the hub follows the journal."""

    def __init__(self, hub: Hub, broker: Broker, timeout_seconds: float) -> None:
        self._hub, self._broker, self._timeout = hub, broker, timeout_seconds
        self._asking: asyncio.Task[DeskState] | None = None

    async def respond(self, request: Request) -> Response:
        """200 if it can, else 503.

        A process without its broker is "degraded" but ready: it still finds events, by polling the journal.
        """
        checks = {"journal": self._hub.following, "database": await self._database_answers()}
        available, connected = all(checks.values()), self._broker.connected
        status = "unavailable" if not available else "ok" if connected else "degraded"
        return JSONResponse({"status": status, "checks": {**checks, "broker": connected}}, 200 if available else 503)

    async def _database_answers(self) -> bool:
        # A cancelled read may wait for the server, too. So the read is left alone, and one at a time is enough.
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(journal.desk_state())
            self._asking.add_done_callback(_retrieve)
        await asyncio.wait([self._asking], timeout=self._timeout)
        if not self._asking.done():
            return False
        try:
            self._asking.result()
        except Exception as error:
            if not is_outage(error):
                raise
            return False
        return True

    def close(self) -> None:
        """End the read that still waits, if any."""
        if self._asking is not None:
            self._asking.cancel()


def _retrieve(asked: asyncio.Task[DeskState]) -> None:
    """Retrieve the outcome, so that asyncio does not report one for which nobody waits."""
    if not asked.cancelled():
        asked.exception()
