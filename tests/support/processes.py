"""The command `saisine` in processes that are forked from one that has imported it.

The imports take seconds of processor time, and the tests start the command hundreds of times.
"""

import atexit
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing.reduction import DupFd
from typing import Any

from graph import cli

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["graph.cli", "pytest"])


def _saisine(
    arguments: tuple[str, ...], env: dict[str, str], output: Any, errors: Any, descriptors: int | None
) -> None:
    if descriptors is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    os.dup2(output.detach(), 1)
    os.dup2(errors.detach(), 2)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["saisine", *arguments]
    cli.main()


class Process:
    """`saisine` with these arguments and only this environment, with the interface of `subprocess.Popen`.

    `stdout` has its output and its errors; with `stderr` the errors are there. It may open so many `descriptors`.
    """

    def __init__(
        self, *arguments: str, env: dict[str, str], stderr: bool = False, descriptors: int | None = None
    ) -> None:
        reading, writing = os.pipe()
        others = os.pipe() if stderr else None
        try:
            given = (arguments, env, DupFd(writing), DupFd(others[1] if others else writing), descriptors)
            self._process = _FORKS.Process(target=_saisine, args=given)
            self._process.start()
        finally:
            for end in (writing, *((others[1],) if others else ())):
                os.close(end)
        self.stdout = os.fdopen(reading, encoding="utf-8", errors="replace")
        self.stderr = os.fdopen(others[0], encoding="utf-8") if others else None
        assert self._process.pid is not None
        self.pid = self._process.pid
        _RUNNING.add(self)

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """Wait for its end."""
        self._process.join(seconds)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("saisine", seconds or 0)
        _RUNNING.discard(self)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_RUNNING: set[Process] = set()


def _kill_all() -> None:
    for process in [*_RUNNING]:
        process.kill()


# Runs before `multiprocessing` waits for the processes that an aborted test has left.
atexit.register(_kill_all)
