"""The uploads of one viewer at a time: each may hold a body on the disk and take a connection to the storage."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from graph.documents.limits import LIMIT_EXCEEDED
from graph.endpoint.response import HTTPError
from graph.errors import CodedError
from graph.rate_limits import ConcurrencyLimiter
from graph.settings import Settings
from models.i18n.language import Text

log = structlog.get_logger("saisine.uploads")

_TOO_MANY = Text(
    "Au plus {maximum} envois de fichiers à la fois par personne : attendez la fin de l’un d’eux.",
    "At most {maximum} uploads at a time for one person: wait until one of them is done.",
)


class Uploads:
    """Counts the requests with files of each viewer, from the first byte of their body to their response."""

    def __init__(self, settings: Settings) -> None:
        self._maximum = settings.only_in_production("uploads_per_viewer")
        self._open = ConcurrencyLimiter()

    @contextmanager
    def entered(self, user_id: int) -> Iterator[None]:
        """Count one upload while it is read and executed. Errors: HTTPError 429."""
        if not self._open.enter(user_id, self._maximum):
            log.warning("upload refused", user_id=user_id, maximum=self._maximum)
            error = CodedError(LIMIT_EXCEEDED, _TOO_MANY.with_(maximum=self._maximum), retryAfter=1)
            raise HTTPError(429, error, {"Retry-After": "1"})
        try:
            yield
        finally:
            self._open.leave(user_id)
