"""A plain reference of who sees what, written from the contract alone: no SQL, no index, no cache, nothing of models/.

`test_visibility_differential.py` moves it along with a server, and compares the server's answers with its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

AGENTS = ("RECEIVED_TICKETS_EDIT",)
READERS = ("RECEIVED_TICKETS_EDIT", "RECEIVED_TICKETS_VIEW")
SENDERS = ("SENT_TICKETS",)
SUPPORT = "SUPPORT-CPP"
TABS = {
    "MY_TICKETS_TO_PROCESS": ("OPEN",),
    "TO_PROCESS": ("OPEN",),
    "AWAITING_INFORMATION": ("AWAITING_INFORMATION",),
    "ALL_EXCEPT_CLOSED": ("OPEN", "AWAITING_INFORMATION", "RESOLVED"),
    "CLOSED": ("CLOSED",),
}
AGENT_ACTIONS = (
    "assignTicketToMe", "assignTicket", "proposeSolution", "requestInformation", "transferToSupport",
)  # fmt: skip
REQUESTER_ACTIONS = ("provideInformation", "acceptSolution", "refuseSolution", "closeTicket")
_STATUS_AFTER = {
    "proposeSolution": "RESOLVED", "requestInformation": "AWAITING_INFORMATION", "provideInformation": "OPEN",
    "acceptSolution": "CLOSED", "refuseSolution": "OPEN", "closeTicket": "CLOSED",
}  # fmt: skip


class ProfileOf(NamedTuple):
    """A profile of a user on a structure, or on one of its services."""

    profile: str
    structure: str
    service: str | None = None


@dataclass
class Activity:
    """An activity, its values as the API names them."""

    id: str
    kind: str
    message: str | None
    actor: str
    assignee_after: str | None
    attachments: list[str]


@dataclass
class Ticket:
    """A ticket; people, structures and services by login, identifier and code."""

    id: str
    number: str
    word: str
    """A word that is in all its texts and in no other ticket's."""
    short_description: str
    words: list[str]
    category: str
    object_type: str
    issuer: str
    structure: str
    service: str | None
    status: str = "OPEN"
    assignee: str | None = None
    version: int = 1
    activities: list[Activity] = field(default_factory=list)

    @property
    def attachments(self) -> list[str]:
        return [one for activity in self.activities for one in activity.attachments]

    def names(self, login: str) -> bool:
        """Whether the person acted on it, or was assigned to it."""
        return any(login in (activity.actor, activity.assignee_after) for activity in self.activities)

    def act(self, action: str, login: str, activity: Activity, chosen: str | None = None) -> None:
        """Do what an action does."""
        self.status = _STATUS_AFTER.get(action, self.status)
        self.version += 1
        if action == "assignTicketToMe":
            self.assignee = login
        elif action == "assignTicket":
            self.assignee = chosen
        elif action == "transferToSupport":
            self.structure, self.service, self.assignee = SUPPORT, None, None
        activity.assignee_after = self.assignee
        self.activities.append(activity)


@dataclass
class Reference:
    """The desk: everybody's profiles, the recipients, the tickets in the order of their submission."""

    profiles: dict[str, set[ProfileOf]]
    structures: dict[str, tuple[bool, dict[str, bool]]]
    """Each structure: whether it receives tickets, and which of its services do."""
    tickets: list[Ticket] = field(default_factory=list)

    def holds(self, login: str, profiles: Iterable[str], ticket: Ticket) -> bool:
        """Whether one of these profiles of the person is for the recipient of a ticket."""
        return any(
            one.profile in profiles and one.structure == ticket.structure and one.service in (None, ticket.service)
            for one in self.profiles[login]
        )

    def receives(self, login: str, ticket: Ticket) -> bool:
        return self.holds(login, READERS, ticket)

    def sent(self, login: str, ticket: Ticket) -> bool:
        return any(one.profile in SENDERS and one.structure == ticket.issuer for one in self.profiles[login])

    def sees(self, login: str, ticket: Ticket) -> bool:
        return self.receives(login, ticket) or self.sent(login, ticket)

    def may(self, login: str, action: str, ticket: Ticket) -> bool:
        """Whether the person is on the side that the action is for."""
        if action == "transferToSupport" and ticket.structure == SUPPORT:
            return False
        return self.holds(login, AGENTS, ticket) if action in AGENT_ACTIONS else self.sent(login, ticket)

    def visible(self, login: str) -> list[Ticket]:
        return [ticket for ticket in self.tickets if self.sees(login, ticket)]

    def in_tab(self, login: str, tab: str, ticket: Ticket) -> bool:
        mine = tab != "MY_TICKETS_TO_PROCESS" or ticket.assignee == login
        return ticket.status in TABS[tab] and mine and self.receives(login, ticket)

    def list(self, login: str, tab: str | None, search: str | None, kept: Callable[[Ticket], bool]) -> list[Ticket]:
        """The tickets of a tab, or those sent, that match a search and a filter: newest submission first."""
        return [
            one
            for one in reversed(self.tickets)
            if (self.sent(login, one) if tab is None else self.in_tab(login, tab, one))
            and kept(one)
            and matches(one, search)
        ]

    def agents(self, ticket: Ticket) -> set[str]:
        """Who is an agent of the recipient of a ticket."""
        return {login for login in self.profiles if self.holds(login, AGENTS, ticket)}

    def assignable(self, login: str, ticket: Ticket) -> set[str]:
        """Whom the person may assign the ticket to."""
        agents = self.agents(ticket)
        return agents - {ticket.assignee} if login in agents and ticket.status != "CLOSED" else set()

    def knows(self, login: str, other: str) -> bool:
        """Whether the person may see another: a structure is shared, or a ticket in sight names the other."""
        here, there = ({one.structure for one in self.profiles[each]} for each in (login, other))
        return login == other or bool(here & there) or any(one.names(other) for one in self.visible(login))

    def knows_structure(self, login: str, structure: str) -> bool:
        whole, services = self.structures[structure]
        held = any(one.structure == structure for one in self.profiles[login])
        return structure == SUPPORT or whole or any(services.values()) or held


def matches(ticket: Ticket, search: str | None) -> bool:
    """Whether each word of a search begins a word of the ticket, or is its number."""
    words = [*ticket.words, ticket.number]
    return all(any(word.startswith(term) for word in words) for term in (search or "").split())


def kept_by(given: dict[str, Any] | None) -> Callable[[Ticket], bool]:
    """A filter, in the terms of the reference: values by the attribute that they are compared with."""
    wanted = given or {}

    def kept(ticket: Ticket) -> bool:
        return all(
            (ticket.assignee is None) == values if name == "unassigned" else getattr(ticket, name) in values
            for name, values in wanted.items()
        )

    return kept
