"""A list that is read once and then updated by `inboxChanges` equals the list that is read again.

Hypothesis draws scripts: users act, at the same time or one after the other; clients lose their connection and resume.
Whenever all changes are delivered, the list of a client must equal the list that the server reads.
"""

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.live import FINANCES, SUPPORT, TOWN, People, everybody, serving
from tests.live.lists import ListSpec, LiveList
from tests.models import COUNTED_TICKETS, COUNTERS
from tests.support.server import Server

SOAK = os.environ.get("SAISINE_SOAK") == "1"
pytestmark = pytest.mark.soak

AGENTS = {TOWN: ("agent-1", "agent-2"), FINANCES: ("agent-1", "agent-2", "service-agent"), SUPPORT: ("support",)}
LOGINS = ("agent-1", "agent-2", "service-agent", "reader", "support")
SENDERS = {"requester": ("requester", "colleague"), "other-requester": ("other-requester",)}
STATUSES = {
    "MY_TICKETS_TO_PROCESS": {"OPEN"},
    "TO_PROCESS": {"OPEN"},
    "AWAITING_INFORMATION": {"AWAITING_INFORMATION"},
    "ALL_EXCEPT_CLOSED": {"OPEN", "AWAITING_INFORMATION", "RESOLVED"},
    "CLOSED": {"CLOSED"},
}
MESSAGES = ("proposeSolution", "requestInformation", "transferToSupport", "provideInformation", "refuseSolution")
REQUESTERS = ("provideInformation", "refuseSolution", "acceptSolution", "closeTicket")
_TAKE = "assignTicketToMe"
PATHS: dict[tuple[str, ...], tuple[str, str | None]] = {
    (): ("OPEN", "CREATION"),
    (_TAKE,): ("OPEN", "CREATION"),
    (_TAKE, "requestInformation"): ("AWAITING_INFORMATION", None),
    (_TAKE, "requestInformation", "provideInformation"): ("OPEN", "INFORMATION_PROVIDED"),
    (_TAKE, "proposeSolution"): ("RESOLVED", None),
    (_TAKE, "proposeSolution", "refuseSolution"): ("OPEN", "SOLUTION_REFUSED"),
    (_TAKE, "proposeSolution", "acceptSolution"): ("CLOSED", None),
    ("closeTicket",): ("CLOSED", None),
}
"""The actions on a new ticket, and the status and the reason that they lead to."""
DESCRIBED, ADDED = ("Écluse", "mandat", "l’œuvre"), ("péniche", "chaland", "mandat")
MATCHING = "ecluse", "MANDAT", "l'oeuvre", "peni", "peni", "chaland", "chaland", "écluse péniche", "1000", "#"
SEARCHES = (None, None, None, None, *MATCHING)
"""`#` stands for the last four digits of a ticket's number."""


@dataclass(frozen=True)
class Submit:
    login: str
    to: str
    word: str
    kind: str


@dataclass(frozen=True)
class Act:
    """An action on one of the tickets; `choice` picks a possible action, or one that is refused."""

    ticket: int
    choice: int
    word: str


@dataclass(frozen=True)
class Leave:
    number: int
    how: str


@dataclass(frozen=True)
class Return:
    number: int
    sse: bool


@dataclass(frozen=True)
class Quiet:
    pass


_SOME = st.sampled_from
_FILTERS = {
    "unassigned": st.booleans(),
    "statuses": st.lists(_SOME(["OPEN", "AWAITING_INFORMATION", "RESOLVED", "CLOSED"]), min_size=1, unique=True),
    "stateReasons": st.lists(_SOME(["CREATION", "INFORMATION_PROVIDED", "SOLUTION_REFUSED"]), min_size=1, unique=True),
    "assigneeIds": st.lists(_SOME(["agent-1", "agent-2", "service-agent", "support"]), min_size=1, unique=True),
    "serviceIds": st.just([FINANCES]),
    "structureIds": st.just([TOWN]),
    "objectTypes": st.just(["OTHER"]),
}
FILTERS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    _SOME(sorted(_FILTERS)).flatmap(lambda name: st.fixed_dictionaries({name: _FILTERS[name]})),
    st.fixed_dictionaries({}, optional=_FILTERS).filter(lambda filter: len(filter) <= 2),
)
SPECS = st.builds(
    ListSpec, _SOME(LOGINS), _SOME(sorted(STATUSES)), _SOME(SEARCHES), FILTERS,
    recent=_SOME([True, True, False]), sse=st.booleans(), paged=st.booleans(), early=_SOME([False, False, True]),
)  # fmt: skip
SUBMITS = st.builds(
    Submit, _SOME(sorted(SENDERS)), _SOME(sorted(AGENTS)), _SOME(DESCRIBED), _SOME(["INVOICE", "OTHER"])
)
ACTS = st.builds(Act, st.integers(0, 9), st.integers(0, 99), _SOME(ADDED))
BURSTS = st.lists(st.one_of(ACTS, ACTS, ACTS, ACTS, SUBMITS), min_size=1, max_size=5)
LEAVES = st.builds(Leave, st.integers(0, 4), _SOME(["abort", "close", "complete"]))
RETURNS = st.builds(Return, st.integers(0, 4), st.booleans())
STEPS = st.lists(
    st.one_of(BURSTS, BURSTS, BURSTS, BURSTS, BURSTS, LEAVES, RETURNS, st.builds(Quiet)), min_size=15, max_size=40
)


class Desk:
    """One run of a script: the lists, and the tickets as the results of actions show them."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.tickets: list[dict[str, Any]] = []
        self.lists: list[LiveList] = []
        self.since: str | None = None

    async def submit(self, step: Submit) -> None:
        result = await self.people.submit(step.login, step.to, step.word, objectType=step.kind)
        self.tickets.append({**result["ticket"], "to": step.to, "from": step.login, "names": None})
        self.since = self.since or result["ticket"]["submittedAt"]

    def possible_actions(self, ticket: dict[str, Any]) -> list[tuple[str, str, str | None]]:
        """The possible actions on a ticket: (login, action, login of the assignee)."""
        agents, senders, holder = AGENTS[ticket["to"]], SENDERS[ticket["from"]], ticket["names"]
        status = ticket["status"]
        found: list[tuple[str, str, str | None]] = []
        if status == "OPEN" and holder is None:
            found += [(agent, "assignTicketToMe", None) for agent in agents] * 3
        elif status == "OPEN":
            names = ["proposeSolution", "requestInformation"] * 2 + ["transferToSupport"] * (ticket["to"] != SUPPORT)
            found += [(holder, action, None) for action in names]
        if status == "AWAITING_INFORMATION":
            found += [(sender, "provideInformation", None) for sender in senders] * 3
        if status == "RESOLVED":
            names = ["refuseSolution", "refuseSolution", "acceptSolution"]
            found += [(sender, action, None) for sender in senders for action in names]
        if status in ("OPEN", "AWAITING_INFORMATION"):
            found.append((senders[0], "closeTicket", None))
        if status != "CLOSED":
            found += [(agents[0], "assignTicket", agent) for agent in agents if agent != holder]
        return found

    async def act(self, login: str, action: str, named: str | None, ticket: dict[str, Any], word: str) -> bool:
        """Run an action; returns whether it was done. Updates the ticket from the result."""
        given: dict[str, Any] = {"ticketId": ticket["id"]}
        if action in MESSAGES:
            given["message"] = f"Voici : {word}"
        if named is not None:
            given["assigneeId"] = await self.people.id_of(named)
        result = await (await self.people.client(login)).act(action, **given)
        if result["__typename"] != "ActionDone":
            return False
        if result["ticket"]["version"] > ticket["version"]:
            ticket |= result["ticket"]
            if action == "transferToSupport":
                ticket |= {"to": SUPPORT, "names": None}
            elif action in ("assignTicketToMe", "assignTicket"):
                ticket["names"] = named or login
        return True

    async def burst(self, steps: list[Submit | Act]) -> None:
        """Run some actions at the same time."""
        work: list[Awaitable[Any]] = []
        for step in steps:
            if isinstance(step, Submit):
                work.append(self.submit(step))
                continue
            living = [ticket for ticket in self.tickets if ticket["status"] != "CLOSED"] or self.tickets
            ticket = living[step.ticket % len(living)]
            choices = self.possible_actions(ticket)
            if step.choice % 20 == 19 or not choices:
                # A refused action must not be delivered to anybody.
                work.append(self.act("reader", "proposeSolution", None, ticket, step.word))
                continue
            chosen = self.act(*choices[step.choice % len(choices)], ticket, step.word)
            work.append(must_be_done(chosen) if len(steps) == 1 else chosen)
        await asyncio.gather(*work)

    async def arguments(self, spec: ListSpec) -> dict[str, Any]:
        """The GraphQL arguments of a list."""
        town, finances = await self.people.town()
        ids = {TOWN: town, FINANCES: finances}
        filter: dict[str, Any] = dict(spec.filter)
        for name in ("assigneeIds", "serviceIds", "structureIds"):
            if name in filter:
                filter[name] = [ids.get(one) or await self.people.id_of(one) for one in filter[name]]
        if spec.recent:
            filter["submittedFrom"] = self.since
        search = self.tickets[0]["number"][-4:] if spec.search == "#" else spec.search
        return {"tab": spec.tab, "search": search, "filter": filter or None}

    async def fence(self, live_list: LiveList) -> None:
        """Bring a new ticket into a list: once it is there, all earlier changes are delivered, too."""
        spec = live_list.spec
        kind = spec.filter.get("objectTypes", ["INVOICE"])[0]
        for to, taker, path in ways_into(spec):
            ticket = (await self.people.submit("requester", to, str(spec.search), objectType=kind))["ticket"]
            ticket["version"] = 0
            for action in path:
                login = "requester" if action in REQUESTERS else taker
                await must_be_done(self.act(login, action, None, ticket, ""))
            await live_list.has(ticket["id"])
            return


def ways_into(spec: ListSpec) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The ways in which a new ticket enters a list: its recipient, its agent, the actions on it."""
    if spec.search == "#":
        return
    wanted = spec.filter
    for to, agents in AGENTS.items():
        sees = agents if to == SUPPORT else (*agents, "reader")
        if spec.login not in sees or ("serviceIds" in wanted and to != FINANCES):
            continue
        if "structureIds" in wanted and to == SUPPORT:
            continue
        for taker in agents:
            for path, (status, reason) in PATHS.items():
                holder = taker if "assignTicketToMe" in path else None
                if (
                    status in STATUSES[spec.tab]
                    and (spec.tab != "MY_TICKETS_TO_PROCESS" or holder == spec.login)
                    and status in wanted.get("statuses", [status])
                    and reason in wanted.get("stateReasons", [reason])
                    and holder in wanted.get("assigneeIds", [holder])
                    and wanted.get("unassigned", holder is None) == (holder is None)
                ):
                    yield to, taker, path


async def must_be_done(work: Awaitable[bool]) -> None:
    assert await work, "a possible action was refused"


async def play(server: Server, specs: list[ListSpec], steps: list[Any]) -> None:
    """Run a script."""
    async with everybody(server) as people:
        desk = Desk(people)
        await desk.burst([Submit("requester", to, DESCRIBED[0], "INVOICE") for to in AGENTS])
        desk.lists = [LiveList(people, spec, await desk.arguments(spec)) for spec in specs]
        first = [live_list.begin() for live_list in desk.lists if not live_list.spec.early]
        await asyncio.gather(*first)
        early = [live_list.begin() for live_list in desk.lists if live_list.spec.early]
        await asyncio.gather(*early, desk.burst([Act(n, n, ADDED[0]) for n in range(3)]))
        try:
            for step in steps:
                live_list = desk.lists[step.number % len(specs)] if isinstance(step, (Leave, Return)) else None
                match step:
                    case list():
                        await desk.burst(step)
                    case Leave() if live_list:
                        await live_list.leave(step.how)
                    case Return() if live_list:
                        live_list.come_back(step.sse)
                    case Quiet():
                        await asyncio.gather(*(one.is_right() for one in desk.lists))
            for one in desk.lists:
                one.come_back(one.sse)
                await desk.fence(one)
            for one in desk.lists:
                await one.is_right()
            with closing(sqlite3.connect(server.data_dir / "saisine.sqlite3")) as file:
                assert Counter(file.execute(COUNTERS)) == Counter(file.execute(COUNTED_TICKETS))
        finally:
            for one in desk.lists:
                await one.leave("close")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that caches few events, so that late clients are served from the journal."""
    with serving(tmp_path_factory.mktemp("desk"), journal_cache_events="6") as running:
        yield running


@pytest.mark.timeout(1200 if SOAK else 300)
@settings(
    max_examples=300 if SOAK else 12, deadline=None, database=None, print_blob=True, report_multiple_bugs=False,
    # Shrinking an example takes minutes, as each try waits for a change that never comes: only in long runs.
    phases=[phase for phase in Phase if SOAK or phase not in (Phase.shrink, Phase.explain)],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(specs=st.lists(SPECS, min_size=3, max_size=5), steps=STEPS)
def test_a_list_updated_by_its_changes_equals_the_list_read_again(
    server: Server, specs: list[ListSpec], steps: list[Any]
) -> None:
    asyncio.run(play(server, specs, steps))
