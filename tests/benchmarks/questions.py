"""The requests of the benchmark: GraphQL to the product, and the same question in plain JSON to the bare server.

Requests are data, which `load.py` and `watch.py` send.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

WORD = "garantie"
"""The search keyword, which matches about one open ticket in eight."""

_COLUMNS = """id number shortDescription submittedAt updatedAt objectType status stateReason
  assignee { displayName } category { label } subcategory { label }"""
LIST = f"""query List($search: String) {{
  tickets(tab: TO_PROCESS, search: $search, first: 20) {{ totalCount nodes {{ {_COLUMNS} }} }}
}}"""
TABS = "query Tabs { tabs { tab label count } }"
TICKET = """query Ticket($number: String!) {
  ticket(number: $number) { id number shortDescription description submittedAt status version
    activities(first: 50) { nodes { id kind message statusBefore statusAfter occurredAt actor { displayName } } } }
}"""
ASSIGN = """mutation Assign($input: AssignTicketInput!) {
  assignTicket(input: $input) { __typename ... on ActionDone { cursor } ... on ActionRefused { code message } }
}"""
WATCH = f"""subscription Watch($after: Cursor) {{
  inboxChanges(tab: TO_PROCESS, after: $after) {{ kind cursor ticket {{ {_COLUMNS} }} }}
}}"""
UNASSIGNED = """query Unassigned($after: String) {
  tickets(tab: TO_PROCESS, filter: { unassigned: true }, first: 100, after: $after) {
    pageInfo { endCursor } nodes { id number }
  }
}"""
VIEWER = "query Viewer { viewer { user { id } } }"
LIVE_CURSOR = "query LiveCursor { tickets(tab: TO_PROCESS, first: 1) { liveCursor } }"


@dataclass(frozen=True, slots=True)
class Request:
    """A POST: its path, its body and, if any, the token."""

    path: str
    body: str
    token: str = ""

    def encoded(self) -> bytes:
        """The request as HTTP/1.1 bytes, for a persistent connection."""
        body = self.body.encode()
        identity = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{identity}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def graphql(token: str, query: str, **variables: Any) -> Request:
    """A GraphQL request to the product."""
    return Request("/graphql", orjson.dumps({"query": query, "variables": variables}).decode(), token)


def plain(path: str, **body: Any) -> Request:
    """The same request to the bare server."""
    return Request(path, orjson.dumps(body).decode())


@dataclass(frozen=True, slots=True)
class Question:
    """Requests that both servers answer alike; every right response contains `expect`."""

    name: str
    product: Sequence[Request]
    bare: Sequence[Request]
    expect: str


def reads(token: str) -> list[Question]:
    """The list, the tabs and the search."""
    return [
        Question(
            "list query",
            [graphql(token, LIST, search=None)],
            [plain("/tickets", search=None)],
            '{"data":{"tickets":{"totalCount":',
        ),
        Question("tabs", [graphql(token, TABS)], [plain("/tabs")], '{"data":{"tabs":[{"tab":"MY'),
        Question(
            "search, one word",
            [graphql(token, LIST, search=WORD)],
            [plain("/tickets", search=WORD)],
            '{"data":{"tickets":{"totalCount":',
        ),
    ]


def one_ticket(token: str, number: str) -> Question:
    """One ticket with its activities."""
    return Question(
        "single ticket, 50 activities",
        [graphql(token, TICKET, number=number)],
        [plain("/ticket", number=number)],
        '{"data":{"ticket":{"id":',
    )


def mixed(reads: Sequence[Question], ticket: Question, actions: Question) -> Question:
    """The mix of an agent's work: of twelve requests six lists, two tabs, two tickets, one search and one action."""
    lists, tabs, search = reads

    def cycle_of(of: str, action: Request) -> list[Request]:
        first = {question.name: getattr(question, of)[0] for question in (lists, tabs, search, ticket)}
        names = [ticket.name, *[lists.name] * 3, tabs.name, search.name, ticket.name, *[lists.name] * 3, tabs.name]
        return [*(first[name] for name in names), action]

    return Question(
        "mixed load",
        [request for action in actions.product for request in cycle_of("product", action)],
        [request for action in actions.bare for request in cycle_of("bare", action)],
        '{"data":{',
    )


def assignments(token: str, ticket_ids: Sequence[str], agent_ids: Sequence[str]) -> Question:
    """Assign every ticket to the first agent, then every ticket to the next: in a cycle, each request reassigns."""
    inputs = [{"ticketId": ticket, "assigneeId": agent} for agent in agent_ids for ticket in ticket_ids]
    return Question(
        "action: assignTicket",
        [graphql(token, ASSIGN, input=one) for one in inputs],
        [plain("/assign", **one) for one in inputs],
        '"__typename":"ActionDone"',
    )
