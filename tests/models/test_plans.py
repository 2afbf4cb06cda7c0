"""Query plans of the hot statements: each uses an index, none scans a whole table, and pages are not sorted.

The statements are taken from the log of the database client while the product's functions run. With SAISINE_SOAK there
are 200,000 tickets on each database. Otherwise there are 5,000 on SQLite, whose plans do not depend on the number.
"""

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import access, database, journal
from models.access import Rights, rights_of
from models.attachments.storage import storage_for
from models.database import fetch
from models.database.migrate import migrate
from models.database.postgres import PLANNED_AT_EACH_RUN, PLANNED_ONCE, is_planned_at_each_run, numbered
from models.demo.generate import generate
from models.demo.world import load_world
from models.directory.tables import Service, User
from models.inbox.filters import Filter
from models.inbox.lists import TicketList, tab_counts
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab
from models.search.normalise import terms
from models.services import Services
from models.settings import StorageSettings
from models.tickets import activities
from models.tickets.projection import ALL_FIELDS, id_of_number, tickets_as_left_by, tickets_by_id
from tests.models import AT
from tests.support.databases import DATABASES, analyze, fresh_sync, need_postgres

SOAK = os.environ.get("SAISINE_SOAK") == "1"
TICKETS = 200_000 if SOAK else 5_000
pytestmark = [pytest.mark.timeout(900 if SOAK else 120), pytest.mark.soak]

Statement = tuple[str, list[Any]]
NEWEST = Order()


@dataclass
class Site:
    """A generated desk, with the kind of its database."""

    kind: str
    settings: StorageSettings


@pytest.fixture(scope="module", params=DATABASES if SOAK else DATABASES[:1])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The desk, generated once for all tests of this file."""
    if request.param == "postgres":
        need_postgres()
    folder: Path = tmp_path_factory.mktemp("large")
    with fresh_sync(request.param, folder) as url:
        settings = StorageSettings(data_dir=folder, database_url=url)

        async def make() -> None:
            await database.open_database(settings)
            try:
                await migrate(settings)
                await load_world()
                services = Services(settings, storage_for(settings), None)
                await generate(services, TICKETS, now=AT, seed=5, progress=lambda _: None)
            finally:
                await database.close_database()
            if request.param == "postgres":
                await analyze(url)

        asyncio.run(make())
        yield Site(request.param, settings)


@pytest.fixture
async def desk(site: Site) -> AsyncIterator[Site]:
    await database.open_database(site.settings)
    try:
        await journal.open_journal()
        yield site
    finally:
        await database.close_database()


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that run inside the block, from the log of the database client."""
    found: list[Statement] = []

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if isinstance(record.args, tuple) and str(record.args[0]).startswith(("SELECT", "UPDATE", "INSERT")):
                found.append((str(record.args[0]), list(record.args[1] or ())))  # type: ignore[call-overload]

    log, recorder = logging.getLogger("tortoise.db_client"), Recorder()
    level = log.level
    log.addHandler(recorder)
    log.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        log.removeHandler(recorder)
        log.setLevel(level)


async def plans(site: Site, statement: Statement) -> list[str]:
    """The query plan of a statement."""
    sql, values = statement
    if site.kind == "sqlite":
        return ["\n".join(str(row[3]) for row in await fetch(f"EXPLAIN QUERY PLAN {sql}", values))]
    connection = await asyncpg.connect(site.settings.database_url, server_settings=PLANNED_ONCE)
    try:
        async with connection.transaction():
            if is_planned_at_each_run(values):
                await connection.execute(PLANNED_AT_EACH_RUN)
            literals = ", ".join("NULL" if v is None else str(v) if isinstance(v, int) else _quoted(v) for v in values)
            await connection.execute(f"PREPARE statement AS {numbered(sql)}")
            lines = await connection.fetch(f"EXPLAIN EXECUTE statement{f'({literals})' if values else ''}")
            return ["\n".join(line[0] for line in lines)]
    finally:
        await connection.close()


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


# SQLite's words and PostgreSQL's. A subquery's page, the one row of `desk` and the search index may be scanned.
WHOLE = re.compile(
    r"SCAN (?!page|desk|a$|\(subquery|ticket_search VIRTUAL TABLE INDEX \d+:M)"
    r"|Seq Scan on (tickets|activities|attachments|ticket_search)",
    re.MULTILINE,
)
# Not the "Sort Key" by which PostgreSQL merges sorted ranges.
SORT = re.compile(r"TEMP B-TREE|^[ >-]*(Incremental )?Sort  \(", re.MULTILINE)
KEY = "USING INTEGER PRIMARY KEY|{}_pkey"
OF_TICKET = "sqlite_autoindex_activities_1|uid_activities_ticket"

Work = Callable[[], Awaitable[object]]


async def check(site: Site, work: Work, index: str, *, sorts: bool) -> None:
    """Each statement that `work` runs must use the index, scan no whole table, and sort only with `sorts`."""
    with recorded() as found:
        await work()
    assert found
    for statement in found:
        for plan in await plans(site, statement):
            described = f"{statement[0]}\n{plan}"
            assert re.search(index, plan), described
            assert not WHOLE.search(plan), described
            assert sorts or not SORT.search(plan), described


async def viewers() -> dict[str, Rights]:
    """Rights on a structure, on one service, and on a structure and a service of another structure."""
    found = {login: await rights_of(user_id) for login, user_id in await User.all().values_list("login", "id")}
    town, service = found["agent-1"], found["service-agent"]
    other = await Service.exclude(structure_id__in=town.received.structures).order_by("id").first()
    assert other is not None
    both = access.Scope(town.received.structures, frozenset([other.id]))
    return {"structure": town, "service": service, "both": Rights(town.user_id, both, both, town.sent)}


async def test_each_page_of_each_tab_merges_ranges_of_an_index_without_a_sort(desk: Site) -> None:
    keyset = (AT - 300 * 86_400_000, 7)
    cuts: tuple[dict[str, Any], ...] = (
        {}, {"after": keyset}, {"backward": True}, {"before": keyset, "backward": True},
    )  # fmt: skip
    for name, rights in (await viewers()).items():
        for tab in InboxTab:
            index = "tickets_by_(structure|service)"
            if tab is InboxTab.MY_TICKETS_TO_PROCESS:
                index = "tickets_by_assignee"
            elif name == "service":
                index = "tickets_by_service"
            # One person has so few tickets to process that PostgreSQL may prefer to sort them.
            few = tab is InboxTab.MY_TICKETS_TO_PROCESS and desk.kind == "postgres"
            listing = TicketList(rights, tab)
            for cut in cuts:
                await check(desk, partial(listing.slice, ALL_FIELDS, NEWEST, size=20, **cut), index, sorts=few)
            await check(desk, partial(listing.page, ALL_FIELDS, NEWEST, offset=200, size=20), index, sorts=few)


async def test_pages_of_sent_tickets_and_of_an_assignee_read_ranges_of_an_index(desk: Site) -> None:
    town = (await viewers())["structure"]
    sent = TicketList(await rights_of((await User.get(login="requester")).id), None)
    await check(desk, partial(sent.slice, ALL_FIELDS, NEWEST, size=20), "tickets_by_issuer", sorts=False)
    theirs = TicketList(town, InboxTab.CLOSED, filter=Filter(assignee_ids=frozenset([town.user_id])))
    await check(
        desk, partial(theirs.slice, ALL_FIELDS, NEWEST, size=20), "tickets_by_(assignee|structure)", sorts=False
    )


async def test_counts_read_the_counters_and_no_ticket(desk: Site) -> None:
    sent = TicketList(await rights_of((await User.get(login="requester")).id), None)
    for rights in (await viewers()).values():
        listings = [TicketList(rights, tab) for tab in InboxTab]
        counts: tuple[Work, ...] = (partial(tab_counts, rights), sent.count, *(listing.count for listing in listings))
        for work in counts:
            with recorded() as found:
                await work()
            [statement] = found
            for plan in await plans(desk, statement):
                assert re.search(r"ticket_counts", plan)
                assert not re.search(r"\btickets(_by|_pkey)?\b", plan.replace("t.tickets", "")), plan


async def test_a_search_uses_the_search_index(desk: Site) -> None:
    index = r"ticket_search VIRTUAL TABLE INDEX \d+:M|Bitmap Index Scan on ticket_search_document"
    # If every eighth ticket has the word, PostgreSQL may prefer to read the tab in order until the page is full.
    walk = r"Index Only Scan Backward using tickets_by_\w+(.*\n)+.*ticket_search_pkey"
    for rights in (await viewers()).values():
        for keywords in ("garantie", "facture paiement retard"):
            search_terms = terms(keywords)
            listing = TicketList(rights, InboxTab.TO_PROCESS, search_terms)
            await check(desk, partial(listing.slice, ALL_FIELDS, NEWEST, size=20), f"{index}|{walk}", sorts=True)
            await check(desk, listing.count, index, sorts=True)
            with recorded() as found:
                await tab_counts(rights, search_terms)
            for plan in await plans(desk, found[0]):
                # If very many tickets have a word, PostgreSQL may prefer to hash them all.
                assert re.search(index, plan), plan


async def test_every_other_frequent_statement_looks_up_an_index(desk: Site) -> None:
    rights = (await viewers())["structure"]
    latest = await journal.latest_position()
    key, log = KEY.format("tickets"), KEY.format("activities")
    looks: tuple[tuple[Work, str], ...] = (
        (partial(tickets_by_id, [77], ALL_FIELDS, access.visible(rights)), key),
        (partial(id_of_number, "10000077"), "sqlite_autoindex_tickets_1|tickets_number_key"),
        (partial(journal.after, latest - 50, 200, max_position=latest), log),
        (partial(journal.after, 5, 200, max_position=latest, ticket_id=77), OF_TICKET),
        (partial(tickets_as_left_by, [latest - 5], ALL_FIELDS), log),
        (partial(activities.activities_at, [latest - 5]), log),
        (partial(activities.first_activities, [77, 78], 0, latest, 20), OF_TICKET),
        (partial(activities.first_activities, [77], 0, latest, 20), OF_TICKET),
        (partial(activities.count_activities, [77, 78], latest), OF_TICKET),
        (partial(access.visible_users, [1, 2], rights), "activities_by_actor(.*\n)*.*activities_by_assigned"),
    )
    if desk.kind == "sqlite":  # on PostgreSQL the statistics say that a generated desk has no attachment
        looks += (
            (partial(activities.attachments_of, "ticket_id", [77, 78], latest), "attachments_by_ticket"),
            (partial(activities.attachments_of, "activity_id", [77, 78], latest), "attachments_by_activity"),
        )
    for work, index in looks:
        await check(desk, work, index, sorts=True)
