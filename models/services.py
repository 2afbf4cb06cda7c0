"""The services that actions and background tasks use: settings, attachment storage, broker.

Built once by the entry point of each process.
"""

from dataclasses import dataclass

from models.attachments.storage import Storage
from models.broker import Broker
from models.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one desk. `broker` is None where no other task or process has to be woken."""

    settings: StorageSettings
    storage: Storage
    broker: Broker | None
