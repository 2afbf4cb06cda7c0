"""The parameters of the actions: Command for an action on a ticket, Submission for a new ticket.

Values as the caller gives them; the actions check them.
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from models.attachments.uploads import Upload
from models.tickets.tables import ObjectType


@dataclass(frozen=True, slots=True)
class Command:
    """A user's request to act on a ticket. An id that is 0 belongs to no row.

    `assignee_id` is used by `assign_ticket` alone, `message` and `files` by the actions that take a message.
    `version` is the ticket version that the user has seen; None skips the check. `at` is the instant in milliseconds
    since the epoch, UTC; None means now.
    """

    user_id: int
    ticket_id: int
    _: KW_ONLY
    message: str | None = None
    files: Sequence[Upload] = ()
    assignee_id: int | None = None
    version: int | None = None
    idempotency_key: str | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A user's request for a new ticket (« Saisir un ticket »). An id that is 0 belongs to no row.

    The recipient is given only where the subcategory goes to a business service. `at` is as in Command.
    """

    user_id: int
    _: KW_ONLY
    category_id: int
    subcategory_id: int
    object_type: ObjectType
    short_description: str
    description: str
    issuer_structure_id: int
    recipient_structure_id: int | None = None
    recipient_service_id: int | None = None
    files: Sequence[Upload] = ()
    idempotency_key: str | None = None
    at: int | None = None
