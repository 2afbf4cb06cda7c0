"""One process of `load_watchers.py`: some thousand WebSockets, each of which keeps a list up to date.

It reads a job from a line of standard input, connects and prints "watching". The next line gives the expected lists
and the instant of each action; it then waits until the lists are right, and prints what it saw.
"""

import asyncio
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

WATCH = """subscription Watch($after: Cursor) {
  change: inboxChanges(tab: TO_PROCESS, after: $after) {
    kind ticketId cursor ticket { id number shortDescription status version assignee { displayName } } } }"""
PATIENCE = 120.0
"""How many seconds the lists have to become right after the last action."""
AT_ONCE = 25

Lists = dict[str, dict[str, int]]
"""By login: the version of each ticket in its list, by ticket id."""


@dataclass(frozen=True, slots=True)
class Job:
    """The subscribers: how many, their ports and tokens, the cursor that they start from, and their initial lists."""

    watchers: int
    ports: list[int]
    tokens: dict[str, str]
    after: str
    lists: Lists


@dataclass(frozen=True, slots=True)
class Goal:
    """The expected lists, and the instant (monotonic, in seconds) of the action that each cursor belongs to."""

    lists: Lists
    acted_at: dict[str, float]


@dataclass(slots=True)
class Seen:
    """Lists that ended right and wrong, messages by delay in milliseconds, and how often subscribers resumed."""

    right: int = 0
    wrong: int = 0
    resumed: int = 0
    delays: Counter[int] = field(default_factory=Counter)


class _Watcher:
    def __init__(self, job: Job, number: int) -> None:
        logins = sorted(job.tokens)
        self.login = logins[number % len(logins)]
        self.port = job.ports[number // len(logins) % len(job.ports)]
        self.token, self.cursor = job.tokens[self.login], job.after
        self.list = dict(job.lists[self.login])
        self.resumed = -1
        self.changed = asyncio.Event()

    async def subscribe(self) -> ClientConnection:
        socket = await connect(
            f"ws://127.0.0.1:{self.port}/graphql", subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            compression=None, ping_interval=None, open_timeout=PATIENCE,
        )  # fmt: skip
        await _send(socket, type="connection_init", payload={"authorization": f"Bearer {self.token}"})
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": WATCH, "variables": {"after": self.cursor}}
        await _send(socket, type="subscribe", id="w", payload=payload)
        self.resumed += 1
        return socket

    async def follow(self, socket: ClientConnection, arrivals: dict[str, list[float]]) -> None:
        while True:
            try:
                async for frame in socket:
                    message = orjson.loads(frame)
                    if message["type"] != "next":
                        raise RuntimeError(f"unexpected: {frame!r}")
                    self._apply(message["payload"]["data"]["change"])
                    arrivals[self.cursor].append(time.monotonic())
            except (OSError, EOFError, WebSocketException):
                pass
            socket = await self.subscribe()

    def _apply(self, change: dict[str, object]) -> None:
        ticket = change["ticket"]
        self.cursor = str(change["cursor"])
        if change["kind"] == "LEFT":
            self.list.pop(str(change["ticketId"]), None)
        else:
            assert isinstance(ticket, dict)
            self.list[ticket["id"]] = ticket["version"]
        self.changed.set()

    async def becomes(self, goal: dict[str, int]) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                while self.list != goal:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return False
        return True


async def _send(socket: ClientConnection, **message: object) -> None:
    await socket.send(orjson.dumps(message).decode())


async def watch(job: Job) -> Seen:
    """Connect, follow until the goal is given, and report."""
    watchers = [_Watcher(job, number) for number in range(job.watchers)]
    arrivals: dict[str, list[float]] = defaultdict(list)
    following = []
    for start in range(0, len(watchers), AT_ONCE):
        some = watchers[start : start + AT_ONCE]
        sockets = await asyncio.gather(*(one.subscribe() for one in some))
        following += [
            asyncio.create_task(one.follow(socket, arrivals)) for one, socket in zip(some, sockets, strict=True)
        ]
    print("watching", flush=True)
    line = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    done, _ = await asyncio.wait({line, *following}, return_when=asyncio.FIRST_COMPLETED)
    for broken in done - {line}:
        broken.result()
    goal = Goal(**orjson.loads(await line))
    ends = await asyncio.gather(*(one.becomes(goal.lists[one.login]) for one in watchers))
    seen = Seen(right=sum(ends), wrong=len(ends) - sum(ends), resumed=sum(one.resumed for one in watchers))
    for cursor, instants in arrivals.items():
        if cursor in goal.acted_at:
            seen.delays.update(round(1000 * (instant - goal.acted_at[cursor])) for instant in instants)
    for task in following:
        task.cancel()
    return seen


def main() -> None:
    """Run the job given on standard input."""
    seen = uvloop.run(watch(Job(**orjson.loads(sys.stdin.readline()))))
    report = {**asdict(seen), "delays": {str(delay): count for delay, count in seen.delays.items()}}
    print(orjson.dumps(report).decode(), flush=True)


if __name__ == "__main__":
    main()
