"""Interleaved runs and their ratios: A B A B…, so that whatever else the machine does meets both.

A ratio is of the two runs of one pair; of the ratios the median counts, and the least and the greatest are shown.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import orjson

from tests.benchmarks import load, watch
from tests.benchmarks.processes import Place, Server, run_load, watching
from tests.benchmarks.questions import HEAD, WATCH, Question, Request, graphql

PAIRS = 7
SECONDS = 1.0
WARM_SECONDS = 1.0
FANOUT_PAIRS = 5
WATCHERS = 200
ACTIONS = 50
BROADCASTS = 150
"""Of the bare server: its time for fewer would be lost in the clock ticks of /proc."""
WARM_ACTIONS = 5
"""So many actions go first, to two watchers: what is loaded at the first use is nobody's share."""
SETTLE_SECONDS = 0.5

Say = Callable[[str], None]


@dataclass
class Row:
    """A line of the table, a figure of each server for each pair."""

    name: str
    unit: str
    product: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    per_cpu: list[float] = field(default_factory=list)
    """The ratio of each pair by requests a second of the server's own processor time, which other work hardly moves."""

    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        ratios = [ours / theirs for ours, theirs in zip(self.product, self.bare, strict=True)]
        figures = (f"{median(self.product):,.0f}", f"{median(self.bare):,.0f}")
        return self.name, self.unit, *figures, _spread(ratios), _spread(self.per_cpu) if self.per_cpu else ""


def _spread(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def answer(server: Server, request: Request) -> Any:
    """The data that a server answers to one request."""

    async def ask() -> tuple[int, bytes]:
        connection = await load.Connection.open(server.port)
        try:
            return await connection.ask(request.encoded())
        finally:
            await connection.close()

    status, body = asyncio.run(ask())
    found = orjson.loads(body)
    if status != 200 or "errors" in found:
        raise RuntimeError(f"{request.path}: {status} {body.decode()}")
    return found["data"]


class Runs:
    """The runs of one question against one server; each goes on where the last one stopped."""

    def __init__(self, server: Server, requests: list[Request], expect: str, asked: int) -> None:
        self._server = server
        self._job = load.Job(server.port, requests, expect, SECONDS, asked)

    @property
    def asked(self) -> int:
        """How many requests have been made."""
        return self._job.start

    def rate(self, seconds: float) -> tuple[float, float]:
        """Requests a second in one run, and requests a second of the server's processor time."""
        used = self._server.cpu_seconds()
        done = run_load(replace(self._job, seconds=seconds))
        used = self._server.cpu_seconds() - used
        self._job = replace(self._job, start=self._job.start + done.requests)
        return done.requests / done.seconds, done.requests / used


def rates(question: Question, product: Server, bare: Server, say: Say) -> tuple[Row, int]:
    """The question's line, and how many requests the product was asked. Errors: RuntimeError where answers differ."""
    answers = answer(product, question.product[0]), answer(bare, question.bare[0])
    if answers[0] != answers[1]:
        raise RuntimeError(f"{question.name}: the answers differ\n{answers[0]}\n{answers[1]}")
    of_product = Runs(product, list(question.product), question.expect, 1)
    of_bare = Runs(bare, list(question.bare), question.expect, 1)
    row = Row(question.name, "req/s ↑")
    for runs in (of_product, of_bare):
        say(f"{question.name}, warming up")
        runs.rate(WARM_SECONDS)
    for pair in range(1, PAIRS + 1):
        say(f"{question.name}, pair {pair} of {PAIRS}")
        ours, of_our_cpu = of_product.rate(SECONDS)
        theirs, of_their_cpu = of_bare.rate(SECONDS)
        row.product.append(ours)
        row.bare.append(theirs)
        row.per_cpu.append(of_our_cpu / of_their_cpu)
    return row, of_product.asked


def fan_out(place: Place, token: str, actions: Question, asked: int, say: Say) -> tuple[Row, Row]:
    """The lines of processor time a message and memory a watcher, of servers that have just been started."""
    time_row = Row("fan-out: CPU a message", "µs ↓")
    memory_row = Row("memory a subscriber", "KiB ↓")
    for pair in range(1, FANOUT_PAIRS + 1):
        say(f"fan-out, pair {pair} of {FANOUT_PAIRS}")
        with place.product() as server:
            after = answer(server, graphql(token, HEAD))["tickets"]["liveCursor"]
            numbers = range(asked, asked + WARM_ACTIONS + ACTIONS)
            requests = [actions.product[number % len(actions.product)] for number in numbers]
            job = watch.Job(server.port, WATCHERS, requests, actions.expect, token, WATCH, after)
            ours = _fan_out(server, job)
            asked = numbers.stop
        with place.bare() as server:
            requests = [Request("/broadcast", ours.frame)] * (WARM_ACTIONS + BROADCASTS)
            theirs = _fan_out(server, watch.Job(server.port, WATCHERS, requests, '"sent":true'))
        time_row.product.append(ours.microseconds)
        time_row.bare.append(theirs.microseconds)
        memory_row.product.append(ours.kibibytes)
        memory_row.bare.append(theirs.kibibytes)
    return time_row, memory_row


@dataclass(frozen=True, slots=True)
class FanOut:
    """What one fan-out cost a server: processor time a message, memory a watcher; and the last message."""

    microseconds: float
    kibibytes: float
    frame: str


def _fan_out(server: Server, job: watch.Job) -> FanOut:
    with watching(replace(job, watchers=2, actions=job.actions[:WARM_ACTIONS])) as watchers:
        after = watch.cursor_of(watchers.act().frame)
    before = server.resident_bytes()
    with watching(replace(job, actions=job.actions[WARM_ACTIONS:], after=after)) as watchers:
        time.sleep(SETTLE_SECONDS)
        memory = server.resident_bytes() - before
        used = server.cpu_seconds()
        told = watchers.act()
        used = server.cpu_seconds() - used
    return FanOut(used / told.messages * 1e6, memory / job.watchers / 1024, told.frame)
