"""Calls an action for the viewer. It returns a refusal as data. Every mutation is this one call."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from graph.context import Info
from graph.errors import too_many_actions
from graph.types.results import ActionDone, ActionRefused, FieldRefusal
from models import access
from models.i18n import messages
from models.i18n.language import Text
from models.refusals import Refusal
from models.services import Services
from models.tickets.projection import tickets_by_id

C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class ActionInput(Protocol[C_co]):
    """An input of a mutation, which makes the action's Command or Submission."""

    def command(self, user_id: int) -> C_co:
        """The parameters of the action, for this user."""


async def perform(
    info: Info, input: ActionInput[C], action: Callable[[Services, C], Awaitable[int]]
) -> ActionDone | ActionRefused:
    """Call the action for the viewer. Errors: LIMIT_EXCEEDED, if the viewer exceeds the rate of actions."""
    context = info.context
    user_id = context.viewer.user.id
    if seconds := await context.rate_limiter.take(user_id):
        raise too_many_actions(seconds)
    try:
        return ActionDone(position=await action(context.services, input.command(user_id)))
    except Refusal as refusal:
        text = refusal.message or await _message(info, refusal)
        return ActionRefused(
            ticket_row_id=refusal.ticket_id,
            code=refusal.code,
            message=context.translate(text),
            fields=[
                FieldRefusal(name=field.name, message=context.translate(field.message)) for field in refusal.fields
            ],
        )


async def _message(info: Info, refusal: Refusal) -> Text:
    """The message of a refusal, with the ticket's assignee and status where it mentions them."""
    text = messages.REFUSAL[refusal.code]
    if "{" not in text.fr or refusal.ticket_id is None:
        return text
    condition = access.visible(info.context.viewer.rights)
    row = (await tickets_by_id([refusal.ticket_id], ("assignee", "status"), condition)).get(refusal.ticket_id)
    if row is None:
        return messages.REFUSAL[refusal.code].with_(assignee="?", status="?")
    status = messages.STATUS[row.status]
    name = row.assignee_name or "?"
    return Text(text.fr.format(assignee=name, status=status.fr), text.en.format(assignee=name, status=status.en))
