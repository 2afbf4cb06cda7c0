"""The bare server on PostgreSQL: Starlette, asyncpg and orjson with the product's SQL for one list.

`python -m tests.benchmarks.bare_postgres PORT KNOWN.json`, with the database URL and the statements in the file.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.database.postgres import numbered
from tests.benchmarks.bare import json_of, node_of, serve

APPLICATION = "bare"


class Bare:
    """The server: a pool as large as the product's, and two statements."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._url = known["url"]
        (page, self._page_values), (count, self._count_values) = known["page"], known["count"]
        self._page, self._count = numbered(page), numbered(count)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        settings = {"application_name": APPLICATION}
        async with asyncpg.create_pool(self._url, min_size=1, max_size=10, server_settings=settings) as self._pool:
            yield

    async def tickets(self, request: Request) -> Response:
        """The first page of a tab, and the number of its tickets."""
        orjson.loads(await request.body())
        async with self._pool.acquire() as connection:
            found = await connection.fetch(self._page, *self._page_values)
            total = int(await connection.fetchval(self._count, *self._count_values))
        return json_of({"tickets": {"totalCount": total, "nodes": [node_of(row) for row in found[:20]]}})


if __name__ == "__main__":
    bare = Bare(orjson.loads(Path(sys.argv[2]).read_bytes()))
    app = Starlette(routes=[Route("/tickets", bare.tickets, methods=["POST"])], lifespan=bare.lifespan)
    serve(app, int(sys.argv[1]))
