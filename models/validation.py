"""Checks of texts and idempotency keys that need neither a ticket nor the directory.

Each returns the refused fields, by their GraphQL names. Files are checked in `attachments/validation.py`.
"""

import re

from models.i18n import messages
from models.refusals import FieldRefusal
from models.settings import StorageSettings

_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters except tab and line ends, and lone surrogates."""


def check_text(name: str, text: str, maximum: int) -> list[FieldRefusal]:
    """Check a required text of at most `maximum` characters."""
    if not text.strip():
        return [FieldRefusal(name, messages.BLANK)]
    if len(text) > maximum:
        return [FieldRefusal(name, messages.TOO_LONG.with_(maximum=maximum))]
    return [FieldRefusal(name, messages.CONTROL_CHARACTER)] if _FORBIDDEN_CHARACTERS.search(text) else []


def check_key(key: str | None, settings: StorageSettings) -> list[FieldRefusal]:
    """Check an optional idempotency key."""
    return [] if key is None else check_text("idempotencyKey", key, settings.idempotency_key_max_characters)
