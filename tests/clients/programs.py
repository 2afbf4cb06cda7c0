"""Runs the example programs as processes, and reads line by line what they print."""

import asyncio
import copy
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.clients.documents import EXAMPLES
from tests.clients.nodes import built
from tests.support.server import Server

WAIT = 40.0
"""Seconds to wait for a line: more than several retries of a client that finds no server."""


class Example:
    """One of the example clients; the programs of all behave the same."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = built(EXAMPLES / "node") if name == "node" else EXAMPLES / name

    def command(self, server: Server, script: str, *arguments: str) -> list[str]:
        # A resource left open or a deprecated call makes the program fail.
        if self.name == "node":
            start = ["node", "--throw-deprecation", str(self.folder / "dist" / f"{script}.js")]
        else:
            start = [sys.executable, "-W", "error", str(self.folder / f"{script.replace('-', '_')}.py")]
        return [*start, "--url", f"{server.url}/graphql", *arguments]

    def run(self, server: Server, script: str, login: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end."""
        return subprocess.run(
            self.command(server, script, *arguments), env=environment(server.token(login)),
            capture_output=True, encoding="utf-8", timeout=WAIT, check=False,
        )  # fmt: skip

    def act(self, server: Server, login: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `act` to its end."""
        return self.run(server, "act", login, *arguments)

    def bulk_assign(self, server: Server, login: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `bulk-assign` to its end."""
        return self.run(server, "bulk-assign", login, *arguments)

    def done(self, server: Server, login: str, *arguments: str) -> str:
        """Runs `act`, which must succeed, and returns what it prints."""
        ended = self.act(server, login, *arguments)
        assert (ended.returncode, ended.stderr) == (0, ""), ended
        return ended.stdout.strip()

    def submitted(self, server: Server, brief: str = "Où en est ma facture ?") -> str:
        """Submits a ticket to the demo's town by `act` and returns its number."""
        printed = self.done(
            server, "requester", "submit", "INVOICES", "INVOICES_STATUS", brief, "Déposée le 3, sans nouvelle depuis.",
            "--recipient", "Saint-Aurèle", "--object", "INVOICE",
        )  # fmt: skip
        assert printed.startswith("Ticket émis : ")
        return printed.split()[3].rstrip(",")

    def watching(self, server: Server, token: str, *arguments: str) -> "Watching":
        """Starts `watch`."""
        return Watching(self.command(server, "watch", *arguments), token)


def environment(token: str) -> dict[str, str]:
    return {**os.environ, "SAISINE_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


@asynccontextmanager
async def network(server: Server, answer: Callable[[bytearray, bytes], bytes | None]) -> AsyncIterator[Server]:
    """A proxy in front of the server. `answer` gets the bytes sent so far on a connection and the next bytes of the
    server, and returns the bytes to pass on, or None to break the connection."""
    carrying: set[asyncio.Task[None] | None] = set()

    async def carry(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        carrying.add(asyncio.current_task())
        answers, to_server = await asyncio.open_connection("127.0.0.1", server.port)
        asked = bytearray()

        async def ask() -> None:
            while data := await client.read(65536):
                asked.extend(data)
                to_server.write(data)
            to_server.close()

        asking = asyncio.create_task(ask())
        while (said := await answers.read(65536)) and (comes := answer(asked, said)) is not None:
            to_client.write(comes)
        asking.cancel()
        for writer in (to_server, to_client):
            writer.close()
            await writer.wait_closed()

    async with await asyncio.start_server(carry, "127.0.0.1", 0) as listening:
        behind = copy.copy(server)
        behind.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield behind
        async with asyncio.timeout(WAIT):
            await asyncio.gather(*filter(None, carrying))


def losing_an_answer(server: Server) -> AbstractAsyncContextManager[Server]:
    """A proxy that breaks one connection: after the server has acted, before its answer arrives."""
    lost = False

    def lose(asked: bytearray, said: bytes) -> bytes | None:
        nonlocal lost
        if lost or b"mutation" not in asked:
            return said
        lost = True
        return None

    return network(server, lose)


def change(line: str) -> tuple[str, str, str]:
    _, kind, number, *rest = (part.strip() for part in line.split("  ") if part.strip())
    return kind, number, " | ".join(rest)


class Watching:
    """A program that runs until a signal ends it, read line by line."""

    def __init__(self, command: list[str], token: str) -> None:
        self.process = subprocess.Popen(
            command, env=environment(token), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )
        self.printed: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Watching":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(WAIT)
        self._reader.join(WAIT)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line(self) -> str:
        """Returns the next line."""
        line = self._lines.get(timeout=WAIT)
        assert line is not None, "\n".join(["it ended after:", *self.printed])
        self.printed.append(line)
        return line

    def until(self, start: str) -> list[str]:
        """Returns the lines up to and including the first that begins so."""
        lines = [self.line()]
        while not lines[-1].startswith(start):
            lines.append(self.line())
        return lines

    def change(self) -> tuple[str, str, str]:
        """Returns the next line, which must be a change, as kind, number and the other columns."""
        return change(self.line())

    def missed(self, count: int) -> list[tuple[str, str]]:
        """Returns kind and number of the `count` changes that follow a cut, up to « à jour »."""
        lines = [self.line() for _ in range(count + 1)]
        up_to_date = next(line for line in lines if line.startswith("à jour : "))
        lines.remove(up_to_date)  # on a busy machine it may be printed between two changes
        return [change(line)[:2] for line in lines]

    def send(self, with_signal: signal.Signals) -> None:
        self.process.send_signal(with_signal)

    def end(self) -> tuple[int, str]:
        """Waits for its end; returns the exit code and the lines not yet read."""
        code = self.process.wait(WAIT)
        rest = []
        while (line := self._lines.get(timeout=WAIT)) is not None:
            rest.append(line)
        return code, "\n".join(rest)
