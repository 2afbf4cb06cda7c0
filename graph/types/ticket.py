"""The ticket, its issuer and its recipient. Objects are made from rows; a row has the columns that were selected."""

from functools import lru_cache
from typing import Annotated

import strawberry

from graph.context import Info
from graph.documents.rows import assumes
from graph.engine.cacheable import cacheable
from graph.engine.resolve import attribute
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
    """The fields of `models.tickets.projection` that the resolvers of these fields read."""
    return frozenset(_PROJECTION_FIELDS.get(name, name) for name in names)


@cacheable()
@strawberry.type(description="The structure that submitted a ticket, and its contact at that time (« Émetteur »).")
class Issuer:
    """The issuing structure and its contact."""

    organisation_identifier: str = strawberry.field(
        description="The SIRET or another identifier of the structure (« Identifiant »)."
    )
    organisation_name: str = strawberry.field(description="The name of the structure (« Raison sociale »).")
    contact_name: str = strawberry.field(description="The person who submitted the ticket (« Contact »).")
    contact_address: str = strawberry.field(description="The e-mail address of the contact (« Adresse électronique »).")


@cacheable()
@strawberry.type(description="The structure or service that a ticket is addressed to (« Organisation destinataire »).")
class Recipient:
    """The receiving structure, and its service if the ticket names one."""

    siret: str | None = strawberry.field(
        description="The SIRET of the structure, 14 digits; null if it has none (« SIRET »)."
    )
    name: str = strawberry.field(description="The name of the structure (« Raison sociale »).")
    service: Service | None = strawberry.field(
        description="The service of the structure; null if the ticket names none (« Service »)."
    )


@cacheable(vary=("language",), exclude=("available_actions", "assignable_agents"))
@strawberry.type(description="A request that a supplier submitted, with its present state (« Ticket »).")
class Ticket(Node):
    """A ticket. Its row has the parts that the document selects."""

    row: strawberry.Private[TicketRow]

    number: str = attribute("row.number", description="« Numéro du ticket ».")
    short_description: str = attribute("row.short_description", description="« Description brève ».")
    description: str = attribute("row.description", description="The whole text of the request (« Description »).")
    submitted_at: DateTime = attribute("row.submitted_at", description="« Date de l’émission ».")
    updated_at: DateTime = attribute(
        "row.updated_at", description="When the ticket last changed (« Dernière modification »)."
    )

    @strawberry.field(description="« Catégorie ».")
    def category(self) -> Category:
        row = self.row
        return category(row.category_id, row.category_code, row.category_label_fr, row.category_label_en)

    @strawberry.field(description="« Sous-catégorie ».")
    def subcategory(self) -> Subcategory:
        row = self.row
        return subcategory(
            row.subcategory_id, row.subcategory_code, row.subcategory_label_fr, row.subcategory_label_en,
            row.subcategory_destination,
        )  # fmt: skip

    object_type: ObjectType = attribute(
        "row.object_type", description="The kind of business that the ticket is about (« Type d’objet »)."
    )
    status: TicketStatus = attribute("row.status", description="« Statut ».")

    @strawberry.field(description="The status in the language of the request: « Ouvert »…")
    def status_label(self, info: Info) -> str:
        return messages.STATUS[self.row.status].in_(info.context.language)

    state_reason: StateReason | None = attribute(
        "row.state_reason", description="The reason for the status OPEN; null for any other (« Motif d’état »)."
    )

    @strawberry.field(description="The state reason in the language of the request: « Création »…")
    def state_reason_label(self, info: Info) -> str | None:
        reason = self.row.state_reason
        return None if reason is None else messages.STATE_REASON[reason].in_(info.context.language)

    @strawberry.field(
        description="The agent that the ticket is assigned to; null if it is unassigned (« Affectation »)."
    )
    def assignee(self) -> User | None:
        row = self.row
        return None if row.assignee_id is None else user(row.assignee_id, row.assignee_name or "")

    @strawberry.field(description="« Émetteur ».")
    def issuer(self) -> Issuer:
        row = self.row
        return Issuer(
            organisation_identifier=row.issuer_identifier,
            organisation_name=row.issuer_name,
            contact_name=row.contact_name,
            contact_address=row.contact_address,
        )

    @strawberry.field(description="« Organisation destinataire ».")
    def recipient(self) -> Recipient:
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

    version: int = attribute(
        "row.version",
        description="The number of changes so far, plus one. An action that names another version is refused.",
    )

    @strawberry.field(description="The activities of the ticket, oldest first (« Activités »).")
    async def activities(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="The number of activities, 1 to 100 (« Lignes par page »).")
        ] = 50,
        after: Annotated[
            str | None, strawberry.argument(description="The cursor of the edge before the first one.")
        ] = None,
    ) -> ActivityConnection:
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
        nodes = info.context.object_cache.objects(activity, found[:first])
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

    @strawberry.field(
        description="The files of all activities of the ticket (« Pièces jointes »).", metadata=assumes(5)
    )
    async def attachments(self, info: Info) -> list[Attachment]:
        return [
            attachment(row)
            for row in await info.context.loaders.attachments_of_ticket(self.row.max_position).load(self.row.id)
        ]

    @strawberry.field(
        description="The actions that you may perform now, in the order of the menu (« Actions »).",
        metadata=assumes(len(TicketAction)),
    )
    def available_actions(self, info: Info) -> list[TicketAction]:
        row, rights = self.row, info.context.viewer.rights
        actor = rights.acts_as(row.recipient_structure_id, row.recipient_service_id, row.issuer_structure_id)
        return available_actions(row.state, actor, support_id=row.support_id)

    @strawberry.field(
        description="Agents that the ticket can be assigned to, sorted by name; empty if you may not assign it "
        "(« Agents »).",
        metadata=assumes(20),
    )
    async def assignable_agents(self, info: Info) -> list[User]:
        row = self.row
        place = (row.recipient_structure_id, row.recipient_service_id)
        if row.status is TicketStatus.CLOSED or not info.context.viewer.rights.edited.covers(*place):
            return []
        agents = await info.context.loaders.agents_of.load(place)
        return [user(agent[0], agent[1]) for agent in agents if agent[0] != row.assignee_id]


def ticket(row: TicketRow) -> Ticket:
    """The ticket of a row."""
    return Ticket(id=encode("Ticket", row.id), row=row)
