"""Checks of the files of one action: count, sizes, names and content types.

Refused fields have their GraphQL names: `attachments`, or `attachments.N` for one file.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from models.attachments import content_types
from models.attachments.extensions import extension_of, extensions_of, has_executable_extension
from models.attachments.tables import Attachment
from models.attachments.uploads import StoredFile, Upload
from models.database import Transaction
from models.i18n import messages
from models.i18n.language import Text, size_text
from models.refusals import FieldRefusal
from models.settings import CONTENT_TYPES, StorageSettings

log = structlog.get_logger("saisine.attachments")


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The result of `check_files`: the files to store, with detected content types, or why they are refused."""

    files: Sequence[Upload]
    refusals: list[FieldRefusal]
    rejected: list[tuple[str, int]] | None = None
    """Name and size of each refused file: they stand for its content in a request's fingerprint."""


async def check_files(files: Sequence[Upload], settings: StorageSettings) -> CheckedFiles:
    """Check the files of one action; one refused file refuses all."""
    refusals, typed = _check_amount(files, settings), []
    if not refusals:
        for number, file in enumerate(files):
            content_type, why = await _check_file(file, settings)
            if why is not None:
                refusals.append(FieldRefusal(f"attachments.{number}", why))
            typed.append(replace(file, content_type=content_type))
    if refusals:
        return CheckedFiles([], refusals, [(file.filename, file.size) for file in files])
    return CheckedFiles(typed, [])


def _check_amount(files: Sequence[Upload], settings: StorageSettings) -> list[FieldRefusal]:
    if len(files) > settings.attachment_max_count:
        why = messages.ATTACHMENT_TOO_MANY.with_(maximum=settings.attachment_max_count)
    elif sum(file.size for file in files) > settings.attachment_total_max_bytes:
        why = messages.ATTACHMENT_TOTAL.with_(maximum=size_text(settings.attachment_total_max_bytes))
    else:
        return []
    return [FieldRefusal("attachments", why)]


async def _check_file(file: Upload, settings: StorageSettings) -> tuple[str, Text | None]:
    """The detected content type of a file, and why it is refused, if so."""
    if file.size == 0:
        return content_types.UNKNOWN, messages.ATTACHMENT_EMPTY.with_(filename=file.filename)
    if file.size > settings.attachment_max_bytes:
        maximum = size_text(settings.attachment_max_bytes)
        return content_types.UNKNOWN, messages.ATTACHMENT_TOO_LARGE.with_(filename=file.filename, maximum=maximum)
    if has_executable_extension(file.filename):
        return content_types.UNKNOWN, messages.ATTACHMENT_RUNS.with_(filename=file.filename)
    content_type = await asyncio.to_thread(content_types.detect_content_type, file, settings.attachment_zip_max_files)
    if content_type in settings.attachment_content_types:
        return content_type, _check_extension(file.filename, content_type, settings)
    log.warning("attachment refused", content_type=content_type)
    accepted = ", ".join(CONTENT_TYPES.get(one, one) for one in settings.attachment_content_types)
    why = messages.UNACCEPTED_ZIP.get(content_type, messages.ATTACHMENT_KIND)
    return content_type, why.with_(
        filename=file.filename, kind=content_type, accepted=accepted, maximum=settings.attachment_zip_max_files
    )


def _check_extension(filename: str, content_type: str, settings: StorageSettings) -> Text | None:
    """Why a file may not have its name, which decides what opens it; a name without an ending opens nothing."""
    extension = extension_of(filename)
    accepted = extensions_of(content_type, settings.attachment_extensions)
    if not extension or extension in accepted:
        return None
    kind = CONTENT_TYPES.get(content_type, content_type)
    if not accepted:
        return messages.ATTACHMENT_NO_EXTENSION.with_(filename=filename, kind=kind)
    endings = ", ".join(f".{one}" for one in accepted)
    return messages.ATTACHMENT_EXTENSION.with_(filename=filename, kind=kind, accepted=endings)


async def check_ticket_limits(
    tx: Transaction, ticket_id: int, files: Sequence[StoredFile], settings: StorageSettings
) -> list[FieldRefusal]:
    """Check new files against the limits of their ticket, together with the files that it has."""
    if not files:
        return []
    stored = await Attachment.filter(ticket_id=ticket_id).using_db(tx).only("size")
    sizes = [*(attachment.size for attachment in stored), *(file.size for file in files)]
    if len(sizes) > (maximum := settings.ticket_attachments_max_count):
        return [FieldRefusal("attachments", messages.TICKET_TOO_MANY.with_(maximum=maximum))]
    if sum(sizes) > (maximum := settings.ticket_attachments_max_bytes):
        return [FieldRefusal("attachments", messages.TICKET_TOTAL.with_(maximum=size_text(maximum)))]
    return []
