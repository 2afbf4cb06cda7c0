"""The one exception by which an action says no. What a user may meet is a refusal, never a crash.

The codes and their order are rules of a ticket and stand in `workflow.py`; the words in `i18n/messages.py`.
"""

from dataclasses import dataclass

from models.i18n.language import Text
from models.workflow import RefusalCode


@dataclass(frozen=True, slots=True)
class FieldRefusal:
    """One input field that can't be taken, by its GraphQL name, and what to do about it."""

    name: str
    message: Text


class Refusal(Exception):
    """An action is refused; nothing was changed.

    `ticket_id` is the ticket that the viewer may be shown with the refusal, None where there is none to show.
    """

    def __init__(
        self, code: RefusalCode, *fields: FieldRefusal, ticket_id: int | None = None, message: Text | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.fields = fields
        self.ticket_id = ticket_id
        self.message = message
