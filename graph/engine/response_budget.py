"""The budget of bytes of a response, which executions spend while they build it.

Compiled functions count the bytes of an object at once, lists check the budget between their items, and a cached
response is counted by the bytes that it had when it was built. So a response that gets too large ends early.
"""

from typing import Any

import orjson

from graph.documents.limits import LimitExceeded

RESPONSE = "response_bytes"
"""The name of the limit of a query and of an event."""
ACTION_RESPONSE = "action_response_bytes"
"""The name of the limit of a mutation, whose action is not undone."""
OBJECT_MIN_BYTES = 64
"""What a response object counts at least, since even an empty one takes memory while the response is built."""
SCALAR_BYTES = 12
"""What a number, an enum value or null counts."""
SHORT = 256
"""Characters below which a text counts as one byte a character: it is not worth the time to count its bytes."""


class ResponseBudget:
    """The bytes of one response, or of the responses of one batch."""

    __slots__ = ("maximum", "spent")

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.spent = 0

    def check(self, *, is_action: bool = False) -> None:
        """Check that the bytes spent so far are within the budget. Errors: LimitExceeded."""
        if self.spent > self.maximum:
            raise LimitExceeded(ACTION_RESPONSE if is_action else RESPONSE, self.maximum)


def text_bytes(text: str) -> int:
    """The bytes of a text as JSON; of a short one, its characters."""
    return len(text) if len(text) < SHORT else len(orjson.dumps(text))


def leaf_bytes(value: Any) -> int:
    """The bytes of a completed scalar or enum value as JSON, about."""
    return text_bytes(value) if type(value) is str else SCALAR_BYTES
