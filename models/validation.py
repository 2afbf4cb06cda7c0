"""Checks of texts and idempotency keys that need neither a ticket nor the directory.

Each returns the refused fields, by their GraphQL names. Files are checked in `attachments/validation.py`.
"""

import re
import unicodedata

from models.i18n import messages
from models.refusals import FieldRefusal
from models.settings import StorageSettings

_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters or symbols, and that show nothing: fillers of Hangul, the empty Braille."""

_LINE_END = re.compile("[\n\r\u2028\u2029]")

_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters except tab and line ends, and lone surrogates."""


def check_text(name: str, text: str, maximum: int) -> list[FieldRefusal]:
    """Check a required text of at most `maximum` characters."""
    if not is_visible(text):
        return [FieldRefusal(name, messages.BLANK)]
    if len(text) > maximum:
        return [FieldRefusal(name, messages.TOO_LONG.with_(maximum=maximum))]
    return [FieldRefusal(name, messages.CONTROL_CHARACTER)] if _FORBIDDEN_CHARACTERS.search(text) else []


def check_line(name: str, text: str, maximum: int) -> list[FieldRefusal]:
    """Check a required text of one line."""
    refused = check_text(name, text, maximum)
    return refused or ([FieldRefusal(name, messages.LINE_END)] if _LINE_END.search(text.strip()) else [])


def is_visible(text: str) -> bool:
    """Whether a person sees anything of a text: blanks, marks without a letter and format characters show nothing."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _INVISIBLE_LETTERS for one in text)


def check_key(key: str | None, settings: StorageSettings) -> list[FieldRefusal]:
    """Check an optional idempotency key."""
    return [] if key is None else check_text("idempotencyKey", key, settings.idempotency_key_max_characters)
