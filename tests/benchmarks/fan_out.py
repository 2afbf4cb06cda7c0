"""Fan-out: CPU time per message and memory per subscriber, of servers just started.

Many WebSockets receive the same actions: from the product, from the bare server and, if Node.js is there, from
graphql-ws.
"""

import resource
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from tests.benchmarks import watch
from tests.benchmarks.measure import Row, Say, answer
from tests.benchmarks.processes import Place, Server, watching
from tests.benchmarks.questions import LIVE_CURSOR, WATCH, Question, Request, graphql

WARM_ACTIONS = 5
"""Actions sent to two subscribers first, so that what is loaded once is not measured."""
WARM_BROADCASTS = 500
"""The same for Node.js, which first compiles what runs often."""
SETTLE_SECONDS = 0.5
FILES = 200
"""At least as many files as a process has open besides its sockets."""
RAISED = {
    f"SAISINE_{name}": "1000000"
    for name in (
        "CONNECTIONS_PER_VIEWER", "CONNECTIONS_PER_ADDRESS", "SUBSCRIPTIONS_PER_VIEWER",
        "SUBSCRIPTIONS_MAX_COST_PER_VIEWER", "ACTIONS_PER_MINUTE",
    )
}  # fmt: skip
"""Limits raised but still checked: all subscribers are one viewer at one address, and actions come without a pause."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The subscribers of one run, in `groups` that share a document. `broadcasts` are the actions of the other servers:
    more of them, because /proc counts CPU time in coarse ticks."""

    watchers: int = 1_000
    groups: int = 1
    actions: int = 25
    broadcasts: int = 50
    pairs: int = 3

    def __str__(self) -> str:
        each = f"{self.groups} groups of {self.watchers // self.groups}"
        return f"fan-out to {each if self.groups > 1 else format(self.watchers, ',')}"


ENOUGH = 1_000
"""The fewest subscribers whose memory stands out from what a process takes and frees otherwise."""
CROWD = Crowd()
CROWDS = (
    Crowd(100, actions=50, broadcasts=300, pairs=2),
    Crowd(5_000, actions=5, broadcasts=10, pairs=2),
    Crowd(groups=50, pairs=2),
)


def crowds() -> tuple[list[Crowd], list[str]]:
    """The crowds whose sockets fit the limit of open files, once raised, and what is left out."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    possible = [crowd for crowd in (CROWD, *CROWDS) if crowd.watchers + FILES <= most]
    left_out = {str(crowd) for crowd in (CROWD, *CROWDS)} - {str(crowd) for crowd in possible}
    return possible, [f"{name}: no more than {most} open files, raise `ulimit -Hn`" for name in sorted(left_out)]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a fan-out: CPU microseconds per message, KiB per subscriber; and its last message."""

    microseconds: float
    kibibytes: float
    frame: str


class FanOuts:
    """The fan-outs over one desk; each continues with the actions after those of the last one.

    `node` starts graphql-ws; None if it can't run here.
    """

    def __init__(
        self,
        place: Place,
        token: str,
        actions: Question,
        sent: int,
        node: Callable[[], AbstractContextManager[Server]] | None,
    ) -> None:
        self._place, self._token, self._actions, self._sent, self._node = place, token, actions, sent, node

    def rows(self, crowd: Crowd, say: Say) -> tuple[list[Row], list[Row]]:
        """The rows against the bare server (CPU time, and memory if subscribers are enough) and against graphql-ws."""
        time_row = Row(f"{crowd}: CPU a message", "µs ↓")
        memory_row = Row(f"{crowd}: memory each", "KiB ↓")
        node_row = Row(f"{crowd}: CPU a message, graphql-ws", "µs ↓") if self._node else None
        for pair in range(1, crowd.pairs + 1):
            say(f"{crowd}, pair {pair} of {crowd.pairs}")
            ours = self._product(crowd)
            requests = [Request("/broadcast", ours.frame)] * (WARM_ACTIONS + crowd.broadcasts)
            with self._place.bare() as server:
                theirs = cost_of(server, watch.Job(server.port, crowd.watchers, requests, '"sent":true'), WARM_ACTIONS)
            time_row.product.append(ours.microseconds)
            time_row.bare.append(theirs.microseconds)
            memory_row.product.append(ours.kibibytes)
            memory_row.bare.append(theirs.kibibytes)
            if self._node and node_row:
                requests = requests[:1] * (WARM_BROADCASTS + crowd.broadcasts)
                with self._node() as server:
                    job = watch.Job(server.port, crowd.watchers, requests, '"sent":true', "any", WATCH, "any")
                    node = cost_of(server, job, WARM_BROADCASTS)
                _same(ours.frame, node.frame)
                node_row.product.append(ours.microseconds)
                node_row.bare.append(node.microseconds)
        enough = crowd.watchers >= ENOUGH
        return [time_row, memory_row][: 1 + enough], [node_row] if node_row else []

    def _product(self, crowd: Crowd) -> Cost:
        with self._place.product(**RAISED) as server:
            after = answer(server, graphql(self._token, LIVE_CURSOR))["tickets"]["liveCursor"]
            numbers = range(self._sent, self._sent + WARM_ACTIONS + crowd.actions)
            requests = [self._actions.product[number % len(self._actions.product)] for number in numbers]
            self._sent = numbers.stop
            job = watch.Job(
                server.port, crowd.watchers, requests, self._actions.expect, self._token, WATCH, after, crowd.groups
            )
            return cost_of(server, job, WARM_ACTIONS)


def cost_of(server: Server, job: watch.Job, warming: int) -> Cost:
    """Run a job: its cost. The first `warming` actions go to two subscribers and are not measured."""
    with watching(replace(job, watchers=2, actions=job.actions[:warming])) as watchers:
        after = watch.cursor_of(watchers.act().frame)
    before = server.resident_bytes()
    with watching(replace(job, actions=job.actions[warming:], after=after)) as watchers:
        time.sleep(SETTLE_SECONDS)
        memory = server.resident_bytes() - before
        used = server.cpu_seconds()
        received = watchers.act()
        used = server.cpu_seconds() - used
    return Cost(used / received.messages * 1e6, memory / job.watchers / 1024, received.frame)


def _same(ours: str, theirs: str) -> None:
    if watch.payload_of(ours) != watch.payload_of(theirs):
        raise RuntimeError(f"fan-out, graphql-ws: the messages differ\n{ours}\n{theirs}")
