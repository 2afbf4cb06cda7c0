"""Configures the log: JSON on standard error, one line per event, with the passwords of addresses masked."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from models.settings import redacted


def configure_log() -> None:
    """Configure structlog for this process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,  # a plain traceback: local variables are people's data
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redacted(value) if isinstance(value, str) else value for name, value in event.items()}
