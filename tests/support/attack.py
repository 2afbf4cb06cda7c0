"""`saisine serve` with its defaults under limits of memory and descriptors, and what an attack on it costs.

    with attackable(folder) as target:
        with target.attacked() as attack:
            ...  # send the attack, and wait for its answers
        attack.check()  # it grew by less than 64 MiB, nobody else waited longer than 250 ms, it logged no error
        attack.check_logged_once("the reason")

The attacker is the test, from 127.0.0.1. Meanwhile a bystander, an agent in a process of its own at 127.0.0.2, asks a
small list query on a kept and on a new connection (`bystander.py`). On a machine that does other work at the same time
the seconds in which it ran others do not count as a wait, and the limit is at least five times what was usual before.
"""

import json
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.support import bystander
from tests.support.databases import fresh_sync, need_postgres
from tests.support.issuer import Issuer
from tests.support.server import WAIT, Server

MIB = 1024 * 1024
GROWTH = 64 * MIB
"""Bytes by which an attack may make the server grow."""
LONGEST_WAIT = 0.25
"""Seconds that anybody else may wait during an attack."""
ADDRESS_SPACE = 1024 * MIB
"""Bytes of address space that the server may take beyond what it has when it is ready."""
DESCRIPTORS = 1_024
TICKETS = 200
BYSTANDER = "other-agent"
"""The login of the bystander: an attack comes from another viewer."""
_SETTLED = 20
"""Answers to the bystander before and after the attack."""


class Waited(NamedTuple):
    """One query of the bystander."""

    connection: str
    seconds: float
    runnable: float
    problem: str | None

    @property
    def counted(self) -> float:
        """The seconds that it waited for the server, not for the machine."""
        return max(self.seconds - self.runnable, 0.0)


class Target:
    """A server that is attacked."""

    def __init__(self, server: Server, descriptors: int = DESCRIPTORS, address_space: int = ADDRESS_SPACE) -> None:
        assert server.process is not None
        self.server = server
        self.port = server.port
        self.address = ("127.0.0.1", server.port)
        self.url, self.ws_url = server.url, server.ws_url
        self.pid = server.process.pid
        limit = self._status("VmSize") + address_space
        resource.prlimit(self.pid, resource.RLIMIT_AS, (limit, limit))
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(re.findall(rf"{name}:\s+(\d+) kB", text)[0]) * 1024

    def token(self, login: str = "agent-1") -> str:
        return self.server.token(login)

    def bearer(self, login: str = "agent-1") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(login)}"}

    def connect(self, receive_buffer: int | None = None, address: str = "127.0.0.1") -> socket.socket:
        """A new connection; with a receive buffer of this size, little of an unread answer leaves the server."""
        made = socket.socket()
        if receive_buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.settimeout(WAIT)
        made.bind((address, 0))
        made.connect(self.address)
        return made

    def rss_bytes(self) -> int:
        return self._status("VmRSS")

    def peak_bytes(self) -> int:
        """The most that `rss_bytes` was since `reset_peak`."""
        return self._status("VmHWM")

    def reset_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def log(self) -> str:
        """All that it has printed."""
        return "".join(self.server.printed)

    @contextmanager
    def attacked(self) -> Iterator["Attack"]:
        """Measure the block as an attack. It should end once the server has dealt with what it sent."""
        watcher = _Bystander(self)
        attack = Attack(self)
        try:
            watcher.wait_for(_SETTLED)
            attack.begin(watcher.waits)
            yield attack
            watcher.wait_for(_SETTLED)
            attack.end(watcher.waits)
        finally:
            watcher.close()


class _Bystander:
    """The process of the bystander and what it has measured."""

    def __init__(self, target: Target) -> None:
        self.waits: list[Waited] = []
        self._came = threading.Condition()
        token = target.token(BYSTANDER)
        command = [sys.executable, "-I", bystander.__file__, str(target.port), str(target.pid), token]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._came:
                self.waits.append(Waited(*json.loads(line)))
                self._came.notify_all()

    def wait_for(self, more: int) -> None:
        """Wait until it has asked so many times more, or has got no answer."""
        with self._came:
            enough = len(self.waits) + more
            came = self._came.wait_for(
                lambda: len(self.waits) >= enough or any(each.problem for each in self.waits[-1:]), 60
            )
        assert came, "the bystander does not ask"

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(2 * bystander.TIMEOUT)
        self._reader.join(WAIT)
        self._process.stdout.close()


class Attack:
    """What an attack cost the server and the bystander."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.before: list[Waited] = []
        self.waits: list[Waited] = []
        """The queries of the bystander from the attack's first byte to some answers after it."""
        self.seconds = self.cpu = 0.0

    def begin(self, waits: list[Waited]) -> None:
        self.before = waits[_SETTLED // 4 :]  # the first ones fill caches
        self._first_wait = len(waits)
        self._first_line = len(self.target.server.printed)
        self._began, self._cpu = time.monotonic(), self.target.cpu_seconds()
        self.target.reset_peak()
        self._rss = self.target.rss_bytes()

    def end(self, waits: list[Waited]) -> None:
        self.waits = waits[self._first_wait :]
        self.seconds = time.monotonic() - self._began
        self.cpu = self.target.cpu_seconds() - self._cpu
        self.peak = self.target.peak_bytes() - self._rss

    def growth(self, falls_below: int = GROWTH, seconds: float = 10) -> int:
        """The bytes by which the server is larger than before: once they are few enough, or after some seconds."""
        until = time.monotonic() + seconds
        while (grown := self.target.rss_bytes() - self._rss) >= falls_below and time.monotonic() < until:
            time.sleep(0.1)  # there is no event of memory that the allocator gives back
        return grown

    def longest_wait(self) -> float:
        """The longest that the bystander waited for the server, in seconds."""
        return max(wait.counted for wait in self.waits)

    def allowed_wait(self, seconds: float = LONGEST_WAIT) -> float:
        """The given seconds, but on a slow machine five times what was usual there before the attack."""
        usual = sorted(wait.counted for wait in self.before)
        return max(seconds, 5 * usual[-len(usual) // 20])

    def logged(self, pattern: str = "") -> list[str]:
        """The lines that the server has printed since the attack began, those that match."""
        return [line for line in self.target.server.printed[self._first_line :] if re.search(pattern, line)]

    def check(self, *, growth: int = GROWTH, peak: int | None = None, wait: float = LONGEST_WAIT) -> None:
        """Check that it held: all that the server promises to everybody but the attacker.

        `peak` is the growth while the attack lasts, by default the growth that may stay.
        """
        problems = [each.problem for each in self.waits if each.problem]
        assert not problems, f"somebody else got no answer: {problems[0]} ({len(problems)} times)"
        self.check_wait(wait)
        assert self.peak < (peak or growth), f"it grew by {self.peak / MIB:.0f} MiB during the attack"
        grown = self.growth(growth)
        assert grown < growth, f"it is larger by {grown / MIB:.0f} MiB after the attack"
        errors = self.logged(r'Traceback|"level": ?"error"|Exception')
        assert not errors, "".join(self.logged())[:5_000]

    def check_wait(self, seconds: float = LONGEST_WAIT) -> None:
        """Check that nobody else waited for longer."""
        longest, allowed = self.longest_wait(), self.allowed_wait(seconds)
        assert longest < allowed, f"somebody else waited {longest:.2f} s, {allowed:.2f} s are allowed"

    def check_logged_once(self, pattern: str, seconds: float = 5) -> None:
        """Check that the server said why, in one line."""
        until = time.monotonic() + seconds
        while not self.logged(pattern) and time.monotonic() < until:
            time.sleep(0.05)
        lines = self.logged(pattern)
        assert len(lines) == 1, lines[:5] or f"not logged: {pattern}; but: {''.join(self.logged())[:2_000]}"

    def __str__(self) -> str:
        """What was measured, for the output of a test."""
        return (
            f"wait {self.longest_wait() * 1000:.0f} ms (allowed {self.allowed_wait() * 1000:.0f}), peak +{self.peak / MIB:.0f}"
            f" MiB, after +{self.growth(seconds=0) / MIB:.0f} MiB, {self.cpu:.1f} s CPU of {self.seconds:.1f} s"
        )


def median_wait(target: Target, attack: Callable[[], Any], times: int = 3) -> float:
    """The median of the longest waits of several attacks: for an attack of a few milliseconds on a busy machine."""
    longest = []
    for _ in range(times):
        with target.attacked() as measured:
            attack()
        longest.append(measured.longest_wait())
    return sorted(longest)[times // 2]


@contextmanager
def attackable(
    folder: Path, kind: str = "sqlite", descriptors: int = DESCRIPTORS, address_space: int = ADDRESS_SPACE,
    tickets: int = TICKETS, **settings: str,
) -> Iterator[Target]:  # fmt: skip
    """`saisine serve` on a new desk with its defaults, under limits; it must stop by itself at the end."""
    if kind == "postgres":
        need_postgres()
    issuer = Issuer()
    try:
        with fresh_sync(kind, folder) as url:
            settings = {"database_url": url, **({"broker_url": url} if kind == "postgres" else {}), **settings}
            server = Server(folder, None, issuer, **settings)
            for command in (["migrate"], ["generate", "--tickets", str(tickets)]):
                made = server.command(*command)
                assert made.returncode == 0, made.stderr
            server.start()
            try:
                yield Target(server, descriptors, address_space)
            except BaseException:
                server.stop()
                raise
            assert server.stop() == 0
    finally:
        issuer.close()
