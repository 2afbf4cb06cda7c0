"""The load client: a few HTTP connections that stay open, on asyncio streams, in a process of its own.

It reads a job as JSON from standard input, keeps every connection busy for some seconds, and prints what was done.
"""

import asyncio
import itertools
import sys
import time
from dataclasses import asdict, dataclass

import orjson
import uvloop

from tests.benchmarks.questions import Request


@dataclass(frozen=True, slots=True)
class Job:
    """Requests asked round and round, from the `start`th on; `expect` must be in every answer."""

    port: int
    requests: list[Request]
    expect: str
    seconds: float
    start: int = 0
    connections: int = 8


@dataclass(frozen=True, slots=True)
class Done:
    """How many requests were answered, and in how long; the median wait for an answer, and the one that 99 of 100 do
    not exceed, in microseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


class Connection:
    """One HTTP/1.1 connection that asks one thing at a time. It understands what these servers answer, no more."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        return int(head[9:12]), await self._reader.readexactly(int(length))

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


def check(answer: tuple[int, bytes], expect: bytes) -> None:
    """Errors: RuntimeError for any other answer than the one expected."""
    if answer[0] != 200 or expect not in answer[1]:
        raise RuntimeError(f"unexpected answer {answer[0]}: {answer[1][:500]!r}")


async def drive(job: Job) -> Done:
    """Keep the connections busy."""
    requests, expect = [request.encoded() for request in job.requests], job.expect.encode()
    numbers = itertools.count(job.start)
    connections = [await Connection.open(job.port) for _ in range(job.connections)]
    waits: list[float] = []
    begun = time.perf_counter()

    async def keep_busy(connection: Connection) -> None:
        now = begun
        while now - begun < job.seconds:
            check(await connection.ask(requests[next(numbers) % len(requests)]), expect)
            now, before = time.perf_counter(), now
            waits.append(now - before)

    async with asyncio.TaskGroup() as tasks:
        for connection in connections:
            tasks.create_task(keep_busy(connection))
    seconds = time.perf_counter() - begun
    waits.sort()
    p50, p99 = (1e6 * waits[len(waits) * part // 100] for part in (50, 99))
    done = Done(len(waits), seconds, p50, p99)
    for connection in connections:
        await connection.close()
    return done


def main() -> None:
    """Run the job of standard input."""
    given = orjson.loads(sys.stdin.buffer.read())
    job = Job(**{**given, "requests": [Request(**one) for one in given["requests"]]})
    print(orjson.dumps(asdict(uvloop.run(drive(job)))).decode())


if __name__ == "__main__":
    main()
