"""`python -m tests.benchmarks` makes the desk, runs the servers and prints the tables. `README.md` explains them.

All files but the picture are temporary. Servers and files are removed at the end, also on Ctrl+C and SIGTERM.
"""

import os
import signal
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import NoReturn

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.benchmarks.fan_out import RAISED, FanOuts, crowds
from tests.benchmarks.latency import latencies
from tests.benchmarks.measure import Row, Say, answer, rates
from tests.benchmarks.peers import compare, postgres
from tests.benchmarks.peers.servers import Peers, node_problem
from tests.benchmarks.picture import picture
from tests.benchmarks.processes import Place, Server
from tests.benchmarks.questions import UNASSIGNED, VIEWER, assignments, graphql, mixed, one_ticket, reads

TICKETS = 20_000
PICTURE = Path(__file__).with_name("ratios.svg")


def measure(folder: Path, say: Say) -> tuple[list[Row], list[Row], list[str]]:
    """The rows of the two tables, against the bare server and against peers, and what was left out and why."""
    say(f"generating {TICKETS} tickets")
    place = Place(folder, TICKETS)
    tokens = [place.token(login) for login in ("agent-1", "agent-2")]
    with place.product() as product:
        number = reassign_often(product, tokens)
    with place.product(**RAISED) as product, place.bare() as bare:
        rows = [rates(question, product, bare, say)[0] for question in reads(tokens[0])]
        rows += latencies(reads(tokens[0])[0], product, bare, say)
        ticket = one_ticket(tokens[0], number)
        rows.append(rates(ticket, product, bare, say)[0])
        peers = Peers(place)
        compared, left_out = compare.lists(peers, tokens[0], product, say)
        agents = agents_of(product, tokens)
        tickets: list[str] = []
        after = None
        for _ in range(3):
            page = answer(product, graphql(tokens[0], UNASSIGNED, after=after))["tickets"]
            tickets += [node["id"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        actions = assignments(tokens[0], tickets[:200], agents)
        row, sent = rates(actions, product, bare, say)
        at_work = mixed(reads(tokens[0]), ticket, assignments(tokens[0], tickets[200:], agents))
        rows.append(rates(at_work, product, bare, say)[0])
    node = None if node_problem() else peers.graphql_ws
    fan_outs = FanOuts(place, tokens[0], actions, sent, node)
    rows.append(row)
    possible, left_out_of_crowds = crowds()
    for crowd in possible:
        of_bare, of_node = fan_outs.rows(crowd, say)
        rows += of_bare
        compared += of_node
    on_postgres, of_postgraphile, left_out_there = postgres.lists(folder, TICKETS, say)
    return [*rows, *on_postgres], [*compared, *of_postgraphile], [*left_out, *left_out_of_crowds, *left_out_there]


def agents_of(product: Server, tokens: list[str]) -> list[str]:
    """The user ids of these tokens."""
    return [answer(product, graphql(token, VIEWER))["viewer"]["user"]["id"] for token in tokens]


def reassign_often(product: Server, tokens: list[str]) -> str:
    """Reassign one ticket fifty times: its number."""
    agents = agents_of(product, tokens)
    ticket = answer(product, graphql(tokens[0], UNASSIGNED))["tickets"]["nodes"][0]
    for request in assignments(tokens[0], [ticket["id"]], agents * 25).product:
        answer(product, request)
    return str(ticket["number"])


def show(console: Console, other: str, rows: list[Row]) -> None:
    """Print a table."""
    table = Table(box=SIMPLE)
    for name in ("", "", "product", other, "ratio (min–max)", "by server CPU"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row.cells())
    console.print(table)


def main() -> None:
    """Measure and print the tables."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        with tempfile.TemporaryDirectory(prefix="saisine-bench-") as folder, Console(stderr=True).status("") as status:
            rows, compared, left_out = measure(Path(folder), status.update)
    except KeyboardInterrupt:
        sys.exit(130)
    # Outside of a terminal the table is as wide as its content needs.
    console = Console(width=None if sys.stdout.isatty() else 140)
    show(console, "bare", rows)
    show(console, "peer", compared)
    title = f"Product ÷ others, {date.today()}, load {os.getloadavg()[2]:.0f} on {os.cpu_count()} cores"
    PICTURE.write_text(picture(title, {"Against the bare server": rows, "Against peers": compared}))
    console.print(f"as a picture: {PICTURE}")
    for line in left_out:
        console.print(f"left out: {line}")


if __name__ == "__main__":
    main()
