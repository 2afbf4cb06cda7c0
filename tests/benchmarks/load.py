"""The load client: a process with a few persistent HTTP connections on asyncio streams.

It reads a job as JSON from standard input, keeps every connection busy for some seconds, and prints the result.
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
    """Requests sent in a cycle, from index `start` on; every response must contain `expect`."""

    port: int
    requests: list[Request]
    expect: str
    seconds: float
    start: int = 0
    connections: int = 8


@dataclass(frozen=True, slots=True)
class Done:
    """The number of responses, the duration in seconds, and the median and 99th percentile of the latency in
    microseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


class Connection:
    """An HTTP/1.1 connection with one request at a time. It parses only what these servers send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request: the status and the body of the response."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        return int(head[9:12]), await self._reader.readexactly(int(length))

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()


def check(answer: tuple[int, bytes], expect: bytes) -> None:
    """Check a response. Errors: RuntimeError unless it is a 200 that contains `expect`."""
    if answer[0] != 200 or expect not in answer[1]:
        raise RuntimeError(f"unexpected answer {answer[0]}: {answer[1][:500]!r}")


async def drive(job: Job) -> Done:
    """Keep all connections busy for the duration of the job."""
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
    """Run the job given on standard input."""
    given = orjson.loads(sys.stdin.buffer.read())
    job = Job(**{**given, "requests": [Request(**one) for one in given["requests"]]})
    print(orjson.dumps(asdict(uvloop.run(drive(job)))).decode())


if __name__ == "__main__":
    main()
