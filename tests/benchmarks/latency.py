"""Latency: one client sends one request after another, to the product and to the bare server in turn."""

from tests.benchmarks import load
from tests.benchmarks.measure import PAIRS, SECONDS, WARM_SECONDS, Row, Say
from tests.benchmarks.processes import Server, run_load
from tests.benchmarks.questions import Question, Request


def latencies(question: Question, product: Server, bare: Server, say: Say) -> list[Row]:
    """The rows of the median and of the 99th percentile; that of the median also has the ratio of CPU time."""
    median = Row(f"{question.name}, one connection: p50", "µs ↓")
    tail = Row(f"{question.name}, one connection: p99", "µs ↓")
    for pair in range(PAIRS + 1):
        say(f"{median.name}, {f'pair {pair} of {PAIRS}' if pair else 'warming up'}")
        seconds = SECONDS if pair else WARM_SECONDS
        ours, of_our_cpu = _alone(product, question.product[0], question.expect, seconds)
        theirs, of_their_cpu = _alone(bare, question.bare[0], question.expect, seconds)
        if pair:
            median.product.append(ours.p50)
            median.bare.append(theirs.p50)
            median.per_cpu.append(of_our_cpu / of_their_cpu)
            tail.product.append(ours.p99)
            tail.bare.append(theirs.p99)
    return [median, tail]


def _alone(server: Server, request: Request, expect: str, seconds: float) -> tuple[load.Done, float]:
    """The result of one run, and the server's CPU seconds per request."""
    used = server.cpu_seconds()
    done = run_load(load.Job(server.port, [request], expect, seconds, connections=1))
    return done, (server.cpu_seconds() - used) / done.requests
