"""Brokers: they carry wake-ups, which say only that the journal has new activities.

Listeners then read the journal, so a lost or repeated wake-up does no harm.
"""

from collections.abc import Callable
from typing import Protocol

from models.broker.memory import MemoryBroker
from models.broker.postgres import PostgresBroker
from models.broker.redis import RedisBroker
from models.settings import StorageSettings, parts_of


class Broker(Protocol):
    """Carries wake-ups from the processes that write to those that listen."""

    one_process: bool
    """Whether wake-ups stay in this process."""
    connected: bool
    """Whether wake-ups arrive now; while they do not, listeners depend on the slow poll of the journal."""

    async def open(self) -> None:
        """Start: connect, and carry wake-ups until `close`."""

    async def close(self) -> None:
        """Stop, and close the connection."""

    def wake(self) -> None:
        """Send a wake-up to all listeners soon. It does not wait and does not raise."""

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every wake-up, until the returned function is called."""


def broker_for(settings: StorageSettings) -> Broker:
    """The broker that the settings name. Errors: ValueError for the URL of any other broker."""
    match parts_of("BROKER_URL", settings.broker_url).scheme:
        case "memory":
            return MemoryBroker()
        case "postgres" | "postgresql":
            return PostgresBroker(settings.broker_url)
        case "redis" | "rediss":
            return RedisBroker(settings.broker_url)
        case _:
            raise ValueError("SAISINE_BROKER_URL: unknown kind of broker; use memory://, postgres://… or redis://…")
