"""Helpers of the visibility tests: who may see which ticket, the tickets themselves, and documents that select every
field of the schema.

`test_visibility_matrix.py` fails if the schema has a field or an argument that the tables here lack: add it here first.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_composite_type,
)

from graph.node_ids import encode
from tests.live import People, done
from tests.support.server import Server

SCHEMA: GraphQLSchema = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text("utf-8"))

# The relation of each login to each ticket. E: agent (RECEIVED_TICKETS_EDIT), V: reader (RECEIVED_TICKETS_VIEW),
# S: user of the structure that sent it (SENT_TICKETS), a point: may not see it.
_MATRIX = """
                 town finances service other hospital foreign moved support theirs
agent-1             E        E       E     E        .       .     .       .      .
agent-2             E        E       E     E        .       .     .       .      .
service-agent       .        E       .     .        .       .     .       .      .
reader              V        V       V     V        .       .     .       .      .
other-agent         .        .       .     .        E       E     .       .      .
support             .        .       .     .        .       .     E       E      E
requester           S        S       .     .        S       .     S       S      .
colleague           S        S       .     .        S       .     S       S      .
other-requester     .        .       S     S        .       S     .       .      S
nobody              .        .       .     .        .       .     .       .      .
"""
_HEAD, *_LINES = (line.split() for line in _MATRIX.strip().splitlines())
NAMES = tuple(_HEAD)
MATRIX: dict[str, dict[str, str]] = {
    login: dict(zip(NAMES, relations, strict=True)) for login, *relations in _LINES
}  # fmt: skip
ROLES = tuple(MATRIX)

# How each ticket is made: its sender, its recipient, the actions on it, its status after them.
HISTORIES: dict[str, tuple[str, str, str, str]] = {
    "town": ("requester", "TOWN", "agent-1 take, agent-1 ask, colleague answer", "OPEN"),
    "finances": ("colleague", "FINANCES", "service-agent take, service-agent solve", "RESOLVED"),
    "service": ("other-requester", "MARCHES", "agent-2 take, agent-2 solve, other-requester accept", "CLOSED"),
    "other": ("other-requester", "TOWN", "", "OPEN"),
    "hospital": ("requester", "HOSPITAL", "other-agent take, other-agent ask", "AWAITING_INFORMATION"),
    "foreign": ("other-requester", "HOSPITAL", "other-agent take", "OPEN"),
    "moved": (
        "requester", "TOWN", "agent-1 take, agent-1 transfer, support take, support ask", "AWAITING_INFORMATION",
    ),
    "support": ("requester", "SUPPORT", "", "OPEN"),
    "theirs": ("other-requester", "SUPPORT", "support take, support solve", "RESOLVED"),
}  # fmt: skip
_ACTIONS = {
    "take": "assignTicketToMe", "ask": "requestInformation", "solve": "proposeSolution", "accept": "acceptSolution",
    "answer": "provideInformation", "transfer": "transferToSupport",
}  # fmt: skip
_SILENT = ("take", "accept")

# Every field of every type, and who may see it. everyone: any user; self: the viewer; named: users who may see a
# ticket that names the user; ticket: users who may see the ticket; role: depends on the viewer's role; list: the reader
# of a list; caller: the user of an action; stream: the user of a subscription.
_FIELDS = """
everyone  Category            code id label subcategories
everyone  Subcategory         code destination id label
everyone  Structure           id name services siret
everyone  Service             code id name receivesTickets
self      Viewer              entitlements user
self      Entitlement         profile service structure
named     User                displayName id
ticket    Ticket              activities assignee attachments category description id issuer number objectType recipient
ticket    Ticket              shortDescription stateReason stateReasonLabel status statusLabel subcategory submittedAt
ticket    Ticket              updatedAt version
role      Ticket              assignableAgents availableActions
ticket    Issuer              contactAddress contactName organisationIdentifier organisationName
ticket    Recipient           name service siret
ticket    Activity            actor assigneeAfter attachments cursor id kind label message occurredAt statusAfter
ticket    Activity            statusBefore
ticket    ActivityConnection  edges nodes pageInfo totalCount
ticket    ActivityEdge        cursor node
ticket    Attachment          contentType filename id scanState size url
list      TicketConnection    edges liveCursor nodes pageInfo totalCount
list      TicketEdge          cursor node
list      TicketPage          liveCursor nodes page pageCount pageSize totalCount
list      PageInfo            endCursor hasNextPage hasPreviousPage startCursor
list      TabCount            count label tab
caller    ActionDone          activity cursor ticket
caller    ActionRefused       code currentTicket fields message
caller    FieldRefusal        message name
stream    InboxChange         activity cursor kind ticket ticketId
stream    TicketChange        activity cursor ticket
"""
FIELDS: dict[str, str] = {
    f"{kind}.{name}": who for who, kind, *names in map(str.split, _FIELDS.strip().splitlines()) for name in names
}

MUTATIONS = {
    **dict.fromkeys(
        ("assignTicketToMe", "assignTicket", "proposeSolution", "requestInformation", "transferToSupport"), "E"
    ),
    **dict.fromkeys(("provideInformation", "acceptSolution", "refuseSolution", "closeTicket"), "S"),
}
"""Every mutation on a ticket, and which side may call it. (`submitTicket` is on none.)"""

GIVEN = {
    "TicketInput": {"ticketId", "version", "idempotencyKey"},
    "AssignTicketInput": {"ticketId", "version", "idempotencyKey", "assigneeId"},
    "MessageInput": {"ticketId", "version", "idempotencyKey", "message", "attachments"},
    "SubmitTicketInput": {
        "categoryId", "subcategoryId", "objectType", "shortDescription", "description", "issuerStructureId",
        "recipientStructureId", "recipientServiceId", "idempotencyKey", "attachments",
    },
}  # fmt: skip
"""The input fields of the actions, all of which the tests set."""

TABS = {
    "MY_TICKETS_TO_PROCESS": ("OPEN",),
    "TO_PROCESS": ("OPEN",),
    "AWAITING_INFORMATION": ("AWAITING_INFORMATION",),
    "ALL_EXCEPT_CLOSED": ("OPEN", "AWAITING_INFORMATION", "RESOLVED"),
    "CLOSED": ("CLOSED",),
}
ORDERS = ("SUBMITTED_AT", "UPDATED_AT", "NUMBER", "STATUS", "CATEGORY", "ASSIGNEE")


@dataclass
class ProbedTicket:
    """A ticket with a word that is in all its texts and in no other ticket's, and all values that could name it."""

    name: str
    word: str
    ticket: str
    number: str
    activities: list[str]
    attachments: list[str]
    filter: dict[str, Any]
    """Every field of a TicketFilter, with a value that this ticket matches."""
    edge: str
    """The page cursor of its edge in a list."""
    status: str = "OPEN"
    version: int = 1
    seen: dict[str, Any] = field(default_factory=dict)
    """All fields of the ticket, as an agent reads them."""

    @property
    def traces(self) -> list[str]:
        """The texts that no response to a user who may not see it contains."""
        return [self.word, self.ticket, self.number, *self.activities, *self.attachments]


MISSING = ProbedTicket(
    "missing", "zqmissing", encode("Ticket", 4_000_000_001), "99999991", [encode("Activity", 4_000_000_002)],
    [encode("Attachment", 4_000_000_003)], {}, "",
)  # fmt: skip
"""Ids, a number and a word that no ticket has."""
MISSING_USER = encode("User", 4_000_000_004)
MISSING_STRUCTURE = encode("Structure", 4_000_000_004)
MISSING_SERVICE = encode("Service", 4_000_000_004)


def all_fields(kind: GraphQLNamedType, above: tuple[str, ...] = ()) -> str:
    """A selection of every field of a type, nested until a type would repeat."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        kinds = SCHEMA.get_possible_types(kind)
        shapes: dict[str, set[str]] = {}
        for one in kinds:
            for name, each in one.fields.items():
                shapes.setdefault(name, set()).add(str(each.type))
        clashing = {name for name, types in shapes.items() if len(types) > 1}
        parts = (f"... on {one.name} {{ {_fields(one, above, clashing)} }}" for one in kinds)
        return f"__typename {' '.join(parts)}"
    assert isinstance(kind, GraphQLObjectType)
    return _fields(kind, above, set())


_ARGUMENTS = {"Ticket.activities": "(first: 20, after: null)"}
"""The arguments of fields that are not root fields: all are given."""


def _fields(kind: GraphQLObjectType, above: tuple[str, ...], clashing: set[str]) -> str:
    chosen = []
    for name, each in kind.fields.items():
        inner = get_named_type(each.type)
        if inner.name in (*above, kind.name):
            continue
        alias = f"{kind.name}_{name}: " if name in clashing else ""
        below = f" {{ {all_fields(inner, (*above, kind.name))} }}" if is_composite_type(inner) else ""
        chosen.append(f"{alias}{name}{_ARGUMENTS.get(f'{kind.name}.{name}', '')}{below}")
    return " ".join(chosen)


@cache
def document(operation: str, *names: str) -> str:
    """An operation of these root fields that selects every field. Variables are named like the arguments, and, if there
    are several root fields, prefixed with the field's name and an underscore."""
    root = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type, "subscription": SCHEMA.subscription_type}
    kind = root[operation]
    assert kind is not None
    variables, chosen = [], []
    for name in names:
        each = kind.fields[name]
        prefix = f"{name}_" if len(names) > 1 else ""
        arguments = []
        for argument, shape in each.args.items():
            # The variable repeats the argument's default, so that the test may omit it.
            default = {"page": " = 1", "pageSize": " = 20"}.get(argument, "")
            variables.append(f"${prefix}{argument}: {shape.type}{default}")
            arguments.append(f"{argument}: ${prefix}{argument}")
        chosen.append(f"{name}{_within(arguments)} {{ ...{get_named_type(each.type)} }}")
    kinds = {get_named_type(kind.fields[name].type).name for name in names}
    fragments = [f"fragment {one} on {one} {{ {all_fields(SCHEMA.type_map[one])} }}" for one in sorted(kinds)]
    return f"{operation} Probe{_within(variables)} {{ {' '.join(chosen)} }} {' '.join(fragments)}"


def _within(parts: list[str]) -> str:
    return f"({', '.join(parts)})" if parts else ""


def probes(probed: ProbedTicket, of: ProbedTicket) -> dict[str, list[dict[str, Any]]]:
    """Variables of requests about a ticket, by root field of Query. Public values, such as categories, are taken from
    `of`, so that requests about a missing ticket differ only in what names it."""
    search = {"search": probed.word}
    listed = [{"tab": tab, **search} for tab in TABS]
    ordered = [{"tab": "ALL_EXCEPT_CLOSED", "orderBy": {"field": name}, **search} for name in ORDERS]
    filtered = {"tab": "ALL_EXCEPT_CLOSED", "filter": of.filter, **search}
    return {
        "ticket": [{"id": probed.ticket}, {"number": probed.number}],
        "node": [{"id": node} for node in (probed.ticket, probed.activities[-1], *probed.attachments[-1:])],
        "nodes": [{"ids": [probed.ticket, *probed.activities[-1:], *probed.attachments[-1:]]}],
        "tabs": [search, {"filter": of.filter, **search}, *({"filter": {name: value}, **search}
                                                           for name, value in of.filter.items())],
        "tickets": [*listed, {**filtered, "first": 5}, *ordered[:3], {**filtered, "last": 5}],
        "ticketPage": [*listed, {**filtered, "page": 1, "pageSize": 5}, *ordered[3:]],
        "sentTickets": [search, {"first": 5, **search}, {"last": 5, **search}],
    }  # fmt: skip


GENERAL_QUERIES: dict[str, list[dict[str, Any]]] = {
    "viewer": [{}],
    "categories": [{}],
    "structures": [{}, {"search": "saint"}],
    "tabs": [{}, {"search": "zq"}, {"filter": {"unassigned": True}}],
    "tickets": [
        *({"tab": tab, "first": 3} for tab in TABS),
        *({"tab": "ALL_EXCEPT_CLOSED", "last": 2, "orderBy": {"field": name, "direction": "DESC"}} for name in ORDERS),
        {"tab": "ALL_EXCEPT_CLOSED", "search": "zq", "first": 2},
    ],
    "ticketPage": [{"tab": "ALL_EXCEPT_CLOSED", "pageSize": 3, "search": "zq"}, {"tab": "TO_PROCESS", "page": 2}],
    "sentTickets": [{"first": 3}, {"last": 2}, {"search": "zq", "first": 2}],
}
"""Variables of requests that name no ticket, by root field of Query."""


def without_keys(response: Any, *without: str) -> Any:
    """The response without some keys, at any depth."""
    if isinstance(response, list):
        return [without_keys(one, *without) for one in response]
    if isinstance(response, dict):
        return {key: without_keys(value, *without) for key, value in response.items() if key not in without}
    return response


async def import_nobody(server: Server) -> None:
    """Import `nobody`, a user without a profile."""
    path = server.data_dir / "nobody.yaml"
    path.write_text("users: [{login: nobody, name: Personne Inconnue, email: nobody@example.org, profiles: []}]")
    imported = server.command("import", str(path))
    assert imported.returncode == 0, imported.stdout + imported.stderr
    server._tokens["nobody"] = server.command("token", "nobody").stdout.strip()


async def make_ticket(people: People, name: str, word: str) -> Any:
    """Make a ticket and bring it through its history, with its word in every text: the result of the last action."""
    sender, to, then, _ = HISTORIES[name]
    given: dict[str, Any] = {}
    if to == "MARCHES":
        given["recipientStructureId"], given["recipientServiceId"] = await people.service(to)
    elif to == "HOSPITAL":
        search = '{ structures(search: "Delmas") { id } }'
        given["recipientStructureId"] = (await (await people.client(sender)).run(search))["structures"][0]["id"]
    files = [(f"{word}.txt", f"De {word}.".encode(), "text/plain")]
    place = "TOWN" if to in ("MARCHES", "HOSPITAL") else to
    result = await people.submit(sender, place, word, attachments=files, **given)
    for step in filter(None, then.split(", ")):
        login, action = step.split()
        message = None if action in _SILENT else f"Message : {word}"
        more: dict[str, Any] = {} if message is None else {"attachments": [(f"{word}.txt", b"Oui.", "text/plain")]}
        if action == "transfer":
            more["idempotencyKey"] = f"key-{word}"
        result = await people.act(login, _ACTIONS[action], result, message, **more)
    return done(result)


async def read_ticket(people: People, name: str, word: str, ticket_id: str) -> ProbedTicket:
    """Read all values of a ticket as one of its agents."""
    agent = await people.client(next(role for role in ROLES if MATRIX[role][name] == "E"))
    seen = (await agent.run(document("query", "ticket"), id=ticket_id))["ticket"]
    tab = "CLOSED" if seen["status"] == "CLOSED" else "ALL_EXCEPT_CLOSED"
    query = "query ($tab: InboxTab!, $search: String) { tickets(tab: $tab, search: $search) { edges { cursor } } }"
    (edge,) = (await agent.run(query, tab=tab, search=word))["tickets"]["edges"]
    recipient = seen["recipient"]
    filter_: dict[str, Any] = {
        "categoryIds": [seen["category"]["id"]],
        "subcategoryIds": [seen["subcategory"]["id"]],
        "objectTypes": [seen["objectType"]],
        "statuses": [seen["status"]],
        "stateReasons": [seen["stateReason"]] if seen["stateReason"] else None,
        "assigneeIds": [seen["assignee"]["id"]] if seen["assignee"] else None,
        "unassigned": seen["assignee"] is None,
        "structureIds": [await structure_of(people, recipient["name"])],
        "serviceIds": [recipient["service"]["id"]] if recipient["service"] else None,
        "submittedFrom": seen["submittedAt"],
        "submittedTo": seen["submittedAt"],
    }
    return ProbedTicket(
        name, word, ticket_id, seen["number"], [one["id"] for one in seen["activities"]["nodes"]],
        [one["id"] for one in seen["attachments"]], filter_, edge["cursor"], seen["status"], seen["version"], seen,
    )  # fmt: skip


async def structure_of(people: People, name: str) -> str:
    """The id of a recipient by its name; the support's is read from its agent's profile."""
    query = "{ viewer { entitlements { structure { id name } } } structures { id name } }"
    data = await (await people.client("support")).run(query)
    all_of_them = [*data["structures"], *(one["structure"] for one in data["viewer"]["entitlements"])]
    return str(next(one["id"] for one in all_of_them if one["name"] == name))
