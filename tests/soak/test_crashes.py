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
from tests.soak.aftermath import ActionRequest, TabCounts, check_the_actions, check_the_desk, check_the_files
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
        self.requests: list[ActionRequest] = []
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

    async def act(self, login: str, random: Random) -> None:
        """Choose an action and repeat its request until it gets a response."""
        request = None
        while request is None:
            server = await self.site.running_server(random)
            try:
                request = await self._choose(login, random, self.people[server])
            except LOST:
                self.site.check_killed(server)
        while request.result is None:
            server = await self.site.running_server(random)
            try:
                request.tried_at = journal.now()
                request.result = await request.send(self.people[server])
            except LOST:
                request.breaks += 1
                self.site.check_killed(server)
            else:
                self.site.count_response(server)

    async def _choose(self, login: str, random: Random, people: People) -> ActionRequest:
        query = SENT if login in SENDERS else RECEIVED
        nodes = (await (await people.client(login)).run(query))["list"]["nodes"]
        able = [(node, action) for node in nodes for action in node["availableActions"]]
        number = len(self.requests) + 1
        text = f"{ActionRequest.word_of(number)} {random.choice(ADDED)}".strip()
        common = any(action not in RARE for _, action in able)
        if login in SENDERS and (not able or random.random() < (0.1 if common else 0.7)):
            given = {"to": random.choice([TOWN, FINANCES]), "text": text}
            request = ActionRequest(number, login, "submitTicket", given)
        else:
            ticket, action = random.choices(able, [1 if action in RARE else 9 for _, action in able])[0]
            given = {"ticketId": ticket["id"]}
            if action == "ASSIGN":
                given["assigneeId"] = random.choice(ticket["assignableAgents"])["id"]
            if action not in SILENT:
                given["message"] = text
            if random.random() < 0.3:
                given["version"] = ticket["version"]
            request = ActionRequest(number, login, MUTATIONS[action], given)
        if "message" in request.given or "text" in request.given:
            request.size = random.choice([0, 0, 20, 3_000, 90_000])
        self.requests.append(request)
        return request

    async def keep_acting(self, login: str, random: Random) -> None:
        while not self.over.is_set():
            await self.act(login, random)

    async def keep_subscribed(self, watcher: LiveList, random: Random) -> None:
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
            server = await self.site.running_server(random)
            watcher.people = self.people[server]
            watcher.come_back(sse=random.random() < 0.5)

    async def live_through_kills(self) -> None:
        """Act and subscribe while processes are killed, until all run again and every subscriber has resumed."""
        logins = [*AGENTS, *SENDERS] * 2
        work = [self.keep_acting(login, self.random(f"{login} {n}")) for n, login in enumerate(logins)]
        work += [self.keep_subscribed(one, self.random(f"watcher {n}")) for n, one in enumerate(self.watchers)]
        everyone = asyncio.ensure_future(asyncio.gather(*work))
        servers = enumerate(self.site.servers)
        await asyncio.gather(*(self.site.keep_killing(one, self.random(f"killer {n}"), everyone) for n, one in servers))
        self.over.set()
        await everyone

    async def repeat(self, requests: list[ActionRequest], random: Random) -> None:
        """Repeat requests that were done: each must return its first result."""
        for request in requests:
            again = await request.send(self.people[random.choice(self.site.servers)])
            first = request.result
            assert (again["cursor"], again["activity"]) == (first["cursor"], first["activity"]), request

    async def counts(self) -> TabCounts:
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
            done = [request for request in crowd.requests if request.done]
            some = crowd.random("repeated").sample(done, min(len(done), REPEATED))
            await asyncio.gather(*(crowd.repeat(some[n::8], crowd.random(f"repeat {n}")) for n in range(8)))
            await asyncio.gather(*(watcher.is_right() for watcher in crowd.watchers))
            counts = await crowd.counts()
        finally:
            for watcher in crowd.watchers:
                await watcher.leave("close")
    for server in site.servers:
        assert await asyncio.to_thread(server.stop) == 0
        site.check_output(server)

    await database.open_database(site.settings)
    try:
        await journal.open_journal()
        await check_the_desk(counts)
        saved = await check_the_actions(crowd.requests, since)
        orphans = await check_the_files(site.settings, crowd.requests)
    finally:
        await database.close_database()
    changes = sum(len(watcher.seen) for watcher in crowd.watchers)
    breaks = sum(request.breaks for request in crowd.requests)
    print(
        f"{site.kind}: {site.kills} kills of a serving process and {site.kills_at_start} of a starting one in "
        f"{lived:.0f} s; {len(crowd.requests)} requests, {len(done)} done, {breaks} times broken, "
        f"{saved} done though the response was lost; {orphans} orphans swept; {len(crowd.watchers)} watchers, "
        f"{crowd.cut} times cut, {changes} changes; {time.monotonic() - begun:.0f} s in all",
        Counter(request.action for request in done),
        file=sys.stderr,
    )
    assert len(done) > KILLS
    assert not SOAK or saved, "no response of a done request was lost: the test proves nothing"
