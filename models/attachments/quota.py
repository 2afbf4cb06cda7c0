"""The bytes of attachments that one viewer may store a day (UTC), over all processes and restarts."""

from collections.abc import Sequence

import structlog

from models.attachments.uploads import StoredFile
from models.database import Transaction
from models.i18n import messages
from models.i18n.language import size_text
from models.journal import now
from models.refusals import FieldRefusal
from models.settings import StorageSettings

log = structlog.get_logger("saisine.attachments")

_DAY_MILLISECONDS = 24 * 3600 * 1000

# SQL, not the model: one statement that adds the bytes or, over the maximum, changes nothing, so that actions at the
# same time can't exceed the maximum together.
_TAKE = """
    INSERT INTO stored_bytes (user_id, day, bytes) VALUES (?, ?, ?)
    ON CONFLICT (user_id) DO UPDATE SET
        day = excluded.day,
        bytes = excluded.bytes + CASE WHEN stored_bytes.day = excluded.day THEN stored_bytes.bytes ELSE 0 END
    WHERE excluded.bytes + CASE WHEN stored_bytes.day = excluded.day THEN stored_bytes.bytes ELSE 0 END <= ?
    RETURNING bytes
"""


async def take_bytes(
    tx: Transaction, user_id: int, files: Sequence[StoredFile], settings: StorageSettings
) -> list[FieldRefusal]:
    """Count the bytes of an action's files for its viewer and today, or say why they are refused."""
    maximum = settings.attachment_bytes_per_viewer_per_day
    size = sum(file.size for file in files)
    if not size or not maximum:
        return []
    if size <= maximum and (await tx.execute_query(_TAKE, [user_id, now() // _DAY_MILLISECONDS, size, maximum]))[1]:
        return []
    log.warning("attachments of a day refused", user_id=user_id, maximum_bytes=maximum)
    return [FieldRefusal("attachments", messages.ATTACHMENT_DAY.with_(maximum=size_text(maximum)))]
