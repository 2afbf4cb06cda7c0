"""What an action answers: done, or refused as data."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.lookahead import selected
from graph.types.activity import Activity, activity
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import Ticket, projection_fields, ticket
from models import access
from models.tickets.activities import activities_at
from models.tickets.projection import tickets_as_left_by, tickets_by_id
from models.workflow import RefusalCode


@strawberry.type(description="The action is done (« Action effectuée »).")
class ActionDone:
    """What was done, by its position: the same answer however often the call is repeated under its key."""

    position: strawberry.Private[int]

    @strawberry.field(description="The ticket as the action left it (« Ticket »).")
    async def ticket(self, info: Info) -> Ticket:
        """The ticket after the action."""
        return ticket((await tickets_as_left_by([self.position], projection_fields(selected(info))))[self.position])

    @strawberry.field(description="The activity that was recorded (« Activité »).")
    async def activity(self) -> Activity:
        """The activity."""
        return activity((await activities_at([self.position]))[self.position])

    @strawberry.field(description="The event's cursor: every subscription passes it.")
    def cursor(self) -> Cursor:
        """The cursor."""
        return cursor(self.position)


@strawberry.type(description="A field of the input that can't be taken (« Champ en erreur »).")
class FieldRefusal:
    """A field and what to do about it."""

    name: str = strawberry.field(description="The field's name in the input (« Champ »).")
    message: str = strawberry.field(description="Why, and what to do, in the request's language (« Message »).")


@strawberry.type(description="The action is refused and nothing has changed (« Action refusée »).")
class ActionRefused:
    """Why, and the ticket as it is now."""

    ticket_row_id: strawberry.Private[int | None]
    code: RefusalCode = strawberry.field(description="Why, for programs (« Motif du refus »).")
    message: str = strawberry.field(description="Why, for people, in the request's language (« Message »).")
    fields: list[FieldRefusal] = strawberry.field(
        description="The fields; empty unless INVALID_INPUT or ATTACHMENT_REJECTED (« Champs en erreur »)."
    )

    @strawberry.field(
        description="The ticket as it is now, if the viewer may see it: its version, assignee and availableActions "
        "tell what to do (« Ticket »)."
    )
    async def current_ticket(self, info: Info) -> Ticket | None:
        """The ticket now."""
        if self.ticket_row_id is None:
            return None
        condition = access.visible(await access.rights_of(info.context.viewer.user.id))
        found = await tickets_by_id([self.ticket_row_id], projection_fields(selected(info)), condition)
        row = found.get(self.ticket_row_id)
        return None if row is None else ticket(row)


ActionResult = Annotated[
    ActionDone | ActionRefused,
    strawberry.union("ActionResult", description="Done, or refused: what a user may meet is data (« Résultat »)."),
]
