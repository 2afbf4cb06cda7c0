"""Starts the peers, and says why one can't run on this machine.

A peer reads the bare server's copy of the desk; its statements and the file's path are in `known.json`, written here.
"""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

import orjson

from models.settings import StorageSettings
from tests.benchmarks.processes import Place, Server
from tests.benchmarks.statements import NAMES, read_list
from tests.support.server import free_port

HERE = Path(__file__).parent
VIEWER = "agent-1"


@cache
def node_problem() -> str | None:
    """Why peers on Node.js can't run; None if they can."""
    node = shutil.which("node")
    if node is None:
        return "no Node.js here (20.19 or newer)"
    if not (HERE / "node_modules/.package-lock.json").exists():
        return "not installed: `make peers`"
    script = "import('better-sqlite3').then(module => new module.default(':memory:'))"
    done = subprocess.run([node, "-e", script], cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
    return f"better-sqlite3 does not load: {done.stderr.strip().splitlines()[-1]}" if done.returncode else None


class Peers:
    """The peers over the desk of a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known = place.folder / "known.json"
        settings = StorageSettings(data_dir=place.bare_data)
        listed = asyncio.run(read_list(settings, VIEWER))
        file = settings.database.partition("://")[2]
        self._known.write_bytes(
            orjson.dumps({"file": file, "names": NAMES, "page": listed.page, "count": listed.count})
        )

    def core(self) -> AbstractContextManager[Server]:
        """The product on graphql-core alone, without compiled documents."""
        return self._place.product(SAISINE_ENGINE="graphql-core")

    def mercurius(self) -> AbstractContextManager[Server]:
        """Mercurius with its JIT."""
        return self.node("mercurius.mjs")

    def yoga(self) -> AbstractContextManager[Server]:
        """GraphQL Yoga."""
        return self.node("yoga.mjs")

    def graphql_ws(self) -> AbstractContextManager[Server]:
        """graphql-ws on ws."""
        return self.node("fanout.mjs")

    @contextmanager
    def typical(self) -> Iterator[Server]:
        """Strawberry and Tortoise as tutorials write it."""
        port = free_port()
        command = [sys.executable, "-m", "tests.benchmarks.peers.typical", str(port), str(self._known)]
        with self._place.serving(command, port) as server:
            yield server

    def node(self, script: str) -> AbstractContextManager[Server]:
        """Run a script of this folder with the path of `known.json`."""
        return on_node(self._place, script, str(self._known))


@contextmanager
def on_node(place: Place, script: str, argument: str) -> Iterator[Server]:
    """Run a script of this folder with the port and an argument."""
    port = free_port()
    command = ["node", str(HERE / script), str(port), argument]
    with place.serving(command, port, NODE_ENV="production", GRAPHILE_ENV="production") as server:
        yield server
