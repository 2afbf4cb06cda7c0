"""How every mutation calls its verb: who calls, and a refusal turned into data."""

from collections.abc import Awaitable, Callable

from graph.context import Info
from graph.errors import too_many_actions
from graph.types.results import ActionDone, ActionRefused, FieldRefusal
from models import access
from models.i18n import messages
from models.i18n.language import Text
from models.idempotency import Call, Services
from models.refusals import Refusal
from models.tickets.projection import tickets_by_id


async def perform(
    info: Info, key: str | None, verb: Callable[[Services, Call], Awaitable[int]]
) -> ActionDone | ActionRefused:
    """Call a verb for the viewer: done, or refused as data."""
    context = info.context
    if wait := await context.rate_limiter.take(context.viewer.user.id):
        raise too_many_actions(wait)
    call = Call(user_id=context.viewer.user.id, idempotency_key=key)
    try:
        return ActionDone(position=await verb(context.services, call))
    except Refusal as refused:
        text = refused.message or await _message(info, refused)
        return ActionRefused(
            ticket_row_id=refused.ticket_id,
            code=refused.code,
            message=context.say(text),
            fields=[FieldRefusal(name=field.name, message=context.say(field.message)) for field in refused.fields],
        )


async def _message(info: Info, refused: Refusal) -> Text:
    """The refusal in words, naming the assignee and the status where the words do."""
    text = messages.REFUSAL[refused.code]
    if "{" not in text.fr or refused.ticket_id is None:
        return text
    condition = access.visible(info.context.viewer.rights)
    row = (await tickets_by_id([refused.ticket_id], ("assignee", "status"), condition)).get(refused.ticket_id)
    if row is None:
        return messages.REFUSAL[refused.code].with_(assignee="?", status="?")
    status = messages.STATUS[row.status]
    name = row.assignee_name or "?"
    return Text(text.fr.format(assignee=name, status=status.fr), text.en.format(assignee=name, status=status.en))
