"""The example programs as people run them: processes of their own, read line by line as they print."""

import asyncio
import copy
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.serving import Server

EXAMPLES = Path(__file__).parents[2] / "client-examples"
WAIT = 40.0
"""Seconds after which a line that has not come is a failure: several waits of a client that finds no server."""


def command(server: Server, script: str, *arguments: str) -> list[str]:
    path = EXAMPLES / "python" / script
    # A program that leaves something open or uses what is deprecated says so and fails.
    return [sys.executable, "-W", "error", str(path), "--url", f"{server.url}/graphql", *arguments]


def environment(token: str) -> dict[str, str]:
    return {**os.environ, "SAISINE_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def act(server: Server, login: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`act.py` to its end."""
    return subprocess.run(
        command(server, "act.py", *arguments), env=environment(server.token(login)),
        capture_output=True, encoding="utf-8", timeout=WAIT, check=False,
    )  # fmt: skip


def done(server: Server, login: str, *arguments: str) -> str:
    """What `act.py` prints of an action that must be done."""
    ended = act(server, login, *arguments)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return ended.stdout.strip()


def submitted(server: Server, brief: str = "Où en est ma facture ?") -> str:
    """The number of a new ticket for the demo's town."""
    told = done(
        server, "requester", "submit", "INVOICES", "INVOICES_STATUS", brief, "Déposée le 3, sans nouvelle depuis.",
        "--recipient", "Saint-Aurèle", "--object", "INVOICE",
    )  # fmt: skip
    assert told.startswith("Ticket émis : ")
    return told.split()[3].rstrip(",")


@asynccontextmanager
async def losing_an_answer(server: Server) -> AsyncIterator[Server]:
    """The server, over a network that breaks once: when the server has acted, and its answer is on the way."""
    lost = False
    carrying: set[asyncio.Task[None] | None] = set()

    async def carry(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        nonlocal lost
        carrying.add(asyncio.current_task())
        answers, to_server = await asyncio.open_connection("127.0.0.1", server.port)
        asked = bytearray()

        async def ask() -> None:
            while data := await client.read(65536):
                asked.extend(data)
                to_server.write(data)
            to_server.close()

        asking = asyncio.create_task(ask())
        while (answer := await answers.read(65536)) and (lost or b"mutation" not in asked):
            to_client.write(answer)
        lost = lost or b"mutation" in asked
        asking.cancel()
        for writer in (to_server, to_client):
            writer.close()
            await writer.wait_closed()

    async with await asyncio.start_server(carry, "127.0.0.1", 0) as network:
        behind = copy.copy(server)
        behind.url = f"http://127.0.0.1:{network.sockets[0].getsockname()[1]}"
        yield behind
        async with asyncio.timeout(WAIT):
            await asyncio.gather(*filter(None, carrying))


class Watching:
    """`watch.py`, running."""

    def __init__(self, server: Server, token: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            command(server, "watch.py", *arguments), env=environment(token),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip
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
        """The next line; none may be left unread by chance."""
        line = self._lines.get(timeout=WAIT)
        assert line is not None, "\n".join(["it ended after:", *self.printed])
        self.printed.append(line)
        return line

    def until(self, start: str) -> list[str]:
        """The lines up to the first that begins so, that one included."""
        lines = [self.line()]
        while not lines[-1].startswith(start):
            lines.append(self.line())
        return lines

    def change(self) -> tuple[str, str, str]:
        """The next line, which must tell a change: kind, number, all the rest in columns."""
        while (line := self.line()).startswith("à jour : "):
            pass  # on a busy machine it may come between two changes
        _, kind, number, *rest = (part.strip() for part in line.split("  ") if part.strip())
        return kind, number, " | ".join(rest)

    def send(self, with_signal: signal.Signals) -> None:
        self.process.send_signal(with_signal)

    def end(self) -> tuple[int, str]:
        """Its exit code and the last that it printed."""
        code = self.process.wait(WAIT)
        rest = []
        while (line := self._lines.get(timeout=WAIT)) is not None:
            rest.append(line)
        return code, "\n".join(rest)
