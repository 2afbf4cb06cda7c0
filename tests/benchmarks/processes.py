"""The processes of a run: the two servers, each over its own data, and the load clients.

They work in one temporary folder and ignore the caller's settings. Each ends with the `with` or the call that started
it. They run in their own sessions, so that Ctrl+C reaches only the benchmark, which then ends them.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from graph.auth.demo import DemoIdentity
from tests.benchmarks import load, watch
from tests.support.server import SAISINE, free_port

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
"""Seconds after which a process that is not done has failed."""

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Its CPU time so far, in all threads."""
        return cpu_seconds(self.pid)

    def resident_bytes(self) -> int:
        """Its resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="utf-8").split()[1]) * _PAGE


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process so far, in all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


class Place:
    """A temporary folder with a copy of the desk for each server, or one desk in a PostgreSQL database."""

    def __init__(self, folder: Path, tickets: int, database_url: str = "") -> None:
        self.folder, self._database_url = folder, database_url
        self._product, self.bare_data = folder / "product", folder / "bare"
        self._saisine("migrate")
        self._saisine("generate", "--tickets", str(tickets))

    def token(self, login: str) -> str:
        """A token of a demo login."""
        return DemoIdentity(self._product).token(login, 3600)

    @contextmanager
    def product(self, **settings: str) -> Iterator[Server]:
        """`saisine demo`."""
        port = free_port()
        with self.serving([SAISINE, "demo", "--port", str(port)], port, **settings) as server:
            yield server

    @contextmanager
    def bare(self) -> Iterator[Server]:
        """The bare server, over a copy of the desk taken at its first start."""
        if not self.bare_data.exists():
            self.bare_data.mkdir()
            name = "saisine.sqlite3"
            source, copy = sqlite3.connect(self._product / name), sqlite3.connect(self.bare_data / name)
            source.backup(copy)
            source.close()
            copy.close()
        port = free_port()
        command = [sys.executable, "-m", "tests.benchmarks.bare", str(port), str(self.bare_data)]
        with self.serving(command, port) as server:
            yield server

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("SAISINE_")}
        url = {"SAISINE_DATABASE_URL": self._database_url} if self._database_url else {}
        return {**own, **url, "SAISINE_DATA_DIR": str(self._product), "PYTHONPATH": str(ROOT)}

    def _saisine(self, *arguments: str) -> None:
        done = subprocess.run(
            [SAISINE, *arguments], cwd=self.folder, env=self._environment(), capture_output=True, text=True,
            timeout=PATIENCE, check=False, start_new_session=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"saisine {arguments[0]}: {done.stdout}{done.stderr}")

    @contextmanager
    def serving(self, command: Sequence[str], port: int, **settings: str) -> Iterator[Server]:
        """Run the server of a command, from when its port answers."""
        # The folder has no `.env` that could change settings.
        with (self.folder / f"{port}.log").open("w+") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env={**self._environment(), **settings}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            try:
                _await_port(port, process, log.name)
                yield Server(port, process.pid)
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _await_port(port: int, process: "subprocess.Popen[bytes]", log: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server does not answer: {Path(log).read_text(encoding='utf-8')}") from None
            time.sleep(0.02)


def run_load(job: load.Job) -> load.Done:
    """Run the load client: its result."""
    command = [sys.executable, "-m", "tests.benchmarks.load"]
    done = subprocess.run(
        command, cwd=ROOT, input=orjson.dumps(asdict(job)), capture_output=True, timeout=job.seconds + PATIENCE,
        check=False, start_new_session=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return load.Done(**orjson.loads(done.stdout))


class Watchers:
    """The process of the subscribers of one job."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def send(self, line: bytes) -> bytes:
        """Send the process a line: the line that it prints."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the watchers broke: see above")
        return answer

    def act(self) -> watch.Received:
        """Send the requests: what the subscribers received."""
        return watch.Received(**orjson.loads(self.send(b"")))


@contextmanager
def watching(job: watch.Job) -> Iterator[Watchers]:
    """Run the subscribers of a job, from when they are connected."""
    command = [sys.executable, "-m", "tests.benchmarks.watch"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    try:
        watchers = Watchers(process)
        watchers.send(orjson.dumps(asdict(job)))
        yield watchers
        process.communicate(b"\n", timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
