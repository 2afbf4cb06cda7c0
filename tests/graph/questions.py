"""Questions to a server about who sees what, each with the answer of the reference (`reference.py`)."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from graph.node_ids import encode
from tests.graph.moving_desk import LOGINS, OBJECT_TYPES, WORDS, MovingDesk
from tests.graph.reference import TABS, Ticket, kept_by

_TICKET = """number status version shortDescription assignee { id } recipient { service { id } } objectType
  subcategory { id } assignableAgents { id } attachments { id }
  activities(first: 100) { totalCount nodes { id kind message actor { id } assigneeAfter { id } } }"""
_ROW = "id number version status assignee { id }"
_LIST = "$tab: InboxTab!, $search: String, $filter: TicketFilter"
DOCUMENTS = {
    "ticket": f"query ($id: ID, $number: String) {{ ticket(id: $id, number: $number) {{ id {_TICKET} }} }}",
    "node": f"query ($id: ID!) {{ node(id: $id) {{ __typename id ... on Ticket {{ {_TICKET} }} }} }}",
    "nodes": "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }",
    "tabs": "query ($search: String, $filter: TicketFilter) { tabs(search: $search, filter: $filter) { tab count } }",
    "tickets": f"""query ({_LIST}, $first: Int, $after: String, $orderBy: TicketOrder) {{
      tickets(tab: $tab, search: $search, filter: $filter, first: $first, after: $after, orderBy: $orderBy) {{
        totalCount nodes {{ {_ROW} }} pageInfo {{ hasNextPage }} }} }}""",
    "ticketPage": f"""query ({_LIST}, $page: Int!) {{
      ticketPage(tab: $tab, search: $search, filter: $filter, page: $page, pageSize: 7) {{
        totalCount pageCount nodes {{ {_ROW} }} }} }}""",
    "sentTickets": f"""query ($search: String, $first: Int) {{
      sentTickets(search: $search, first: $first) {{ totalCount nodes {{ {_ROW} }} }} }}""",
    "viewer": "{ viewer { user { id } entitlements { profile structure { id } service { id } } } }",
}
"""The documents: few, so that they are compiled, and their answers cached."""
_PAGE = 7


@dataclass
class Question:
    """A question and the data that answers it. `shown` prepares data where the order says nothing."""

    field: str
    variables: dict[str, Any]
    expected: Any
    shown: Callable[[Any], Any] = lambda data: data

    @property
    def body(self) -> dict[str, Any]:
        return {"query": DOCUMENTS[self.field], "variables": self.variables}


class Questions:
    """Makes random questions."""

    def __init__(self, desk: MovingDesk, random: Random) -> None:
        self.desk, self.reference, self.random = desk, desk.reference, random
        self.kinds = (
            self.ticket, self.ticket, self.node, self.nodes, self.tabs, self.tickets, self.tickets, self.ordered,
            self.page, self.sent, self.viewer,
        )  # fmt: skip

    def any(self, login: str) -> Question:
        return self.random.choice(self.kinds)(login)

    def _id(self, name: str | None) -> dict[str, str] | None:
        return None if name is None else {"id": self.desk.ids[name]}

    def _search(self) -> str | None:
        random = self.random
        some = random.choice(self.reference.tickets)
        return random.choice(
            [
                None,
                None,
                some.word,
                "zq",
                some.word[:6],
                some.number,
                random.choice(WORDS)[:5],
                "kelvinor brast",
                "zzzz",
            ]
        )

    def _filter(self) -> tuple[dict[str, Any] | None, Callable[[Ticket], bool]]:
        """A filter for the server, and the same for the reference."""
        random, ids, like = self.random, self.desk.ids, random_ticket(self)
        choices: dict[str, tuple[str, Any, Any]] = {
            "statuses": ("status", statuses := random.sample([*STATUSES], 2), statuses),
            "assigneeIds": ("assignee", logins := random.sample(LOGINS, 3), [ids[one] for one in logins]),
            "unassigned": ("unassigned", free := random.random() < 0.5, free),
            "structureIds": ("structure", [like.structure], [ids[like.structure]]),
            "serviceIds": ("service", [like.service or "RH"], [ids[like.service or "RH"]]),
            "objectTypes": ("object_type", types := random.sample(OBJECT_TYPES, 1), types),
            "subcategoryIds": ("category", [like.category], [ids[like.category]]),
        }
        taken = random.sample([*choices], random.choice([0, 0, 0, 1, 1, 2]))
        if not taken:
            return None, kept_by(None)
        return {name: choices[name][2] for name in taken}, kept_by(
            {choices[name][0]: choices[name][1] for name in taken}
        )

    def _row(self, one: Ticket) -> dict[str, Any]:
        row = {"id": one.id, "number": one.number, "version": one.version, "status": one.status}
        return {**row, "assignee": self._id(one.assignee)}

    def _whole(self, login: str, one: Ticket) -> dict[str, Any]:
        activities = [
            {
                "id": each.id, "kind": each.kind, "message": each.message, "actor": self._id(each.actor),
                "assigneeAfter": self._id(each.assignee_after),
            }
            for each in one.activities
        ]  # fmt: skip
        assignable = sorted(self.desk.ids[each] for each in self.reference.assignable(login, one))
        return {
            **self._row(one), "shortDescription": one.short_description,
            "recipient": {"service": self._id(one.service)}, "objectType": one.object_type,
            "subcategory": self._id(one.category), "assignableAgents": assignable,
            "attachments": [{"id": each} for each in one.attachments],
            "activities": {"totalCount": len(activities), "nodes": activities},
        }  # fmt: skip

    def ticket(self, login: str) -> Question:
        one = random_ticket(self)
        by = self.random.choice([{"id": one.id}, {"number": one.number}])
        found = self._whole(login, one) if self.reference.sees(login, one) else None
        return Question("ticket", by, {"ticket": found}, lambda data: {"ticket": _shown(data["ticket"])})

    def node(self, login: str) -> Question:
        one = random_ticket(self)
        found = {"__typename": "Ticket", **self._whole(login, one)} if self.reference.sees(login, one) else None
        return Question("node", {"id": one.id}, {"node": found}, lambda data: {"node": _shown(data["node"])})

    def nodes(self, login: str) -> Question:
        random, ids, reference = self.random, self.desk.ids, self.reference
        one, other = random_ticket(self), random_ticket(self)
        person, structure = random.choice([*reference.profiles]), random.choice([*reference.structures])
        services = reference.structures[structure][1]
        asked = [("Ticket", one.id, reference.sees(login, one)), ("Ticket", encode("Ticket", 10**9), False)]
        asked += [("Activity", each.id, reference.sees(login, other)) for each in other.activities[-3:]]
        asked += [("Attachment", each, reference.sees(login, other)) for each in other.attachments[-2:]]
        asked.append(("User", ids[person], reference.knows(login, person)))
        if structure in ids:
            asked.append(("Structure", ids[structure], reference.knows_structure(login, structure)))
        asked += [
            ("Service", ids[code], reference.knows_structure(login, structure)) for code in services if code in ids
        ]
        random.shuffle(asked)
        found = [{"id": id_, "__typename": kind} if seen else None for kind, id_, seen in asked]
        return Question("nodes", {"ids": [id_ for _, id_, _ in asked]}, {"nodes": found})

    def tabs(self, login: str) -> Question:
        search, (given, kept) = self._search(), self._filter()
        counts = [{"tab": tab, "count": len(self.reference.list(login, tab, search, kept))} for tab in TABS]
        return Question("tabs", {"search": search, "filter": given}, {"tabs": counts})

    def _list(self, login: str) -> tuple[dict[str, Any], list[Ticket]]:
        tab, search, (given, kept) = self.random.choice([*TABS, "ALL_EXCEPT_CLOSED"]), self._search(), self._filter()
        variables = {"tab": tab, "search": search, "filter": given}
        return variables, self.reference.list(login, tab, search, kept)

    def tickets(self, login: str) -> Question:
        variables, found = self._list(login)
        first = self.random.choice([1, 5, 20])
        shown = {"totalCount": len(found), "nodes": [*map(self._row, found[:first])]}
        more = {"pageInfo": {"hasNextPage": len(found) > first}}
        return Question("tickets", {**variables, "first": first}, {"tickets": {**shown, **more}})

    def ordered(self, login: str) -> Question:
        """A list in another order: its tickets, without their order."""
        variables, found = self._list(login)
        rows = sorted(map(self._row, found[-100:]), key=_by_id)
        order = {"field": self.random.choice(["UPDATED_AT", "NUMBER", "STATUS", "CATEGORY", "ASSIGNEE"])}

        def shown(data: Any) -> Any:
            return {"count": data["tickets"]["totalCount"], "nodes": sorted(data["tickets"]["nodes"], key=_by_id)}

        expected = {"count": len(found), "nodes": rows}
        if len(found) > 100:
            return self.tickets(login)
        return Question("tickets", {**variables, "first": 100, "orderBy": order}, expected, shown)

    def page(self, login: str) -> Question:
        variables, found = self._list(login)
        page = self.random.choice([1, 1, 2, 3])
        rows = [*map(self._row, found[(page - 1) * _PAGE : page * _PAGE])]
        expected = {"totalCount": len(found), "pageCount": -(-len(found) // _PAGE), "nodes": rows}
        return Question("ticketPage", {**variables, "page": page}, {"ticketPage": expected})

    def sent(self, login: str) -> Question:
        search, first = self._search(), self.random.choice([1, 5, 100])
        found = self.reference.list(login, None, search, kept_by(None))
        shown = {"totalCount": len(found), "nodes": [*map(self._row, found[:first])]}
        return Question("sentTickets", {"search": search, "first": first}, {"sentTickets": shown})

    def viewer(self, login: str) -> Question:
        profiles = [
            {"profile": one.profile, "structure": self._id(one.structure), "service": self._id(one.service)}
            for one in self.reference.profiles[login]
        ]

        def shown(data: Any) -> Any:
            return {"user": data["viewer"]["user"], "profiles": sorted(data["viewer"]["entitlements"], key=str)}

        return Question("viewer", {}, {"user": self._id(login), "profiles": sorted(profiles, key=str)}, shown)


STATUSES = ("OPEN", "AWAITING_INFORMATION", "RESOLVED", "CLOSED")


def random_ticket(questions: Questions) -> Ticket:
    return questions.random.choice(questions.reference.tickets)


def _by_id(row: Any) -> str:
    return str(row["id"])


def _shown(ticket: Any) -> Any:
    """A ticket without the order of its agents."""
    return ticket and {**ticket, "assignableAgents": sorted(one["id"] for one in ticket["assignableAgents"])}
