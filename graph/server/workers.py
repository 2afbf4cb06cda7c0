"""Several processes that serve one port: started, kept at work, renewed one after the other, let go together.

Each worker is `saisine serve --fd N` over the listening socket that its parent bound. Its standard input is one end of
a socket pair: it writes a byte there once it answers, and ends where the other end is gone, so that none outlives its
parent.
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
_SHORTEST, _LONGEST = 0.5, 10.0


class _Place:
    """Where one worker works; another one, once that has died or been relieved."""

    def __init__(self) -> None:
        self.worker: Process | None = None
        self.changing = asyncio.Lock()


class Workers:
    """The workers of one listening socket."""

    def __init__(self, listener: socket.socket, number: int, *, patience: float) -> None:
        self._listener = listener
        self._places = [_Place() for _ in range(number)]
        self._alive: dict[Process, asyncio.Task[int]] = {}
        self._patience = patience
        self._renewing = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self, ready: Callable[[], None]) -> bool:
        """Serve until SIGTERM or SIGINT, at a second one without patience; SIGHUP renews the workers one by one.

        `ready` is called once all answer. Whether they all began, and ended well within the patience (in seconds).
        """
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._renewing.set)
        with tempfile.TemporaryDirectory(prefix="saisine-metrics-") as self._metrics:
            began = await asyncio.gather(*(self._fill(place) for place in self._places))
            if not all(began) and not self._stopping.is_set():
                self._stop()
                await self._end()
                return False
            if not self._stopping.is_set():
                ready()
            keeping = [asyncio.create_task(self._keep(place)) for place in self._places]
            keeping.append(asyncio.create_task(self._renew()))
            await self._stopping.wait()
            well = await self._end()
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            return await self._end() and well

    def _stop(self) -> None:
        for worker in self._alive:
            with suppress(ProcessLookupError):
                if self._stopping.is_set():
                    worker.kill()
                else:
                    worker.terminate()
        # With the last copy closed, whoever comes is turned away instead of waiting for nobody.
        self._listener.close()
        self._stopping.set()

    async def _end(self) -> bool:
        """Wait until all have ended; whether they ended well."""
        well = True
        while ends := list(self._alive.values()):
            _, late = await asyncio.wait(ends, timeout=self._patience)
            if late:
                self._stop()
                await asyncio.wait(ends)
            # One that was still starting has nobody to let go, and ends by the signal itself.
            well = well and all(end.result() in (0, -signal.SIGTERM) for end in ends)
        return well

    async def _fill(self, place: _Place) -> bool:
        """Put a new worker in a place; whether it answers."""
        if self._stopping.is_set():
            return False
        ours, its = socket.socketpair()
        ours.setblocking(False)
        with its:
            worker = await asyncio.create_subprocess_exec(
                *_COMMAND, str(self._listener.fileno()), stdin=its.fileno(), pass_fds=[self._listener.fileno()],
                env={**os.environ, METRICS_DIR: self._metrics},
                start_new_session=True,  # a Ctrl+C is for the parent
            )  # fmt: skip
        self._alive[worker] = asyncio.create_task(self._outlive(worker, ours))
        if self._stopping.is_set():
            worker.terminate()
        with suppress(ConnectionError):
            if await asyncio.get_running_loop().sock_recv(ours, 1):
                place.worker = worker
                return True
        return False

    async def _outlive(self, worker: Process, line: socket.socket) -> int:
        with line:
            code = await worker.wait()
        del self._alive[worker]
        mark_process_dead(worker.pid, self._metrics)  # type: ignore[no-untyped-call]
        return code

    async def _keep(self, place: _Place) -> None:
        """Whenever the worker of a place is gone, start another, less and less soon where none comes up."""
        pause = _SHORTEST
        while not self._stopping.is_set():
            worker = place.worker
            code = None if worker is None else await worker.wait()
            async with place.changing:
                if place.worker is not worker:
                    continue  # relieved
                place.worker = None
                if self._stopping.is_set():
                    return
                if worker is not None:
                    log.error("worker died", pid=worker.pid, code=code)
                if await self._fill(place):
                    pause = _SHORTEST
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, _LONGEST)

    async def _renew(self) -> None:
        """Relieve worker after worker, each once the next one answers."""
        while True:
            await self._renewing.wait()
            self._renewing.clear()
            for place in self._places:
                async with place.changing:
                    old, relief = place.worker, _Place()
                    if not await self._fill(relief):
                        log.error("no new worker comes up: the others stay")
                        break
                    place.worker = relief.worker
                if old is not None and (end := self._alive.get(old)):
                    old.terminate()
                    await asyncio.wait([end], timeout=self._patience)


def report_to_parent() -> Callable[[], None]:
    """In a worker: end, as by SIGTERM, where the parent is gone. The answer tells the parent that this one answers."""
    line = socket.socket(fileno=os.dup(0))

    def outlived() -> None:
        with suppress(OSError):
            line.recv(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=outlived, daemon=True).start()
    return lambda: line.sendall(b".")
