"""Kills processes while users act and subscribe: no action is lost, half done or done twice, every list ends right.

A request whose connection breaks is repeated under its key until it gets a response; a subscriber resumes from its
cursor. The checks of the database afterwards are in `aftermath.py`.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest
from websockets.exceptions import ConnectionClosed

from models import database, journal
from tests.live import FINANCES, TOWN, People, everybody
from tests.live.lists import ListSpec, LiveList
from tests.soak.aftermath import Call, TabCounts, check_answered_calls, check_the_desk, check_the_files
from tests.soak.sites import KILLS, LOST, SOAK, Site
from tests.support.databases import fresh_sync
from tests.support.server import Server

pytestmark = pytest.mark.soak
REPEATED = 400 if SOAK else 100
"""Number of requests repeated at the end."""

AGENTS, SENDERS = ("agent-1", "agent-2"), ("requester", "colleague")
ADDED = ("", "péniche", "mandat", "l’œuvre")
CHOICE = "nodes { id version availableActions assignableAgents { id } }"
RECEIVED = f"{{ list: tickets(tab: ALL_EXCEPT_CLOSED, first: 30) {{ {CHOICE} }} }}"
SENT = f"{{ list: sentTickets(first: 30) {{ {CHOICE} }} }}"
MUTATIONS = {
    "ASSIGN_TO_ME": "assignTicketToMe",
    "ASSIGN": "assignTicket",
    "PROPOSE_SOLUTION": "proposeSolution",
    "REQUEST_INFORMATION": "requestInformation",
    "TRANSFER_TO_SUPPORT": "transferToSupport",
    "PROVIDE_INFORMATION": "provideInformation",
    "ACCEPT_SOLUTION": "acceptSolution",
    "REFUSE_SOLUTION": "refuseSolution",
    "CLOSE": "closeTicket",
}
SILENT = ("ASSIGN_TO_ME", "ASSIGN", "ACCEPT_SOLUTION", "CLOSE")
RARE = ("ASSIGN", "TRANSFER_TO_SUPPORT", "CLOSE")
WATCHED = (
    ("agent-1", "MY_TICKETS_TO_PROCESS", None), ("agent-2", "MY_TICKETS_TO_PROCESS", "mandat"),
    ("agent-2", "TO_PROCESS", None), ("agent-1", "AWAITING_INFORMATION", "peniche"), ("reader", "CLOSED", "l'oeuvre"),
    ("reader", "ALL_EXCEPT_CLOSED", None), ("service-agent", "ALL_EXCEPT_CLOSED", None),
    ("support", "TO_PROCESS", None),
)  # fmt: skip


class Crowd:
    """The users of a site: their requests and their subscriptions."""

    def __init__(self, site: Site, people: dict[Server, People], seed: int) -> None:
        self.site, self.people, self.seed = site, people, seed
        self.calls: list[Call] = []
        self.watchers: list[LiveList] = []
        self.over = asyncio.Event()
        self.cut = 0

    def random(self, name: object) -> Random:
        return Random(f"{self.seed} {name}")

    async def begin(self) -> None:
        """Log in to every process and subscribe before anyone acts."""
        for people in self.people.values():
            for login in {*AGENTS, *SENDERS, *(login for login, _, _ in WATCHED)}:
                await people.client(login)
        for login, tab, search in WATCHED:
            spec = ListSpec(login, tab, search, {}, recent=False, sse=False, paged=False, early=False)
            watcher = LiveList(self.people[self.site.servers[0]], spec, {"tab": tab, "search": search, "filter": None})
            await watcher.begin()
            self.watchers.append(watcher)

    async def call(self, login: str, random: Random) -> None:
        """Choose an action and repeat its request until it gets a response."""
        call = None
        while call is None:
            server = await self.site.somewhere(random)
            try:
                call = await self._choose(login, random, self.people[server])
            except LOST:
                self.site.broken(server)
        while call.answer is None:
            server = await self.site.somewhere(random)
            try:
                call.tried_at = journal.now()
                call.answer = await call.make(self.people[server])
            except LOST:
                call.breaks += 1
                self.site.broken(server)
            else:
                self.site.has_answered(server)

    async def _choose(self, login: str, random: Random, people: People) -> Call:
        query = SENT if login in SENDERS else RECEIVED
        nodes = (await (await people.client(login)).run(query))["list"]["nodes"]
        able = [(node, action) for node in nodes for action in node["availableActions"]]
        number = len(self.calls) + 1
        text = f"{Call.word_of(number)} {random.choice(ADDED)}".strip()
        common = any(action not in RARE for _, action in able)
        if login in SENDERS and (not able or random.random() < (0.1 if common else 0.7)):
            call = Call(number, login, "submitTicket", {"to": random.choice([TOWN, FINANCES]), "text": text})
        else:
            ticket, action = random.choices(able, [1 if action in RARE else 9 for _, action in able])[0]
            given = {"ticketId": ticket["id"]}
            if action == "ASSIGN":
                given["assigneeId"] = random.choice(ticket["assignableAgents"])["id"]
            if action not in SILENT:
                given["message"] = text
            if random.random() < 0.3:
                given["version"] = ticket["version"]
            call = Call(number, login, MUTATIONS[action], given)
        if "message" in call.given or "text" in call.given:
            call.size = random.choice([0, 0, 20, 3_000, 90_000])
        self.calls.append(call)
        return call

    async def keep_calling(self, login: str, random: Random) -> None:
        while not self.over.is_set():
            await self.call(login, random)

    async def keep_watching(self, watcher: LiveList, random: Random) -> None:
        """Resume at a running process whenever the connection breaks."""
        over = asyncio.create_task(self.over.wait())
        while not over.done():
            assert watcher.following is not None
            await asyncio.wait({over, watcher.following}, return_when=asyncio.FIRST_COMPLETED)
            if not watcher.following.done():
                await watcher.leave("close")
            else:
                lost = watcher.following.exception()
                if not isinstance(lost, LOST) or (isinstance(lost, ConnectionClosed) and lost.rcvd is not None):
                    raise lost or AssertionError("the server closed the subscription")
                self.cut += 1
                watcher.following = watcher.line = None
            server = await self.site.somewhere(random)
            watcher.people = self.people[server]
            watcher.come_back(sse=random.random() < 0.5)

    async def live_through_kills(self) -> None:
        """Act and subscribe while processes are killed, until all run again and every subscriber has resumed."""
        logins = [*AGENTS, *SENDERS] * 2
        work = [self.keep_calling(login, self.random(f"{login} {n}")) for n, login in enumerate(logins)]
        work += [self.keep_watching(one, self.random(f"watcher {n}")) for n, one in enumerate(self.watchers)]
        everyone = asyncio.ensure_future(asyncio.gather(*work))
        servers = enumerate(self.site.servers)
        await asyncio.gather(*(self.site.keep_killing(one, self.random(f"killer {n}"), everyone) for n, one in servers))
        self.over.set()
        await everyone

    async def repeat(self, calls: list[Call], random: Random) -> None:
        """Repeat requests that were done: each must return its first result."""
        for call in calls:
            again = await call.make(self.people[random.choice(self.site.servers)])
            assert (again["cursor"], again["activity"]) == (call.answer["cursor"], call.answer["activity"]), call

    async def told(self) -> TabCounts:
        """The tab counts of each process, by login."""
        logins = sorted({login for login, _, _ in WATCHED})
        return [(login, await people.counts(login)) for people in self.people.values() for login in logins]


@pytest.fixture
def site(database_kind: str, tmp_path: Path) -> Iterator[Site]:
    with fresh_sync(database_kind, tmp_path) as url:
        site = Site(database_kind, url, tmp_path)
        try:
            for server in site.servers:
                server.start()
            yield site
        finally:
            for server in site.servers:
                if server.process is not None and server.process.stdout and not server.process.stdout.closed:
                    server.stop(signal.SIGKILL)


@pytest.mark.timeout(900 if SOAK else 120)
async def test_killed_processes_lose_and_repeat_no_action(site: Site) -> None:
    seed = int(os.environ.get("SAISINE_CRASHES_SEED", "0")) or Random().randrange(1, 10**9)
    print(f"SAISINE_CRASHES_SEED={seed}")
    begun = time.monotonic()
    async with AsyncExitStack() as stack:
        people = {server: await stack.enter_async_context(everybody(server)) for server in site.servers}
        crowd = Crowd(site, people, seed)
        since = await crowd.people[site.servers[0]].now()
        await crowd.begin()
        try:
            await crowd.live_through_kills()
            lived = time.monotonic() - begun
            await asyncio.gather(*(watcher.is_right() for watcher in crowd.watchers))
            done = [call for call in crowd.calls if call.done]
            some = crowd.random("repeated").sample(done, min(len(done), REPEATED))
            await asyncio.gather(*(crowd.repeat(some[n::8], crowd.random(f"repeat {n}")) for n in range(8)))
            await asyncio.gather(*(watcher.is_right() for watcher in crowd.watchers))
            told = await crowd.told()
        finally:
            for watcher in crowd.watchers:
                await watcher.leave("close")
    for server in site.servers:
        assert await asyncio.to_thread(server.stop) == 0
        site.has_not_stumbled(server)

    await database.open_database(site.settings)
    try:
        await journal.open_journal()
        await check_the_desk(site.kind, told)
        saved = await check_answered_calls(crowd.calls, since)
        orphans = await check_the_files(site.settings, crowd.calls)
    finally:
        await database.close_database()
    changes = sum(len(watcher.seen) for watcher in crowd.watchers)
    print(
        f"{site.kind}: {site.kills} kills of a serving process and {site.kills_of_starting} of a starting one in "
        f"{lived:.0f} s; {len(crowd.calls)} calls, {len(done)} done, {sum(call.breaks for call in crowd.calls)} times "
        f"broken, {saved} done though the answer was lost; {orphans} orphans swept; {len(crowd.watchers)} watchers, "
        f"{crowd.cut} times cut, {changes} changes; {time.monotonic() - begun:.0f} s in all",
        Counter(call.action for call in done),
        file=sys.stderr,
    )
    assert len(done) > KILLS
    assert not SOAK or saved, "no response of a done request was lost: the test proves nothing"
