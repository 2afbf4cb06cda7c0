"""The list query on PostgreSQL: the product against the bare server and PostGraphile, over one database.

CPU time is that of a server and, if PostgreSQL runs on this machine, of PostgreSQL's processes for its connections.
"""

import asyncio
import base64
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from models.settings import StorageSettings
from tests.benchmarks.bare import instant
from tests.benchmarks.bare_postgres import APPLICATION
from tests.benchmarks.measure import Row, Say
from tests.benchmarks.peers.compare import Peer, against, list_query
from tests.benchmarks.peers.servers import VIEWER, node_problem, on_node
from tests.benchmarks.processes import Place, Server, cpu_seconds
from tests.benchmarks.questions import graphql, plain
from tests.benchmarks.statements import Lists, read_list
from tests.support.databases import analyze, fresh_sync, postgres_problem
from tests.support.server import free_port

POSTGRAPHILE = """query List($structure: BigInt!) {
  tickets: allTickets(
    first: 20, orderBy: [SUBMITTED_AT_DESC, ROW_ID_DESC]
    condition: { recipientStructureId: $structure, status: "OPEN" }
  ) {
    totalCount
    nodes {
      rowId number shortDescription submittedAt updatedAt objectType status stateReason
      assignee: userByAssigneeId { displayName }
      category: categoryByCategoryId { label: labelFr }
      subcategory: subcategoryBySubcategoryId { label: labelFr }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Connected(Server):
    """A server and PostgreSQL's processes for its connections, found by the name of the application."""

    url: str
    application: str

    def cpu_seconds(self) -> float:
        """The CPU time of all of them."""
        pids = asyncio.run(self._backends())
        local = [pid for pid in pids if _comm(pid).startswith("postgres")]
        return sum(map(cpu_seconds, (self.pid, *local)))

    async def _backends(self) -> list[int]:
        connection = await asyncpg.connect(self.url)
        try:
            sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
            return [row[0] for row in await connection.fetch(sql, self.application)]
        finally:
            await connection.close()


def lists(folder: Path, tickets: int, say: Say) -> tuple[list[Row], list[Row], list[str]]:
    """The rows against the bare server and against PostGraphile, and what is left out."""
    if problem := postgres_problem():
        return [], [], [f"everything on PostgreSQL: {problem}"]
    room = folder / "postgres"
    room.mkdir()
    with fresh_sync("postgres", room) as url, ExitStack() as stack:
        say(f"generating {tickets} tickets on PostgreSQL")
        place = Place(room, tickets, url)
        asyncio.run(analyze(url))
        listed = asyncio.run(read_list(StorageSettings(data_dir=room, database_url=url), VIEWER))

        def connected(server: Server, application: str) -> Connected:
            return Connected(server.port, server.pid, url, application)

        product = connected(stack.enter_context(place.product()), "saisine")
        bare = connected(stack.enter_context(_bare(place, url, listed)), APPLICATION)
        peers = {"bare": Peer(bare, plain("/tickets", search=None))}
        if not node_problem():
            name = "postgraphile"
            server = stack.enter_context(on_node(place, "postgraphile.mjs", f"{url}?application_name={name}"))
            request = graphql("", POSTGRAPHILE, structure=str(listed.page[1][0]))
            peers["PostGraphile 5"] = Peer(connected(server, name), request, _as_product)
        question = list_query("list query on PostgreSQL", place.token(VIEWER))
        of_bare, *others = against(question, product, peers, say)
    of_bare.name = question.name
    return [of_bare], others, []


def _bare(place: Place, url: str, listed: Lists) -> Any:
    known, port = place.folder / "known.json", free_port()
    known.write_bytes(orjson.dumps({"url": url, "page": listed.page, "count": listed.count}))
    return place.serving([sys.executable, "-m", "tests.benchmarks.bare_postgres", str(port), str(known)], port)


def _as_product(found: Any) -> Any:
    """PostGraphile's response in the product's form; PostGraphile writes big integers as strings."""
    nodes = [
        {
            "id": base64.urlsafe_b64encode(f"Ticket:{node.pop('rowId')}".encode()).decode().rstrip("="),
            **node,
            "submittedAt": instant(int(node["submittedAt"])),
            "updatedAt": instant(int(node["updatedAt"])),
        }
        for node in found["tickets"]["nodes"]
    ]
    return {"tickets": {**found["tickets"], "nodes": nodes}}


def _comm(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    except OSError:
        return ""
