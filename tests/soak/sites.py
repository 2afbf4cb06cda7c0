"""Server processes of one desk, killed at random moments. Helpers only, without tests."""

import asyncio
import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from models.settings import StorageSettings
from tests.support.server import Server

SOAK = os.environ.get("SAISINE_SOAK") == "1"
KILLS = 100 if SOAK else 4

LOST = (ConnectionError, httpx.NetworkError, httpx.RemoteProtocolError, ConnectionClosed, InvalidHandshake)
"""The errors of a connection whose process was killed. Timeouts are not: a killed process never causes one."""


class Site:
    """The server processes of one desk."""

    def __init__(self, kind: str, url: str, folder: Path) -> None:
        given = {"database_url": url, **({"broker_url": url} if kind == "postgres" else {})}
        self.kind = kind
        self.settings = StorageSettings(data_dir=folder, database_url=url)
        self.servers = [Server(folder, None, None, **given) for _ in range(2 if kind == "postgres" else 1)]
        self.running = list(self.servers)
        self.any_running = asyncio.Event()
        self.any_running.set()
        self.kills = self.kills_at_start = 0
        self.responses = Counter[Server]()
        self.response_came = asyncio.Event()

    async def running_server(self, random: Random) -> Server:
        """A running process; waits until there is one."""
        while not self.running:
            await self.any_running.wait()
        return random.choice(self.running)

    def check_killed(self, server: Server) -> None:
        """Assert that a connection broke because its process was killed."""
        assert server.process is not None
        assert server not in self.running or server.process.poll() is None, "".join(server.printed)

    def count_response(self, server: Server) -> None:
        """Count a response."""
        self.responses[server] += 1
        self.response_came.set()

    def check_output(self, server: Server) -> None:
        """Assert that the output of a process has no traceback and no error."""
        errors = [line for line in server.printed if "Traceback" in line or '"level": "error"' in line]
        assert not errors, "".join(server.printed)
        server.printed.clear()

    async def keep_killing(self, server: Server, random: Random, failed: asyncio.Future[Any]) -> None:
        """Kill the process at random moments and restart it, until KILLS is reached."""
        while self.kills < KILLS and not failed.done():
            self.kills += 1
            # First a number of responses, so that slow machines make progress too, then a random delay.
            enough = self.responses[server] + random.randrange(12)
            while self.responses[server] < enough and not failed.done():
                self.response_came.clear()
                response = asyncio.create_task(self.response_came.wait())
                await asyncio.wait({failed, response}, return_when=asyncio.FIRST_COMPLETED)
                response.cancel()
            await asyncio.wait({failed}, timeout=random.uniform(0, 0.1))
            assert server.process is not None
            server.process.kill()
            self.running.remove(server)
            if not self.running:
                self.any_running.clear()
            await asyncio.to_thread(server.stop, signal.SIGKILL)
            self.check_output(server)
            while await self._is_killed_while_starting(server, random):
                self.kills_at_start += 1
            self.running.append(server)
            self.any_running.set()

    async def _is_killed_while_starting(self, server: Server, random: Random) -> bool:
        before, killed = server.process, False
        starting = asyncio.create_task(asyncio.to_thread(server.start))
        if SOAK and random.random() < 0.15:
            await asyncio.wait({starting}, timeout=random.uniform(0.1, 1.5))
            if killed := server.process is not None and server.process is not before and not starting.done():
                server.process.kill()
        if not killed:
            await starting
            return False
        with suppress(AssertionError):
            await starting
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        return True
