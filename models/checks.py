"""Whether an input can be taken as it is: texts, keys, files. What depends on a ticket or the directory is not here.

Each check answers the fields that are wrong, by their GraphQL names.
"""

import re
from collections.abc import Sequence

from models import labels
from models.refusals import FieldRefusal
from models.settings import StorageSettings
from models.storage import Upload

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters that no text has: controls but tab and line ends, and halves of surrogate pairs."""


def check_text(name: str, text: str, maximum: int) -> list[FieldRefusal]:
    """A compulsory text of so many characters at most."""
    if not text.strip():
        return [FieldRefusal(name, labels.BLANK)]
    if len(text) > maximum:
        return [FieldRefusal(name, labels.TOO_LONG.with_(maximum=maximum))]
    return [FieldRefusal(name, labels.CONTROL_CHARACTER)] if _CONTROL.search(text) else []


def check_key(key: str | None, settings: StorageSettings) -> list[FieldRefusal]:
    """An idempotency key, if there is one."""
    return [] if key is None else check_text("idempotencyKey", key, settings.idempotency_key_max)


def reject_files(files: Sequence[Upload], settings: StorageSettings) -> list[FieldRefusal]:
    """The attachments of one action: their number, and the size of each."""
    if len(files) > settings.attachment_max_count:
        maximum = settings.attachment_max_count
        return [FieldRefusal("attachments", labels.ATTACHMENT_TOO_MANY.with_(maximum=maximum))]
    rejected = []
    for place, file in enumerate(files):
        if file.size == 0:
            why = labels.ATTACHMENT_EMPTY.with_(filename=file.filename)
        elif file.size > settings.attachment_max_bytes:
            why = labels.ATTACHMENT_TOO_LARGE.with_(filename=file.filename, maximum=settings.attachment_max_bytes)
        else:
            continue
        rejected.append(FieldRefusal(f"attachments.{place}", why))
    return rejected


def named(files: Sequence[Upload], rejected: Sequence[FieldRefusal]) -> list[tuple[str, int]] | None:
    """What a call asked for by files that were not accepted; None where all were, and their bytes speak for them."""
    return [(file.filename, file.size) for file in files] if rejected else None
