"""Wake-ups: "the journal has grown". A broker carries nothing else, so a lost or doubled wake-up does no harm."""

from collections.abc import Callable
from typing import Protocol

from models.broker.memory import MemoryBroker
from models.broker.postgres import PostgresBroker
from models.broker.redis import RedisBroker
from models.settings import StorageSettings, parts_of


class Broker(Protocol):
    """What carries wake-ups between those who write and those who watch."""

    one_process: bool
    """Whether other processes never hear of a wake-up given here."""
    connected: bool
    """Whether wake-ups go through; where they do not, the slow poll of the journal delivers."""

    async def open(self) -> None:
        """Begin to carry wake-ups."""

    async def close(self) -> None:
        """End."""

    def wake(self) -> None:
        """Tell everyone who listens, soon; never raises, never waits."""

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Have `heard` called at every wake-up; the answer ends that."""


def broker_for(settings: StorageSettings) -> Broker:
    """The broker that the settings name. Errors: ValueError for one that there is not."""
    match parts_of("BROKER_URL", settings.broker_url).scheme:
        case "memory":
            return MemoryBroker()
        case "postgres" | "postgresql":
            return PostgresBroker(settings.broker_url)
        case "redis" | "rediss":
            return RedisBroker(settings.broker_url)
        case _:
            raise ValueError("SAISINE_BROKER_URL: no broker for that; use memory://, postgres://… or redis://…")
