"""Who sees what: the matrix, its tickets brought about at a running server, and documents made from the schema that ask
for everything. No test stands here.

What the schema has and a table here has not makes `test_visibility_matrix.py` fail: a new field is given a row first.
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

# E: agent, V: reads what an agent reads, S: of the company that sent it; a point: it does not exist.
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
    login: dict(zip(NAMES, letters, strict=True)) for login, *letters in _LINES
}  # fmt: skip
ROLES = tuple(MATRIX)

# How a ticket gets where it stands: its sender, its recipient, who then does what, the status that it ends in.
STORIES: dict[str, tuple[str, str, str, str]] = {
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
_VERBS = {
    "take": "assignTicketToMe", "ask": "requestInformation", "solve": "proposeSolution", "accept": "acceptSolution",
    "answer": "provideInformation", "transfer": "transferToSupport",
}  # fmt: skip
_SILENT = ("take", "accept")

# Every field of every type: who sees it. `test_visibility_matrix.py` says by which test each kind of row is probed.
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
watcher   InboxChange         activity cursor kind ticket ticketId
watcher   TicketChange        activity cursor ticket
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
"""Every mutation about a ticket, and whose it is; `submitTicket` is about none."""

GIVEN = {
    "TicketInput": {"ticketId", "version", "idempotencyKey"},
    "AssignTicketInput": {"ticketId", "version", "idempotencyKey", "assigneeId"},
    "MessageInput": {"ticketId", "version", "idempotencyKey", "message", "attachments"},
    "SubmitTicketInput": {
        "categoryId", "subcategoryId", "objectType", "shortDescription", "description", "issuerStructureId",
        "recipientStructureId", "recipientServiceId", "idempotencyKey", "attachments",
    },
}  # fmt: skip
"""The fields of the actions' inputs that the tests give."""

TABS = {
    "MY_TICKETS_TO_PROCESS": ("OPEN",),
    "TO_PROCESS": ("OPEN",),
    "AWAITING_INFORMATION": ("AWAITING_INFORMATION",),
    "ALL_EXCEPT_CLOSED": ("OPEN", "AWAITING_INFORMATION", "RESOLVED"),
    "CLOSED": ("CLOSED",),
}
ORDERS = ("SUBMITTED_AT", "UPDATED_AT", "NUMBER", "STATUS", "CATEGORY", "ASSIGNEE")


@dataclass
class Secret:
    """A ticket whose word stands in all its texts and in no other's; what one could ask about it by."""

    name: str
    word: str
    ticket: str
    number: str
    activities: list[str]
    attachments: list[str]
    filter: dict[str, Any]
    """Every field of a TicketFilter, as this ticket meets it."""
    edge: str
    status: str = "OPEN"
    version: int = 1
    seen: dict[str, Any] = field(default_factory=dict)
    """The whole ticket, as one who sees it sees it."""

    @property
    def traces(self) -> list[str]:
        """What no answer to someone who may not see it contains."""
        return [self.word, self.ticket, self.number, *self.activities, *self.attachments]


GHOST = Secret(
    "ghost", "zqghost", encode("Ticket", 4_000_000_001), "99999991", [encode("Activity", 4_000_000_002)],
    [encode("Attachment", 4_000_000_003)], {}, "",
)  # fmt: skip
"""Nothing: ids, a number and a word that nothing ever had."""
GHOST_USER, GHOST_STRUCTURE, GHOST_SERVICE = (encode(kind, 4_000_000_004) for kind in ("User", "Structure", "Service"))


def everything(kind: GraphQLNamedType, above: tuple[str, ...] = ()) -> str:
    """A selection of every field of a type, and of theirs, down to where a type would come again."""
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
"""Of fields that are no root: every argument is given."""


def _fields(kind: GraphQLObjectType, above: tuple[str, ...], clashing: set[str]) -> str:
    chosen = []
    for name, each in kind.fields.items():
        inner = get_named_type(each.type)
        if inner.name in (*above, kind.name):
            continue
        alias = f"{kind.name}_{name}: " if name in clashing else ""
        below = f" {{ {everything(inner, (*above, kind.name))} }}" if is_composite_type(inner) else ""
        chosen.append(f"{alias}{name}{_ARGUMENTS.get(f'{kind.name}.{name}', '')}{below}")
    return " ".join(chosen)


@cache
def document(operation: str, *names: str) -> str:
    """An operation of these root fields that asks for everything; the variables of each are its arguments' names, with
    the place of the field before them where there are several."""
    root = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type, "subscription": SCHEMA.subscription_type}
    kind = root[operation]
    assert kind is not None
    variables, chosen = [], []
    for name in names:
        each = kind.fields[name]
        prefix = f"{name}_" if len(names) > 1 else ""
        arguments = []
        for argument, shape in each.args.items():
            # An argument with a default that is not null is declared with it: a variable that is not given gives it.
            default = {"page": " = 1", "pageSize": " = 20"}.get(argument, "")
            variables.append(f"${prefix}{argument}: {shape.type}{default}")
            arguments.append(f"{argument}: ${prefix}{argument}")
        chosen.append(f"{name}{_within(arguments)} {{ ...{get_named_type(each.type)} }}")
    kinds = {get_named_type(kind.fields[name].type).name for name in names}
    fragments = [f"fragment {one} on {one} {{ {everything(SCHEMA.type_map[one])} }}" for one in sorted(kinds)]
    return f"{operation} Asked{_within(variables)} {{ {' '.join(chosen)} }} {' '.join(fragments)}"


def _within(parts: list[str]) -> str:
    return f"({', '.join(parts)})" if parts else ""


def probes(secret: Secret, of: Secret) -> dict[str, list[dict[str, Any]]]:
    """By root field of Query, what to ask about a ticket by; with `of`, all that the schema says is public is another's
    (so that a ghost is asked about in the same words)."""
    search = {"search": secret.word}
    listed = [{"tab": tab, **search} for tab in TABS]
    ordered = [{"tab": "ALL_EXCEPT_CLOSED", "orderBy": {"field": name}, **search} for name in ORDERS]
    filtered = {"tab": "ALL_EXCEPT_CLOSED", "filter": of.filter, **search}
    return {
        "ticket": [{"id": secret.ticket}, {"number": secret.number}],
        "node": [{"id": node} for node in (secret.ticket, secret.activities[-1], *secret.attachments[-1:])],
        "nodes": [{"ids": [secret.ticket, *secret.activities[-1:], *secret.attachments[-1:]]}],
        "tabs": [search, {"filter": of.filter, **search}, *({"filter": {name: value}, **search}
                                                           for name, value in of.filter.items())],
        "tickets": [*listed, {**filtered, "first": 5}, *ordered[:3], {**filtered, "last": 5}],
        "ticketPage": [*listed, {**filtered, "page": 1, "pageSize": 5}, *ordered[3:]],
        "sentTickets": [search, {"first": 5, **search}, {"last": 5, **search}],
    }  # fmt: skip


AT_LARGE: dict[str, list[dict[str, Any]]] = {
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
"""By root field of Query, what to ask without naming a ticket."""


def lookup(response: Any, *without: str) -> Any:
    """The response without some keys, wherever they are."""
    if isinstance(response, list):
        return [lookup(one, *without) for one in response]
    if isinstance(response, dict):
        return {key: lookup(value, *without) for key, value in response.items() if key not in without}
    return response


async def stranger(server: Server) -> None:
    """Somebody who may log in and has no profile at all: `nobody`."""
    path = server.data_dir / "nobody.yaml"
    path.write_text("users: [{login: nobody, name: Personne Inconnue, email: nobody@example.org, profiles: []}]")
    imported = server.command("import", str(path))
    assert imported.returncode == 0, imported.stdout + imported.stderr
    server._tokens["nobody"] = server.command("token", "nobody").stdout.strip()


async def bring_about(people: People, name: str, word: str) -> Any:
    """A ticket with its story, its word in every text; the result of its last action."""
    sender, to, then, _ = STORIES[name]
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
        login, verb = step.split()
        message = None if verb in _SILENT else f"Message : {word}"
        more: dict[str, Any] = {} if message is None else {"attachments": [(f"{word}.txt", b"Oui.", "text/plain")]}
        if verb == "transfer":
            more["idempotencyKey"] = f"key-{word}"
        result = await people.act(login, _VERBS[verb], result, message, **more)
    return done(result)


async def secret_of(people: People, name: str, word: str, ticket_id: str) -> Secret:
    """What there is to know of a ticket, from one who treats it."""
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
    return Secret(
        name, word, ticket_id, seen["number"], [one["id"] for one in seen["activities"]["nodes"]],
        [one["id"] for one in seen["attachments"]], filter_, edge["cursor"], seen["status"], seen["version"], seen,
    )  # fmt: skip


async def structure_of(people: People, name: str) -> str:
    """The id of a recipient by its name; of the support, from its agent's own profile."""
    mine = "{ viewer { entitlements { structure { id name } } } structures { id name } }"
    data = await (await people.client("support")).run(mine)
    all_of_them = [*data["structures"], *(one["structure"] for one in data["viewer"]["entitlements"])]
    return str(next(one["id"] for one in all_of_them if one["name"] == name))
