"""Configures the log: JSON on standard error, one line per event, with the passwords of addresses masked.

Tracebacks have no messages of exceptions, which may quote what people wrote: a document, its variables, a row.

What any client can cause as often as it likes is logged once in a while, so that nobody fills the disk with it.
"""

import logging
import sqlite3
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from models.settings import redacted

SYSTEM_ERRORS = (OSError, sqlite3.OperationalError)
"""Exceptions whose messages name a part of the system, such as a table, a file or an address."""

_CAUSED_BY_CLIENTS = {
    "database unavailable": 1.0,
    "login refused: not in the directory": 1.0,
    "attachment refused": 60.0,
    "attachments of a day refused": 60.0,
    "upload refused": 60.0,
}
"""Events of ours that requests cause, and the seconds between two lines of each."""


class SparseLines:
    """Lets one line of each kind pass in some seconds, and counts those that it holds back."""

    def __init__(self) -> None:
        self._passed: dict[str, float] = {}
        self._held_back: dict[str, int] = {}

    def pass_(self, kind: str, seconds: float) -> int | None:
        """The number of lines held back since the last one that passed; None if this one is held back, too.

        Kinds must be few: messages without their values.
        """
        now = time.monotonic()
        if now - self._passed.get(kind, float("-inf")) < seconds:
            self._held_back[kind] = self._held_back.get(kind, 0) + 1
            return None
        self._passed[kind] = now
        return self._held_back.pop(kind, 0)


class InvalidRequests(logging.Filter):
    """Of the lines of Uvicorn and asyncio, one a second of those that clients cause; our own faults all pass."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = SparseLines()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged; it then tells how many were not."""
        if record.exc_info is not None and record.exc_info[1] is not None:
            record.exc_text = traceback_without_messages(record.exc_info[1])  # else the formatter would make one
        if record.name == "asyncio":
            record.msg, record.args = record.getMessage().partition("\n")[0], None  # the rest has the exception's text
        if record.exc_info is not None and record.exc_info[0] is UnicodeDecodeError:
            return False  # a client that sends invalid UTF-8: its connection is closed with 1007 anyway
        if record.msg == "opening handshake failed":
            record.exc_info = None  # of a WebSocket, by what the client sent
        elif record.exc_info is not None or not (
            record.levelno == logging.WARNING or str(record.msg).startswith("ASGI callable")
        ):
            return True
        more = self._lines.pass_("invalid", 1)
        if more:
            record.msg, record.args = f"{record.getMessage()} ({more} more since the last such line)", None
        return more is not None


def traceback_without_messages(error: BaseException) -> str:
    """The places and classes of an exception and of those that led to it. Messages are told of SYSTEM_ERRORS only."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [traceback_without_messages(earlier), "\nthen:\n"] if earlier is not None else []
    parts += traceback.format_tb(error.__traceback__)
    parts.append(f"{type(error).__module__}.{type(error).__qualname__}")
    if isinstance(error, SYSTEM_ERRORS):
        parts.append(f": {error}")
    if isinstance(error, BaseExceptionGroup):
        parts += [f"\nand:\n{traceback_without_messages(one)}" for one in error.exceptions]
    return "".join(parts)


def _format_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event["exception"] = traceback_without_messages(error)
    return event


def configure_log() -> None:
    """Configure structlog for this process."""
    structlog.configure(
        processors=[
            _CausedByClients(),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _format_exception,
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redacted(value) if isinstance(value, str) else value for name, value in event.items()}


class _CausedByClients:
    """A processor that holds back most of what clients cause often."""

    def __init__(self) -> None:
        self._lines = SparseLines()

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if seconds := _CAUSED_BY_CLIENTS.get(event["event"]):
            more = self._lines.pass_(event["event"], seconds)
            if more is None:
                raise structlog.DropEvent
            if more:
                event["more"] = more
        return event
