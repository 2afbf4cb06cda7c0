"""Wake-ups: "the journal has grown". A broker carries nothing else, so a lost or doubled wake-up does no harm."""

from collections.abc import Callable
from typing import Protocol

from models.broker.memory import MemoryBroker
from models.settings import StorageSettings


class Broker(Protocol):
    """What carries wake-ups between those who write and those who watch."""

    one_process: bool
    """Whether other processes never hear of a wake-up given here."""

    def wake(self) -> None:
        """Tell everyone who listens, soon; never raises, never waits."""

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Have `heard` called at every wake-up; the answer ends that."""


def broker_for(settings: StorageSettings) -> Broker:
    """The broker that the settings name. Errors: ValueError for one that there is not."""
    if settings.broker_url.split("://")[0] != "memory":
        raise ValueError(f"SAISINE_BROKER_URL: no broker for {settings.broker_url}; use memory://")
    return MemoryBroker()
