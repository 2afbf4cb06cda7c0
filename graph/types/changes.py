"""The events of subscriptions: changes of a list, changes of a ticket."""

import strawberry

from graph.context import Info
from graph.lookahead import selected
from graph.node_ids import encode
from graph.types.activity import Activity, activity_at
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import Ticket, projection_fields, ticket
from models.inbox.changes import InboxChangeKind
from models.journal import Event


async def _ticket(event: Event, info: Info) -> Ticket:
    return ticket(await info.context.hub.ticket(event, projection_fields(selected(info))))


@strawberry.type(description="A change of the list that you subscribe to (« Changement de la liste »).")
class InboxChange:
    """A change of a tab with a search and a filter. `resume` is the position to resume after."""

    event: strawberry.Private[Event]
    visible: strawberry.Private[bool]
    resume: strawberry.Private[int]
    kind: InboxChangeKind = strawberry.field(
        description="What the event means for the tab with its search and filter (« Type de changement »)."
    )

    @strawberry.field(description="The id of the ticket, given even if the viewer may no longer see it (« Ticket »).")
    def ticket_id(self) -> strawberry.ID:
        return encode("Ticket", self.event.ticket.id)

    @strawberry.field(description="The ticket after the event; null if you may no longer see it.")
    async def ticket(self, info: Info) -> Ticket | None:
        return await _ticket(self.event, info) if self.visible else None

    @strawberry.field(description="The activity of the event; null if you may no longer see the ticket (« Activité »).")
    async def activity(self, info: Info) -> Activity | None:
        return await activity_at(info, self.event.position) if self.visible else None

    @strawberry.field(description="The cursor to resume after this change.")
    def cursor(self) -> Cursor:
        return cursor(self.resume)


@strawberry.type(description="An event of the ticket that you subscribe to (« Changement du ticket »).")
class TicketChange:
    """An event of one ticket."""

    event: strawberry.Private[Event]

    @strawberry.field(description="The ticket after the event (« Ticket »).")
    async def ticket(self, info: Info) -> Ticket:
        return await _ticket(self.event, info)

    @strawberry.field(description="The activity of the event (« Activité »).")
    async def activity(self, info: Info) -> Activity:
        return await activity_at(info, self.event.position)

    @strawberry.field(description="The cursor to resume after this change.")
    def cursor(self) -> Cursor:
        return cursor(self.event.position)
