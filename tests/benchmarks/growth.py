"""`python -m tests.benchmarks.growth [SIZE…]`: the same reads and one action on desks of several sizes, by database.

Each desk is generated in a temporary folder or PostgreSQL database. The functions of `models` are called one after
another: this measures how the database behaves on a larger desk, without GraphQL.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import cycle
from pathlib import Path

from models import actions, database, journal
from models.access import rights_of
from models.attachments.storage import storage_for
from models.broker import broker_for
from models.commands import Command
from models.database import fetch
from models.database.migrate import migrate
from models.demo.generate import generate
from models.demo.world import load_world
from models.inbox.lists import TicketList, tab_counts
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab
from models.search.normalise import terms
from models.services import Services
from models.settings import StorageSettings
from models.tickets.projection import TicketRow
from tests.benchmarks.statements import LIST_FIELDS
from tests.support.databases import analyze, fresh, postgres_problem

SIZES = (1_000, 100_000, 1_000_000)
PAGE = 20
RUNS = 25
ACTIONS = 60
NEWEST = Order()

Work = Callable[[], Awaitable[object]]
Figures = dict[str, float]


async def _least(work: Work, runs: int = RUNS) -> float:
    """Milliseconds of the fastest call: other work on the machine only makes calls slower."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)


def _keyset(row: TicketRow) -> tuple[object, int]:
    return row.cursor_key, row.id


async def measure(services: Services) -> Figures:
    """The fastest time of each read and of the action for agent-1, in milliseconds."""
    people = dict(await fetch("SELECT login, id FROM users"))
    rights = await rights_of(people["agent-1"])
    found: Figures = {}
    for tab in InboxTab:
        ticket_list = TicketList(rights, tab)
        first = partial(ticket_list.slice, LIST_FIELDS, NEWEST, size=PAGE)
        found[f"{tab}, first page"] = await _least(first)
        if len(hundredth := await ticket_list.page((), NEWEST, offset=99 * PAGE, size=1)):
            after = partial(first, after=_keyset(hundredth[0]))
            found[f"{tab}, 100th page after a cursor"] = await _least(after)
            numbered = partial(ticket_list.page, LIST_FIELDS, NEWEST, offset=99 * PAGE, size=PAGE)
            found[f"{tab}, page 100 by number"] = await _least(numbered)
        found[f"{tab}, last page from the end"] = await _least(partial(first, backward=True))
        count = await ticket_list.count()
        last = partial(ticket_list.page, LIST_FIELDS, NEWEST, offset=max(0, count - PAGE), size=PAGE)
        found[f"{tab}, last page by number"] = await _least(last)
        found[f"{tab}, totalCount"] = await _least(ticket_list.count)
    found["tabs"] = await _least(partial(tab_counts, rights))
    for keywords in ("garantie", "facture paiement retard"):
        ticket_list = TicketList(rights, InboxTab.TO_PROCESS, terms(keywords))
        found[f"search « {keywords} », first page"] = await _least(
            partial(ticket_list.slice, LIST_FIELDS, NEWEST, size=PAGE), 7
        )
        found[f"search « {keywords} », totalCount"] = await _least(ticket_list.count, 7)
    tickets, _ = await TicketList(rights, InboxTab.TO_PROCESS).slice((), NEWEST, size=PAGE)
    # Every call assigns the ticket to another agent than the call before.
    hands = cycle([(row.id, people[login]) for login in ("agent-1", "agent-2") for row in tickets])

    async def assign() -> None:
        ticket_id, agent_id = next(hands)
        holder = (await fetch("SELECT assignee_id FROM tickets WHERE id = ?", [ticket_id]))[0][0]
        if holder != agent_id:
            await actions.assign_ticket(services, Command(people["agent-1"], ticket_id, assignee_id=agent_id))

    for _ in range(2 * len(tickets)):
        await assign()
    found["action: assign"] = await _least(assign, ACTIONS)
    return found


async def desk_of(kind: str, size: int) -> Figures:
    """Generate a desk of `size` tickets: its figures."""
    with tempfile.TemporaryDirectory(prefix="saisine-growth-") as folder:
        async with fresh(kind, Path(folder)) as url:
            settings = StorageSettings(_env_file=None, data_dir=Path(folder), database_url=url)
            await database.open_database(settings)
            try:
                await migrate(settings)
                await load_world()
                await journal.open_journal()
                services = Services(settings, storage_for(settings), broker_for(settings))
                begun = time.perf_counter()

                def progress(done: int) -> None:
                    rate = done / (time.perf_counter() - begun)
                    print(f"\r{kind}: {done} of {size} tickets, {rate:.0f} a second", end="", file=sys.stderr)

                await generate(services, size, now=journal.now(), seed=1, progress=progress)
                print(file=sys.stderr)
                if kind == "postgres":
                    await analyze(url)
                return await measure(services)
            finally:
                await database.close_database()


def main() -> None:
    """Measure and print one table for each database."""
    for name in [name for name in os.environ if name.startswith("SAISINE_") and "TEST" not in name]:
        del os.environ[name]
    sizes = sorted(int(argument) for argument in sys.argv[1:]) or list(SIZES)
    for kind in ("sqlite", "postgres"):
        if kind == "postgres" and (problem := postgres_problem()):
            print(problem, file=sys.stderr)
            continue
        desks = [asyncio.run(desk_of(kind, size)) for size in sizes]
        print(f"\n| {kind}, ms | {' | '.join(f'{size:,}' for size in sizes)} | ratio |")
        print(f"| --- |{' ---: |' * (len(sizes) + 1)}")
        for name in desks[-1]:
            figures = [desk.get(name) for desk in desks]
            known = [figure for figure in figures if figure is not None]
            cells = ["" if figure is None else f"{figure:.2f}" for figure in figures]
            ratio = f"{known[-1] / known[0]:.2f}" if figures[0] is not None else ""
            print(f"| {name} | {' | '.join(cells)} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
