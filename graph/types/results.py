"""The result of an action: done, or refused, as data."""

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


@strawberry.type(
    description="The action was done (« Action effectuée »). A repeated idempotency key returns the same result."
)
class ActionDone:
    position: strawberry.Private[int]

    @strawberry.field(description="The ticket as the action left it (« Ticket »).")
    async def ticket(self, info: Info) -> Ticket:
        return ticket((await tickets_as_left_by([self.position], projection_fields(selected(info))))[self.position])

    @strawberry.field(description="The activity that was recorded (« Activité »).")
    async def activity(self) -> Activity:
        return activity((await activities_at([self.position]))[self.position])

    @strawberry.field(description="The cursor of the event: every subscription that includes the ticket reaches it.")
    def cursor(self) -> Cursor:
        return cursor(self.position)


@strawberry.type(description="An invalid field of the input (« Champ en erreur »).")
class FieldRefusal:
    name: str = strawberry.field(description="The name of the field in the input (« Champ »).")
    message: str = strawberry.field(
        description="Why it is invalid and how to correct it, in the language of the request (« Message »)."
    )


@strawberry.type(description="The action was refused and nothing has changed (« Action refusée »).")
class ActionRefused:
    ticket_row_id: strawberry.Private[int | None]
    code: RefusalCode = strawberry.field(description="The reason, for programs (« Motif du refus »).")
    message: str = strawberry.field(description="The reason, for people, in the language of the request (« Message »).")
    fields: list[FieldRefusal] = strawberry.field(
        description="The invalid fields (« Champs en erreur »); empty unless INVALID_INPUT or ATTACHMENT_REJECTED."
    )

    @strawberry.field(
        description="The present ticket (« Ticket »), with its version, assignee and availableActions; null if the "
        "viewer may not see it."
    )
    async def current_ticket(self, info: Info) -> Ticket | None:
        if self.ticket_row_id is None:
            return None
        condition = access.visible(await access.rights_of(info.context.viewer.user.id))
        found = await tickets_by_id([self.ticket_row_id], projection_fields(selected(info)), condition)
        row = found.get(self.ticket_row_id)
        return None if row is None else ticket(row)


ActionResult = Annotated[
    ActionDone | ActionRefused,
    strawberry.union(
        "ActionResult",
        description="Done or refused (« Résultat »). Refusals that a user can cause are data, not errors.",
    ),
]
