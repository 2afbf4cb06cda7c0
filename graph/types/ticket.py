"""The ticket, its issuer and its recipient."""

from functools import lru_cache
from typing import Annotated

import strawberry

from graph.context import Info
from graph.engine.plan import same_for
from graph.errors import bad_user_input
from graph.lookahead import selected
from graph.node_ids import encode
from graph.types.activity import ActivityConnection, Attachment, activity, attachment
from graph.types.directory import Category, Service, Subcategory, User, category, subcategory, user
from graph.types.node import Node, PageInfo
from graph.types.scalars import DateTime, cursor
from models import journal
from models.directory import queries as directory
from models.i18n import messages
from models.tickets.projection import TicketRow
from models.tickets.tables import ObjectType
from models.workflow import StateReason, TicketAction, TicketStatus, available_actions

_PROJECTION_FIELDS = {
    "status_label": "status",
    "state_reason_label": "state_reason",
    "available_actions": "state",
    "assignable_agents": "state",
}


@lru_cache(maxsize=1024)
def projection_fields(names: frozenset[str]) -> frozenset[str]:
    """The fields of `models.tickets.projection` that these fields of a ticket need."""
    return frozenset(_PROJECTION_FIELDS.get(name, name) for name in names)


@same_for()
@strawberry.type(description="Who submitted a ticket: the structure, and the person as at that time (« Émetteur »).")
class Issuer:
    """The issuing structure and its contact."""

    organisation_identifier: str = strawberry.field(description="Its SIRET or other identifier (« Identifiant »).")
    organisation_name: str = strawberry.field(description="Its name (« Raison sociale »).")
    contact_name: str = strawberry.field(description="Who wrote (« Contact »).")
    contact_address: str = strawberry.field(description="Their e-mail address (« Adresse électronique »).")


@same_for()
@strawberry.type(description="Who receives a ticket (« Organisation destinataire »).")
class Recipient:
    """The receiving structure, and the service where one was named."""

    siret: str | None = strawberry.field(description="Its SIRET; null where it has none (« SIRET »).")
    name: str = strawberry.field(description="Its name (« Raison sociale »).")
    service: Service | None = strawberry.field(description="The service, where one was named (« Service »).")


@same_for("language", but=("available_actions", "assignable_agents"))
@strawberry.type(description="A request of a supplier, and what became of it (« Ticket »).")
class Ticket(Node):
    """A ticket; only what the document selects was read."""

    row: strawberry.Private[TicketRow]

    @strawberry.field(description="« Numéro du ticket ».")
    def number(self) -> str:
        """The number."""
        return self.row.number

    @strawberry.field(description="« Description brève ».")
    def short_description(self) -> str:
        """The short description."""
        return self.row.short_description

    @strawberry.field(description="The whole request (« Description »).")
    def description(self) -> str:
        """The description."""
        return self.row.description

    @strawberry.field(description="« Date de l’émission ».")
    def submitted_at(self) -> DateTime:
        """When it was submitted."""
        return self.row.submitted_at

    @strawberry.field(description="When it last changed (« Dernière modification »).")
    def updated_at(self) -> DateTime:
        """When it last changed."""
        return self.row.updated_at

    @strawberry.field(description="« Catégorie ».")
    def category(self) -> Category:
        """The category."""
        row = self.row
        return category(row.category_id, row.category_code, row.category_label_fr, row.category_label_en)

    @strawberry.field(description="« Sous-catégorie ».")
    def subcategory(self) -> Subcategory:
        """The subcategory."""
        row = self.row
        return subcategory(
            row.subcategory_id, row.subcategory_code, row.subcategory_label_fr, row.subcategory_label_en,
            row.subcategory_destination,
        )  # fmt: skip

    @strawberry.field(description="What kind of business it is about (« Type d’objet »).")
    def object_type(self) -> ObjectType:
        """The kind of business."""
        return self.row.object_type

    @strawberry.field(description="« Statut ».")
    def status(self) -> TicketStatus:
        """The status."""
        return self.row.status

    @strawberry.field(description="The status in the request's language: « Ouvert »…")
    def status_label(self, info: Info) -> str:
        """The status as people read it."""
        return info.context.say(messages.STATUS[self.row.status])

    @strawberry.field(description="Why it is open (« Motif d’état »); null in any other status.")
    def state_reason(self) -> StateReason | None:
        """The state reason."""
        return self.row.state_reason

    @strawberry.field(description="The state reason in the request's language: « Création »…")
    def state_reason_label(self, info: Info) -> str | None:
        """The state reason as people read it."""
        reason = self.row.state_reason
        return None if reason is None else info.context.say(messages.STATE_REASON[reason])

    @strawberry.field(description="The agent who took it or was given it (« Affectation »).")
    def assignee(self) -> User | None:
        """The assignee."""
        row = self.row
        return None if row.assignee_id is None else user(row.assignee_id, row.assignee_name or "")

    @strawberry.field(description="« Émetteur ».")
    def issuer(self) -> Issuer:
        """The issuer."""
        row = self.row
        return Issuer(
            organisation_identifier=row.issuer_identifier,
            organisation_name=row.issuer_name,
            contact_name=row.contact_name,
            contact_address=row.contact_address,
        )

    @strawberry.field(description="« Organisation destinataire ».")
    def recipient(self) -> Recipient:
        """The recipient."""
        row = self.row
        service = (
            Service(
                id=encode("Service", row.recipient_service_id),
                code=row.recipient_service_code or "",
                name=row.recipient_service_name or "",
                receives_tickets=bool(row.recipient_service_receives),
            )
            if row.recipient_service_id is not None
            else None
        )
        return Recipient(siret=directory.siret(row.recipient_identifier), name=row.recipient_name, service=service)

    @strawberry.field(description="Counts its changes; an action may name it to be refused if it has moved on.")
    def version(self) -> int:
        """The version: +1 at every change."""
        return self.row.version

    @strawberry.field(description="What happened to it, oldest first (« Activités »).")
    async def activities(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="How many, 1 to 100 (« Lignes par page »).")] = 50,
        after: Annotated[str | None, strawberry.argument(description="After this edge's cursor.")] = None,
    ) -> ActivityConnection:
        """A page of its activities."""
        first = 50 if first is None else first
        if not 1 <= first <= 100:
            raise bad_user_input("`first` va de 1 à 100.", "`first` must be from 1 to 100.")
        start = 0
        if after is not None:
            try:
                start = journal.decode_cursor(after)
            except journal.InvalidEventCursor:
                raise bad_user_input(
                    "`after` n’est pas un curseur de cette liste.", "`after` is not a cursor of this list."
                ) from None
        with_attachments = "attachments" in selected(info, "nodes") | selected(info, "edges", "node")
        loader = info.context.loaders.activities_of(start, self.row.max_position, first + 1, with_attachments)
        found = await loader.load(self.row.id)
        nodes = list(map(info.context.object_cache.by_row(activity), found[:first]))
        return ActivityConnection(
            ticket=self.row,
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=len(found) > first,
                has_previous_page=start > 0,
                start_cursor=cursor(found[0].position) if nodes else None,
                end_cursor=cursor(nodes[-1].row.position) if nodes else None,
            ),
        )

    @strawberry.field(description="All files that came with it (« Pièces jointes »).")
    async def attachments(self, info: Info) -> list[Attachment]:
        """The files of all its activities."""
        return [
            attachment(row)
            for row in await info.context.loaders.attachments_of_ticket(self.row.max_position).load(self.row.id)
        ]

    @strawberry.field(description="What the viewer may do right now, in menu order (« Actions »).")
    def available_actions(self, info: Info) -> list[TicketAction]:
        """What the viewer may do."""
        row, rights = self.row, info.context.viewer.rights
        actor = rights.acts_as(row.recipient_structure_id, row.recipient_service_id, row.issuer_structure_id)
        return available_actions(row.state, actor, support_id=row.support_id)

    @strawberry.field(description="Whom ASSIGN may name, by name; empty where the viewer may not assign (« Agents »).")
    async def assignable_agents(self, info: Info) -> list[User]:
        """Whom the viewer may assign it to."""
        row = self.row
        place = (row.recipient_structure_id, row.recipient_service_id)
        if row.status is TicketStatus.CLOSED or not info.context.viewer.rights.edited.covers(*place):
            return []
        agents = await info.context.loaders.agents_of.load(place)
        return [user(agent[0], agent[1]) for agent in agents if agent[0] != row.assignee_id]


def ticket(row: TicketRow) -> Ticket:
    """A ticket of the schema."""
    return Ticket(id=encode("Ticket", row.id), row=row)
