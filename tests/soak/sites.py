"""The processes that serve one desk, and who kills them at random moments. No test stands here."""

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
"""How a connection breaks where a process dies; waiting in vain is not among them."""


class Site:
    """The processes that serve one desk; who kills them."""

    def __init__(self, kind: str, url: str, folder: Path) -> None:
        given = {"database_url": url, **({"broker_url": url} if kind == "postgres" else {})}
        self.kind = kind
        self.settings = StorageSettings(data_dir=folder, database_url=url)
        self.servers = [Server(folder, None, **given) for _ in range(2 if kind == "postgres" else 1)]
        self.running = list(self.servers)
        self.some_run = asyncio.Event()
        self.some_run.set()
        self.kills = self.kills_of_starting = 0
        self.answers = Counter[Server]()
        self.answered = asyncio.Event()

    async def somewhere(self, random: Random) -> Server:
        """One of the processes that run, as soon as one does."""
        while not self.running:
            await self.some_run.wait()
        return random.choice(self.running)

    def broken(self, server: Server) -> None:
        """A connection broke: that must have been a kill."""
        assert server.process is not None
        assert server not in self.running or server.process.poll() is None, "".join(server.printed)

    def has_answered(self, server: Server) -> None:
        """A call was answered."""
        self.answers[server] += 1
        self.answered.set()

    def has_not_stumbled(self, server: Server) -> None:
        """What a process has printed until its end tells of no accident."""
        stumbles = [line for line in server.printed if "Traceback" in line or '"level": "error"' in line]
        assert not stumbles, "".join(server.printed)
        server.printed.clear()

    async def keep_killing(self, server: Server, random: Random, failed: asyncio.Future[Any]) -> None:
        """Kill it at a random moment and start it again, until all have been killed often enough."""
        while self.kills < KILLS and not failed.done():
            self.kills += 1
            # So many answers of its own, however slow the machine is, then some moment more.
            enough = self.answers[server] + random.randrange(12)
            while self.answers[server] < enough and not failed.done():
                self.answered.clear()
                answered = asyncio.create_task(self.answered.wait())
                await asyncio.wait({failed, answered}, return_when=asyncio.FIRST_COMPLETED)
                answered.cancel()
            await asyncio.wait({failed}, timeout=random.uniform(0, 0.1))
            assert server.process is not None
            server.process.kill()
            self.running.remove(server)
            if not self.running:
                self.some_run.clear()
            await asyncio.to_thread(server.stop, signal.SIGKILL)
            self.has_not_stumbled(server)
            while await self._is_killed_while_starting(server, random):
                self.kills_of_starting += 1
            self.running.append(server)
            self.some_run.set()

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
