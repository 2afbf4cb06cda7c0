"""Builds the schema from the fields of Query, Mutation and Subscription."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from graph.mutations.accept_solution import accept_solution
from graph.mutations.assign_ticket import assign_ticket
from graph.mutations.assign_ticket_to_me import assign_ticket_to_me
from graph.mutations.close_ticket import close_ticket
from graph.mutations.propose_solution import propose_solution
from graph.mutations.provide_information import provide_information
from graph.mutations.refuse_solution import refuse_solution
from graph.mutations.request_information import request_information
from graph.mutations.submit_ticket import submit_ticket
from graph.mutations.transfer_to_support import transfer_to_support
from graph.queries.directory import categories, structures
from graph.queries.node import node, nodes
from graph.queries.tabs import tabs
from graph.queries.ticket import ticket
from graph.queries.ticket_page import ticket_page
from graph.queries.tickets import sent_tickets, tickets
from graph.queries.viewer import viewer
from graph.subscriptions.inbox_changes import inbox_changes
from graph.subscriptions.tab_counts import tab_counts_
from graph.subscriptions.ticket_changes import ticket_changes
from graph.types.scalars import SCALARS

Query = create_type(
    "Query",
    [viewer, node, nodes, tabs, tickets, ticket_page, ticket, sent_tickets, categories, structures],
    description="What the viewer may read (« Consultation »).",
)
Mutation = create_type(
    "Mutation",
    [
        assign_ticket_to_me, assign_ticket, propose_solution, request_information, transfer_to_support,
        submit_ticket, provide_information, accept_solution, refuse_solution, close_ticket,
    ],
    description="Actions on tickets. Each is done completely or not at all (« Actions »).",
)  # fmt: skip
Subscription = create_type(
    "Subscription",
    [inbox_changes, ticket_changes, tab_counts_],
    description="Changes as they happen, of what the viewer may read (« Suivi en direct »).",
)


def _build(*, ordered: bool) -> strawberry.Schema:
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, sort_schema=ordered),
    )


schema = _build(ordered=False)


def sdl() -> str:
    """The schema in the schema definition language, sorted.

    It is printed only: Strawberry can't resolve unions in a sorted schema.
    """
    return _build(ordered=True).as_str() + "\n"
