"""The results of subscriptions: changes of a list, changes of a ticket."""

import strawberry

from graph.context import Info
from graph.lookahead import selected
from graph.node_ids import encode
from graph.types.activity import Activity, activity
from graph.types.scalars import Cursor, cursor
from graph.types.ticket import Ticket, projection_fields, ticket
from models.inbox.changes import InboxChangeKind
from models.journal import Event
from models.tickets.activities import activities_at


async def _ticket(event: Event, info: Info) -> Ticket:
    return ticket(await info.context.hub.ticket(event, projection_fields(selected(info))))


async def _activity(event: Event) -> Activity:
    return activity((await activities_at([event.position]))[event.position])


@strawberry.type(description="A change of the subscribed list (« Changement de la liste »).")
class InboxChange:
    """A change of one tab, under a search and a filter.

    `visible` says whether the viewer may see the ticket; `resume` is the position to resume after.
    """

    event: strawberry.Private[Event]
    visible: strawberry.Private[bool]
    resume: strawberry.Private[int]
    kind: InboxChangeKind = strawberry.field(description="Relative to the tab, the search and the filter.")

    @strawberry.field(description="The id of the ticket, given even if the viewer may no longer see it (« Ticket »).")
    def ticket_id(self) -> strawberry.ID:
        """The id of the ticket."""
        return encode("Ticket", self.event.ticket.id)

    @strawberry.field(description="The ticket as the event left it; null once the viewer may no longer see it.")
    async def ticket(self, info: Info) -> Ticket | None:
        """The ticket."""
        return await _ticket(self.event, info) if self.visible else None

    @strawberry.field(
        description="The activity that caused the change; null once the viewer may no longer see it (« Activité »)."
    )
    async def activity(self) -> Activity | None:
        """The activity."""
        return await _activity(self.event) if self.visible else None

    @strawberry.field(description="Where to resume after this change.")
    def cursor(self) -> Cursor:
        """The cursor."""
        return cursor(self.resume)


@strawberry.type(description="A change of the subscribed ticket (« Changement du ticket »).")
class TicketChange:
    """A change of one ticket."""

    event: strawberry.Private[Event]

    @strawberry.field(description="The ticket as the event left it (« Ticket »).")
    async def ticket(self, info: Info) -> Ticket:
        """The ticket."""
        return await _ticket(self.event, info)

    @strawberry.field(description="The activity that caused the change (« Activité »).")
    async def activity(self) -> Activity:
        """The activity."""
        return await _activity(self.event)

    @strawberry.field(description="Where to resume after this change.")
    def cursor(self) -> Cursor:
        """The cursor."""
        return cursor(self.event.position)
