"""The product against its peers, in rounds of product, peer, peer…: each ratio compares two runs of one round.

A peer that can't run on this machine is left out, with the reason.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.measure import SECONDS, Row, Runs, Say, answer
from tests.benchmarks.peers.servers import Peers, node_problem
from tests.benchmarks.processes import Server
from tests.benchmarks.questions import LIST, Question, Request, graphql

ROUNDS = 5
WARM_SECONDS = 2.0
"""Longer than against the bare server: V8 first compiles what runs often."""

Start = Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A server, its request, and a function that turns its response into the product's form."""

    server: Server
    request: Request
    read: Callable[[Any], Any] = lambda found: found


def against(question: Question, product: Server, peers: dict[str, Peer], say: Say) -> list[Row]:
    """The rows of a question, one a peer. Errors: RuntimeError if a peer's response differs from the product's."""
    request = question.product[0]
    right = answer(product, request)
    for name, peer in peers.items():
        if (found := peer.read(answer(peer.server, peer.request))) != right:
            raise RuntimeError(f"{question.name}, {name}: the answers differ\n{right}\n{found}")
    runs = {name: Runs(peer.server, [peer.request], question.expect, 0) for name, peer in peers.items()}
    ours = Runs(product, [request], question.expect, 0)
    rows = {name: Row(f"{question.name}, {name}", "req/s ↑") for name in peers}
    for name, run in {"product": ours, **runs}.items():
        say(f"{question.name}, {name}: warming up")
        run.rate(WARM_SECONDS)
    for number in range(1, ROUNDS + 1):
        say(f"{question.name}, round {number} of {ROUNDS} against {len(peers)} others")
        rate, of_cpu = ours.rate(SECONDS)
        for name, run in runs.items():
            theirs, of_their_cpu = run.rate(SECONDS)
            rows[name].product.append(rate)
            rows[name].bare.append(theirs)
            rows[name].per_cpu.append(of_cpu / of_their_cpu)
    return list(rows.values())


def list_query(name: str, token: str) -> Question:
    """The list query, for peers."""
    return Question(name, [graphql(token, LIST, search=None)], [], '{"data":{"tickets":{"totalCount":')


def lists(peers: Peers, token: str, product: Server, say: Say) -> tuple[list[Row], list[str]]:
    """The rows of the list query on SQLite, and what is left out."""
    left_out = []
    starts: dict[str, Start] = {"own schema on graphql-core": peers.core, "typical Strawberry": peers.typical}
    if problem := node_problem():
        left_out.append(f"Mercurius, GraphQL Yoga, graphql-ws, PostGraphile: {problem}")
    else:
        starts |= {"Mercurius with JIT": peers.mercurius, "GraphQL Yoga": peers.yoga}
    question = list_query("list query", token)
    with ExitStack() as stack:
        say("starting peers")
        others = {name: Peer(stack.enter_context(start()), question.product[0]) for name, start in starts.items()}
        return against(question, product, others, say), left_out
