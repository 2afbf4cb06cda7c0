"""Interleaved runs (A B A B…) and their ratios, so that other work on the machine slows both servers alike.

A ratio compares the two runs of one pair. The median of the ratios counts; the minimum and the maximum are shown.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import orjson

from tests.benchmarks import load
from tests.benchmarks.processes import Server, run_load
from tests.benchmarks.questions import Question, Request

PAIRS = 7
SECONDS = 1.0
WARM_SECONDS = 1.0

Say = Callable[[str], None]


@dataclass
class Row:
    """A row of a table: one figure of each server for each pair."""

    name: str
    unit: str
    product: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    per_cpu: list[float] = field(default_factory=list)
    """The ratio of each pair by requests per second of the server's CPU time, which other work hardly affects."""

    def ratios(self) -> list[float]:
        """Product ÷ the other server, for each pair."""
        return [ours / theirs for ours, theirs in zip(self.product, self.bare, strict=True)]

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        figures = (f"{median(self.product):,.0f}", f"{median(self.bare):,.0f}")
        return self.name, self.unit, *figures, _spread(self.ratios()), _spread(self.per_cpu) if self.per_cpu else ""


def _spread(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def answer(server: Server, request: Request) -> Any:
    """The data of a server's response to one request."""

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
    """The runs of one question against one server; each continues with the requests after those of the last run."""

    def __init__(self, server: Server, requests: list[Request], expect: str, start: int) -> None:
        self._server = server
        self._job = load.Job(server.port, requests, expect, SECONDS, start)

    @property
    def sent(self) -> int:
        """The number of requests sent so far."""
        return self._job.start

    def rate(self, seconds: float) -> tuple[float, float]:
        """Requests per second in one run, and requests per second of the server's CPU time."""
        used = self._server.cpu_seconds()
        done = run_load(replace(self._job, seconds=seconds))
        used = self._server.cpu_seconds() - used
        self._job = replace(self._job, start=self._job.start + done.requests)
        return done.requests / done.seconds, done.requests / used


def rates(question: Question, product: Server, bare: Server, say: Say) -> tuple[Row, int]:
    """The row of a question, and how many requests the product got. Errors: RuntimeError if the responses differ."""
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
    return row, of_product.sent
