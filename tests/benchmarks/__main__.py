"""`python -m tests.benchmarks`: builds the desk, runs both servers, prints one table. `README.md` explains it.

All files are temporary; servers and files are gone at the end, on Ctrl+C and on SIGTERM too.
"""

import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Row, Say, answer, fan_out, rates
from tests.benchmarks.processes import Place
from tests.benchmarks.questions import UNASSIGNED, VIEWER, assignments, graphql, reads

TICKETS = 20_000


def measure(folder: Path, say: Say) -> list[Row]:
    """All lines of the table."""
    say(f"generating {TICKETS} tickets")
    place = Place(folder, TICKETS)
    tokens = [place.token(login) for login in ("agent-1", "agent-2")]
    with place.product() as product, place.bare() as bare:
        rows = [rates(question, product, bare, say)[0] for question in reads(tokens[0])]
        agents = [answer(product, graphql(token, VIEWER))["viewer"]["user"]["id"] for token in tokens]
        tickets: list[str] = []
        after = None
        for _ in range(2):
            page = answer(product, graphql(tokens[0], UNASSIGNED, after=after))["tickets"]
            tickets += [node["id"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        actions = assignments(tokens[0], tickets, agents)
        row, asked = rates(actions, product, bare, say)
    return [*rows, row, *fan_out(place, tokens[0], actions, asked, say)]


def main() -> None:
    """Measure and print."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        with tempfile.TemporaryDirectory(prefix="saisine-bench-") as folder, Console(stderr=True).status("") as status:
            rows = measure(Path(folder), status.update)
    except KeyboardInterrupt:
        sys.exit(130)
    table = Table(box=SIMPLE)
    for name in ("", "", "product", "bare", "ratio (min–max)", "by server CPU"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row.cells())
    # In a file or a pipe a table is as wide as it needs to be.
    Console(width=None if sys.stdout.isatty() else 120).print(table)


if __name__ == "__main__":
    main()
