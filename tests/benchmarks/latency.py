"""One client alone, one request after the other: how long it waits for an answer, product and bare in turn."""

from tests.benchmarks import load
from tests.benchmarks.measure import PAIRS, SECONDS, WARM_SECONDS, Row, Say
from tests.benchmarks.processes import Server, run_load
from tests.benchmarks.questions import Question, Request


def latencies(question: Question, product: Server, bare: Server, say: Say) -> list[Row]:
    """The lines of the median and of the 99th percentile; that of the median has the ratio of processor time, too."""
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
    """What was done, and the server's processor time a request, in seconds."""
    used = server.cpu_seconds()
    done = run_load(load.Job(server.port, [request], expect, seconds, connections=1))
    return done, (server.cpu_seconds() - used) / done.requests
