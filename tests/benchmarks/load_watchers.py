"""`python -m tests.benchmarks.load_watchers`: many subscribers on two servers over PostgreSQL.

It reports how many lists ended right, the delay from action to delivery, the memory per subscriber and the statements
that idle subscribers cause. `README.md` has figures. Database and files are temporary and removed at the end.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import asyncpg

from tests.benchmarks import crowd
from tests.benchmarks.processes import ROOT
from tests.benchmarks.processes import Server as Measured
from tests.live import People, everybody
from tests.support.databases import POSTGRES_URL, fresh_sync
from tests.support.issuer import Issuer
from tests.support.server import UNLIMITED, Server

STATISTICS_LAG = 12.0
"""Seconds until PostgreSQL's statistics include what an idle connection did (it reports every 10)."""
LOGINS = ("agent-1", "agent-2", "reader", "service-agent")
LIST = """query ($after: String) { list: tickets(tab: TO_PROCESS, first: 100, after: $after) {
  liveCursor nodes { id version } pageInfo { hasNextPage endCursor } } }"""


@dataclass(frozen=True)
class Load:
    """The size of the run; times in seconds."""

    watchers: int = 5_000
    agents: int = 20
    seconds: float = 60
    pause: float = 10
    """The time between two actions of one agent."""
    idle: float = 20
    """How long statements are counted without any action."""
    clients: int = 4
    """The number of processes that run the subscribers."""
    tickets: int = 300


@dataclass
class Report:
    """The result. `delays` are in milliseconds; statements are per second, of both processes, with their polls."""

    right: int
    wrong: int
    resumed: int
    actions: int
    delays: Counter[int]
    kib_a_watcher: float
    statements_alone: float
    statements_watched: float
    cpu_seconds: float

    def delay(self, part: float) -> int:
        """The delay that this part of the messages did not exceed: a percentile."""
        left = part * sum(self.delays.values())
        for delay, count in sorted(self.delays.items()):
            left -= count
            if left <= 0:
                return delay
        return -1

    def __str__(self) -> str:
        messages = sum(self.delays.values())
        return (
            f"lists right {self.right}, wrong {self.wrong}, resumed {self.resumed}\n"
            f"{self.actions} actions, {messages} messages, {self.cpu_seconds:.0f} s of server CPU in all\n"
            f"action to delivery: p50 {self.delay(0.5)} ms, p99 {self.delay(0.99)} ms, max {self.delay(1)} ms\n"
            f"memory a watcher: {self.kib_a_watcher:.0f} KiB\n"
            f"statements a second of both processes, idle: {self.statements_alone:.2f} without watchers, "
            f"{self.statements_watched:.2f} with all of them"
        )


class _Client:
    """One process of subscribers (`crowd.py`)."""

    def __init__(self, job: crowd.Job) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.crowd"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._send(json.dumps(asdict(job)))

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def line(self) -> str:
        """Read the next line that it prints."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a part of the crowd broke: see above")
        return line

    def end(self, goal: crowd.Goal) -> dict[str, Any]:
        """Give it the goal: what it saw."""
        self._send(json.dumps(asdict(goal)))
        return dict(json.loads(self.line()))

    def close(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.communicate()


async def _transactions(url: str) -> int:
    """The number of transactions that the database of this URL has ended, read from another database."""
    connection = await asyncpg.connect(POSTGRES_URL)
    try:
        query = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1"
        return int(await connection.fetchval(query, url.rsplit("/", 1)[1]))
    finally:
        await connection.close()


async def _statements_a_second(url: str, seconds: float) -> float:
    before = await _transactions(url)
    await asyncio.sleep(seconds)
    return (await _transactions(url) - before) / seconds


async def _lists(people: People) -> tuple[str, crowd.Lists]:
    """The list of each login, and an event cursor from before they were read."""
    cursor, lists = await people.now(), {}
    for login in LOGINS:
        found: dict[str, int] = {}
        page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            answer = (await (await people.client(login)).run(LIST, after=page["endCursor"]))["list"]
            page = answer["pageInfo"]
            found |= {node["id"]: node["version"] for node in answer["nodes"]}
        lists[login] = found
    return cursor, lists


async def _act(people: People, load: Load, number: int, until: float, acted_at: dict[str, float]) -> None:
    """Submit a ticket, take it, solve it, and repeat, at the agent's pace."""
    agent, ticket, step = LOGINS[number % 2], None, 0
    await asyncio.sleep(load.pause * number / load.agents)
    while time.monotonic() < until:
        begun = time.monotonic()
        if step == 0:
            ticket = await people.submit(text=f"Question de charge {number}")
        elif step == 1:
            ticket = await people.take(agent, ticket)
        else:
            ticket = await people.act(agent, "proposeSolution", ticket, "C’est réglé.")
        acted_at[ticket["cursor"]] = begun
        step = (step + 1) % 3
        await asyncio.sleep(max(0, begun + load.pause - time.monotonic()))


@contextmanager
def _two_servers(folder: Path, tickets: int) -> Iterator[tuple[str, list[Server]]]:
    issuer = Issuer()
    with fresh_sync("postgres", folder) as url:
        servers = [Server(folder, None, issuer, database_url=url, broker_url=url, **UNLIMITED) for _ in range(2)]
        for command in (["migrate"], ["generate", "--tickets", str(tickets)]):
            done = servers[0].command(*command)
            if done.returncode:
                raise RuntimeError(done.stderr)
        try:
            for server in servers:
                server.start()
            yield url, servers
        finally:
            for server in servers:
                if server.process is not None:
                    server.stop()
    issuer.close()


async def _measure(load: Load, url: str, servers: list[Server], say: Any) -> Report:
    measured = [Measured(server.port, server.process.pid) for server in servers if server.process]
    clients: list[_Client] = []
    async with AsyncExitStack() as stack:
        places = [await stack.enter_async_context(everybody(server)) for server in servers]
        for people in places:
            for login in (*LOGINS, "requester"):
                await people.client(login)
        say("idle, nobody watches")
        await asyncio.sleep(STATISTICS_LAG)
        alone = await _statements_a_second(url, load.idle)
        memory = sum(one.resident_bytes() for one in measured)
        cursor, lists = await _lists(places[0])
        tokens = {login: servers[0].token(login) for login in LOGINS}
        shares = [load.watchers // load.clients + (n < load.watchers % load.clients) for n in range(load.clients)]
        ports = [server.port for server in servers]
        try:
            say(f"{load.watchers} watchers connect")
            clients += [_Client(crowd.Job(share, ports, tokens, cursor, lists)) for share in shares if share]
            await asyncio.gather(*(asyncio.to_thread(client.line) for client in clients))
            await asyncio.sleep(STATISTICS_LAG)
            grown = sum(one.resident_bytes() for one in measured) - memory
            say("idle, all watch")
            watched = await _statements_a_second(url, load.idle)
            say(f"{load.agents} agents act")
            acted_at: dict[str, float] = {}
            cpu = sum(one.cpu_seconds() for one in measured)
            until = time.monotonic() + load.seconds
            acting = [_act(places[n % 2], load, n, until, acted_at) for n in range(load.agents)]
            await asyncio.gather(*acting)
            goal = crowd.Goal((await _lists(places[0]))[1], acted_at)
            say("lists are compared")
            seen = await asyncio.gather(*(asyncio.to_thread(client.end, goal) for client in clients))
            cpu = sum(one.cpu_seconds() for one in measured) - cpu
        finally:
            for client in clients:
                client.close()
    delays: Counter[int] = Counter()
    for one in seen:
        delays.update({int(delay): count for delay, count in one["delays"].items()})
    right, wrong, resumed = (sum(one[name] for one in seen) for name in ("right", "wrong", "resumed"))
    return Report(right, wrong, resumed, len(acted_at), delays, grown / load.watchers / 1024, alone, watched, cpu)


def run(load: Load, say: Any = lambda _: None) -> Report:
    """Run the load: its result."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if load.watchers / 2 + 200 > most:
        raise RuntimeError(f"{load.watchers} watchers need more open files than {most}: raise `ulimit -Hn`")
    with (
        tempfile.TemporaryDirectory(prefix="saisine-load-") as folder,
        _two_servers(Path(folder), load.tickets) as (url, servers),
    ):
        return asyncio.run(_measure(load, url, servers, say))


def main() -> None:
    """Read the arguments, run and print; the exit code is 1 if a list ended wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    for one in fields(Load):
        parser.add_argument(f"--{one.name}", type=type(one.default), default=one.default)
    report = run(Load(**vars(parser.parse_args())), lambda what: print(f"… {what}", file=sys.stderr, flush=True))
    print(report)
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
