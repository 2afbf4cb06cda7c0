"""Refusals of actions. What a user can cause is a refusal; only our own faults are errors.

The codes and their order are in `workflow.py`, the messages in `i18n/messages.py`.
"""

from dataclasses import dataclass

from models.i18n.language import Text
from models.workflow import RefusalCode


@dataclass(frozen=True, slots=True)
class FieldRefusal:
    """An invalid input field, by its GraphQL name, with a message that says how to correct it."""

    name: str
    message: Text


class Refusal(Exception):
    """An action was refused and nothing was changed.

    `ticket_id` is the ticket shown with the refusal, None if there is none or the user may not see it. `message`
    replaces the message of the code.
    """

    def __init__(
        self, code: RefusalCode, *fields: FieldRefusal, ticket_id: int | None = None, message: Text | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.fields = fields
        self.ticket_id = ticket_id
        self.message = message
