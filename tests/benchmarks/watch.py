"""The subscribers: a process with many WebSockets that receive actions.

It reads a job from a line of standard input, connects and prints "watching". At the next line it sends each request,
waits until every subscriber has its message, prints the result and closes.
"""

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.load import Connection, check
from tests.benchmarks.questions import Request

WAIT = 30.0
"""Seconds after which a missing message is a failure."""


@dataclass(frozen=True, slots=True)
class Job:
    """The subscribers and the actions. With a token, each subscriber logs in and subscribes under its own id."""

    port: int
    watchers: int
    actions: list[Request]
    expect: str
    token: str = ""
    query: str = ""
    after: str = ""
    groups: int = 1
    """The number of different documents, each with as many subscribers."""


@dataclass(frozen=True, slots=True)
class Received:
    """The number of messages, the duration in seconds, and the last message."""

    messages: int
    seconds: float
    frame: str


async def _watch(job: Job, number: int) -> ClientConnection:
    socket = await connect(
        f"ws://127.0.0.1:{job.port}/graphql", subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        compression=None, ping_interval=None,
    )  # fmt: skip
    if job.token:
        await _send(socket, type="connection_init", payload={"authorization": f"Bearer {job.token}"})
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        # Another operation name makes another document.
        query = job.query.replace("Watch(", f"Watch{number % job.groups}(", 1)
        payload = {"query": query, "variables": {"after": job.after}}
        await _send(socket, type="subscribe", id=f"watcher-{number:05}", payload=payload)
    return socket


async def _send(socket: ClientConnection, **message: object) -> None:
    await socket.send(orjson.dumps(message).decode())


async def _receive(socket: ClientConnection) -> str:
    frame = await socket.recv()
    assert isinstance(frame, str)
    assert '"type":"next"' in frame, frame
    assert '"errors"' not in frame, frame
    return frame


def payload_of(frame: str) -> Any:
    """The payload of a message, without its subscriber's id."""
    return orjson.loads(frame)["payload"]


def cursor_of(frame: str) -> str:
    """The event cursor in a message of the product."""
    return str(payload_of(frame)["data"]["inboxChanges"]["cursor"])


async def watch(job: Job) -> None:
    """Connect, send the requests, receive all messages, close."""
    sockets: list[ClientConnection] = []
    for start in range(0, job.watchers, 20):
        numbers = range(start, min(start + 20, job.watchers))
        sockets += await asyncio.gather(*(_watch(job, number) for number in numbers))
    print("watching", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    acting = await Connection.open(job.port)
    begun, frame = time.perf_counter(), ""
    for action in job.actions:
        async with asyncio.timeout(WAIT):
            check(await acting.ask(action.encoded()), job.expect.encode())
            *_, frame = await asyncio.gather(*map(_receive, sockets))
    received = Received(len(sockets) * len(job.actions), time.perf_counter() - begun, frame)
    print(orjson.dumps(asdict(received)).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(socket.close() for socket in sockets), acting.close())


def main() -> None:
    """Run the job given on standard input."""
    given = orjson.loads(sys.stdin.readline())
    uvloop.run(watch(Job(**{**given, "actions": [Request(**one) for one in given["actions"]]})))


if __name__ == "__main__":
    main()
