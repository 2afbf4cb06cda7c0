"""The results of mutations: the action was done, or it was refused."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.documents.rows import assumes
from graph.lookahead import selected
from graph.types.activity import Activity, activity_at
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import Ticket, projection_fields, ticket
from models import access
from models.tickets.projection import tickets_as_left_by, tickets_by_id
from models.workflow import RefusalCode


@strawberry.type(description="The action was done (« Action effectuée »).")
class ActionDone:
    """The event of the action, by its position; a call repeated under its idempotency key gives the same event."""

    position: strawberry.Private[int]

    @strawberry.field(description="The ticket after the action (« Ticket »).")
    async def ticket(self, info: Info) -> Ticket:
        return ticket((await tickets_as_left_by([self.position], projection_fields(selected(info))))[self.position])

    @strawberry.field(description="The activity that the action recorded (« Activité »).")
    async def activity(self, info: Info) -> Activity:
        return await activity_at(info, self.position)

    @strawberry.field(description="The cursor of the event, which subscriptions will deliver.")
    def cursor(self) -> Cursor:
        return cursor(self.position)


@strawberry.type(description="A field of the input that is invalid (« Champ en erreur »).")
class FieldRefusal:
    """An invalid field with an explanation."""

    name: str = strawberry.field(description="The name of the field in the input (« Champ »).")
    message: str = strawberry.field(
        description="The reason and what to do, in the language of the request (« Message »)."
    )


@strawberry.type(description="The action was refused and nothing has changed (« Action refusée »).")
class ActionRefused:
    """The reason of the refusal, with the present ticket."""

    ticket_row_id: strawberry.Private[int | None]
    code: RefusalCode = strawberry.field(description="The reason, for programs (« Motif du refus »).")
    message: str = strawberry.field(description="The reason, for people, in the language of the request (« Message »).")
    fields: list[FieldRefusal] = strawberry.field(
        description="The invalid fields; empty unless INVALID_INPUT or ATTACHMENT_REJECTED (« Champs en erreur »).",
        metadata=assumes(2),
    )

    @strawberry.field(
        description="The ticket as it is now; null if you may not see it. Its version, assignee and availableActions "
        "say what you can do (« Ticket »)."
    )
    async def current_ticket(self, info: Info) -> Ticket | None:
        if self.ticket_row_id is None:
            return None
        condition = access.visible(await access.rights_of(info.context.viewer.user.id))
        found = await tickets_by_id([self.ticket_row_id], projection_fields(selected(info)), condition)
        row = found.get(self.ticket_row_id)
        return None if row is None else ticket(row)


# Fields with this type are nullable: an error of one action leaves the results of the others of the same request.
ActionResult = Annotated[
    ActionDone | ActionRefused,
    strawberry.union("ActionResult", description="The action was done, or it was refused (« Résultat »)."),
]
