"""Whether an input can be taken as it is: texts, keys, files. What depends on a ticket or the directory is not here.

Each check answers the fields that are wrong, by their GraphQL names.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.attachments import content_types
from models.attachments.uploads import Upload
from models.i18n import messages
from models.i18n.language import Text
from models.refusals import FieldRefusal
from models.settings import CONTENT_TYPES, StorageSettings

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters that no text has: controls but tab and line ends, and halves of surrogate pairs."""


def check_text(name: str, text: str, maximum: int) -> list[FieldRefusal]:
    """A compulsory text of so many characters at most."""
    if not text.strip():
        return [FieldRefusal(name, messages.BLANK)]
    if len(text) > maximum:
        return [FieldRefusal(name, messages.TOO_LONG.with_(maximum=maximum))]
    return [FieldRefusal(name, messages.CONTROL_CHARACTER)] if _CONTROL.search(text) else []


def check_key(key: str | None, settings: StorageSettings) -> list[FieldRefusal]:
    """An idempotency key, if there is one."""
    return [] if key is None else check_text("idempotencyKey", key, settings.idempotency_key_max_characters)


@dataclass(frozen=True, slots=True)
class Examined:
    """The files of one action: as they are to be stored, or what is wrong with them."""

    files: Sequence[Upload]
    rejected: list[FieldRefusal]

    @property
    def named(self) -> list[tuple[str, int]] | None:
        """What the call asked for by files that are not accepted; None where all are: then their bytes do."""
        return [(file.filename, file.size) for file in self.files] if self.rejected else None


async def examine(files: Sequence[Upload], settings: StorageSettings) -> Examined:
    """The attachments of one action: their number, their size together, and each one's size, name and content."""
    if len(files) > settings.attachment_max_count:
        why = messages.ATTACHMENT_TOO_MANY.with_(maximum=settings.attachment_max_count)
        return Examined(files, [FieldRefusal("attachments", why)])
    if sum(file.size for file in files) > settings.attachment_total_max_bytes:
        why = messages.ATTACHMENT_TOTAL.with_(maximum=settings.attachment_total_max_bytes)
        return Examined(files, [FieldRefusal("attachments", why)])
    known, rejected = [], []
    for place, file in enumerate(files):
        kind, why_not = await _examine_one(file, settings)
        if why_not is not None:
            rejected.append(FieldRefusal(f"attachments.{place}", why_not))
        known.append(replace(file, content_type=kind))
    return Examined(files if rejected else known, rejected)


async def _examine_one(file: Upload, settings: StorageSettings) -> tuple[str, Text | None]:
    """What kind of file it is, and why it is not accepted, if so."""
    if file.size == 0:
        return content_types.UNKNOWN, messages.ATTACHMENT_EMPTY.with_(filename=file.filename)
    if file.size > settings.attachment_max_bytes:
        maximum = settings.attachment_max_bytes
        return content_types.UNKNOWN, messages.ATTACHMENT_TOO_LARGE.with_(filename=file.filename, maximum=maximum)
    if content_types.runs_by_its_name(file.filename):
        return content_types.UNKNOWN, messages.ATTACHMENT_RUNS.with_(filename=file.filename)
    kind = await asyncio.to_thread(content_types.kind_of, file)
    if kind in settings.attachment_content_types:
        return kind, None
    accepted = ", ".join(CONTENT_TYPES.get(one, one) for one in settings.attachment_content_types)
    return kind, messages.ATTACHMENT_KIND.with_(filename=file.filename, kind=kind, accepted=accepted)
