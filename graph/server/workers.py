"""Several worker processes at one port: started, replaced when they die, restarted one by one, stopped together.

Each worker is `saisine serve --fd N` over the listening socket that its parent bound. Its standard input is one end of
a socket pair: the worker writes a byte there once it answers, and stops when the other end closes, so that no worker
outlives its parent. (Uvicorn's supervisor lets workers outlive it, stops all of them when one fails to start, as while
the database restarts, and waits for a stuck one without a timeout.)
"""

import asyncio
import os
import signal
import socket
import sys
import tempfile
import threading
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress

import structlog
from prometheus_client.multiprocess import mark_process_dead

from graph.metrics import METRICS_DIR

log = structlog.get_logger("saisine.workers")

_COMMAND = (sys.executable, "-P", "-m", "graph.cli", "serve", "--fd")
_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 0.5, 10.0


class _Slot:
    """The place of one worker; a replacement takes the same slot."""

    def __init__(self) -> None:
        self.worker: Process | None = None
        self.lock = asyncio.Lock()


class Workers:
    """The worker processes of one listening socket."""

    def __init__(self, listener: socket.socket, number: int, *, grace_seconds: float) -> None:
        self._listener = listener
        self._slots = [_Slot() for _ in range(number)]
        self._exits: dict[Process, asyncio.Task[int]] = {}
        self._grace_seconds = grace_seconds
        self._restart = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self, ready: Callable[[], None]) -> bool:
        """Serve until SIGTERM or SIGINT; a second one kills the workers. SIGHUP restarts them one by one.

        `ready` is called once all of them answer. Returns whether all started, and stopped within `grace_seconds`.
        """
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._restart.set)
        with tempfile.TemporaryDirectory(prefix="saisine-metrics-") as self._metrics_dir:
            started = await asyncio.gather(*(self._start(slot) for slot in self._slots))
            if not all(started) and not self._stopping.is_set():
                self._stop()
                await self._wait_for_exits()
                return False
            if not self._stopping.is_set():
                ready()
            supervisors = [asyncio.create_task(self._supervise(slot)) for slot in self._slots]
            supervisors.append(asyncio.create_task(self._restart_on_request()))
            await self._stopping.wait()
            clean = await self._wait_for_exits()
            for task in supervisors:
                task.cancel()
            await asyncio.gather(*supervisors, return_exceptions=True)
            return await self._wait_for_exits() and clean

    def _stop(self) -> None:
        for worker in self._exits:
            with suppress(ProcessLookupError):
                if self._stopping.is_set():
                    worker.kill()
                else:
                    worker.terminate()
        # Once its last copy is closed, new connections are refused instead of queued for a server that has stopped.
        self._listener.close()
        self._stopping.set()

    async def _wait_for_exits(self) -> bool:
        """Wait until all workers have exited, killing those that take too long. Returns whether all exited cleanly."""
        clean = True
        while exits := list(self._exits.values()):
            _, running = await asyncio.wait(exits, timeout=self._grace_seconds)
            if running:
                self._stop()
                await asyncio.wait(exits)
            # A worker that was still starting has no handler yet, and exits by the signal itself.
            clean = clean and all(one.result() in (0, -signal.SIGTERM) for one in exits)
        return clean

    async def _start(self, slot: _Slot) -> bool:
        """Start a worker in a slot. Returns whether it answers."""
        if self._stopping.is_set():
            return False
        ours, its = socket.socketpair()
        ours.setblocking(False)
        with its:
            worker = await asyncio.create_subprocess_exec(
                *_COMMAND, str(self._listener.fileno()), stdin=its.fileno(), pass_fds=[self._listener.fileno()],
                env={**os.environ, METRICS_DIR: self._metrics_dir},
                start_new_session=True,  # so that Ctrl+C reaches the parent only
            )  # fmt: skip
        self._exits[worker] = asyncio.create_task(self._wait_for_exit(worker, ours))
        if self._stopping.is_set():
            worker.terminate()
        with suppress(ConnectionError):
            if await asyncio.get_running_loop().sock_recv(ours, 1):
                slot.worker = worker
                return True
        return False

    async def _wait_for_exit(self, worker: Process, line: socket.socket) -> int:
        with line:
            code = await worker.wait()
        del self._exits[worker]
        mark_process_dead(worker.pid, self._metrics_dir)  # type: ignore[no-untyped-call]
        return code

    async def _supervise(self, slot: _Slot) -> None:
        """Replace the worker of a slot whenever it dies, with growing pauses while no replacement starts."""
        pause = _FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            worker = slot.worker
            code = None if worker is None else await worker.wait()
            async with slot.lock:
                if slot.worker is not worker:
                    continue  # a restart has replaced it
                slot.worker = None
                if self._stopping.is_set():
                    return
                if worker is not None:
                    log.error("worker died", pid=worker.pid, code=code)
                if await self._start(slot):
                    pause = _FIRST_RETRY_SECONDS
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, _LAST_RETRY_SECONDS)

    async def _restart_on_request(self) -> None:
        """After each SIGHUP, replace worker after worker; each stops once its replacement answers."""
        while True:
            await self._restart.wait()
            self._restart.clear()
            for slot in self._slots:
                async with slot.lock:
                    old, replacement = slot.worker, _Slot()
                    if not await self._start(replacement):
                        log.error("the new worker did not start: the other workers keep running")
                        break
                    slot.worker = replacement.worker
                if old is not None and (exited := self._exits.get(old)):
                    old.terminate()
                    await asyncio.wait([exited], timeout=self._grace_seconds)


def report_to_parent() -> Callable[[], None]:
    """In a worker: stop, as by SIGTERM, when the parent is gone. Call the result once the worker answers."""
    line = socket.socket(fileno=os.dup(0))

    def stop_with_parent() -> None:
        with suppress(OSError):
            line.recv(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop_with_parent, daemon=True).start()
    return lambda: line.sendall(b".")
