"""The broker over PostgreSQL: LISTEN and NOTIFY on one connection a process, outside the pool of the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from models.broker.remote import CHANNEL, RemoteBroker, Send


class PostgresBroker(RemoteBroker):
    """Carries wake-ups over the database that the URL names."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @asynccontextmanager
    async def _connect(self, lost: asyncio.Event) -> AsyncIterator[Send]:
        connection = await asyncpg.connect(
            self._url, timeout=10, server_settings={"application_name": "saisine-broker"}
        )
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, lambda *_: self._notify())
            yield lambda: connection.execute(f"NOTIFY {CHANNEL}", timeout=10)
        finally:
            connection.terminate()
