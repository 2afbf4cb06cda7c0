"""A real server process, and clients on real sockets. Every wait is for an event, with a timeout."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import SystemRandom  # Hypothesis seeds the other one, alike in every process of the tests
from typing import Any

import httpx
import websockets

from tests.support.issuer import AUDIENCE, Issuer
from tests.support.processes import Process

WAIT = 20.0
"""Seconds after which a missing event is a failure."""

SAISINE = str(Path(sys.executable).with_name("saisine"))


def free_port() -> int:
    """A port that nothing listens on. Below 32768, since the system gives those above to outgoing connections, which
    would take it before the server does."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", SystemRandom().randrange(10_000, 32_768)))
            return int(probe.getsockname()[1])


UNLIMITED = dict.fromkeys(
    (
        "actions_per_minute", "subscriptions_per_viewer", "subscriptions_max_cost_per_viewer", "uploads_per_viewer",
        "attachment_bytes_per_viewer_per_day",
    ),
    "0",
) | {f"connections_per_{whose}": "0" for whose in ("viewer", "address")}  # fmt: skip
"""Settings for load tests, in which a few viewers of one machine make all requests."""


class Server:
    """A server process with its port and data directory: `saisine serve` with an issuer, otherwise `saisine demo`."""

    def __init__(self, data_dir: Path, port: int | None = None, issuer: Issuer | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.issuer = issuer
        if issuer is not None:
            settings = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, **settings}
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}/graphql"
        names = {f"SAISINE_{name.upper()}": value for name, value in settings.items()}
        self.env = {**os.environ, "SAISINE_DATA_DIR": str(data_dir), "NO_COLOR": "1", **names}
        self._tokens: dict[str, str] = {}
        self.descriptors: int | None = None
        """The most descriptors that the process may have, if not those of the tests."""
        self.process: Process | None = None
        self.printed: list[str] = []

    def start(self, *options: str) -> "Server":
        command = "serve" if self.issuer else "demo"
        self.process = Process(command, "--port", str(self.port), *options, env=self.env, descriptors=self.descriptors)
        ready = threading.Event()
        process = self.process

        def read() -> None:
            for line in process.stdout:
                self.printed.append(line)
                if line.startswith("Ready"):
                    ready.set()
            ready.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        assert ready.wait(60), "".join(self.printed)
        assert process.poll() is None, "".join(self.printed)
        return self

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(with_signal)
        code = self.process.wait(WAIT)
        self._reader.join(WAIT)
        self.process.stdout.close()
        return code

    def children(self) -> list[int]:
        """The process ids of the workers."""
        assert self.process is not None
        return [
            int(pid)
            for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            .read_text(encoding="utf-8")
            .split()
        ]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = Process(*arguments, env=self.env, stderr=True)
        assert process.stderr is not None
        with process.stdout, process.stderr, ThreadPoolExecutor() as readers:
            errors = readers.submit(process.stderr.read)
            output = process.stdout.read()
            return subprocess.CompletedProcess(arguments, process.wait(WAIT), output, errors.result())

    def token(self, login: str) -> str:
        if self.issuer is not None:
            return self.issuer.token(sub=login, exp=int(time.time()) + 3600)
        if login not in self._tokens:
            # The demo prints a token for each login.
            line = next(line for line in self.printed if line.split()[:1] == [login])
            self._tokens[login] = line.split()[1]
        return self._tokens[login]

    def client(self, login: str | None, language: str | None = None) -> "Client":
        return Client(self, login, language)

    @asynccontextmanager
    async def socket(self, login: str, **payload: Any) -> AsyncIterator["Socket"]:
        """A WebSocket after its connection_init."""
        async with websockets.connect(self.ws_url, subprotocols=["graphql-transport-ws"]) as connection:  # type: ignore[list-item]
            live = Socket(connection)
            await live.send(type="connection_init", payload={"authorization": f"Bearer {self.token(login)}", **payload})
            assert (await live.receive())["type"] == "connection_ack"
            yield live


class Client:
    """An HTTP client with one login."""

    def __init__(self, server: Server, login: str | None, language: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {server.token(login)}"} if login else {}
        if language:
            headers["Accept-Language"] = language
        self.http = httpx.AsyncClient(base_url=server.url, headers=headers, timeout=WAIT)

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def response(self, query: str, **variables: Any) -> httpx.Response:
        return await self.http.post("/graphql", json={"query": query, "variables": variables})

    async def run(self, query: str, **variables: Any) -> Any:
        """The data of an operation, which must have no errors."""
        body = (await self.response(query, **variables)).json()
        assert "errors" not in body, body
        return body["data"]

    async def error(self, query: str, **variables: Any) -> str:
        """The code of the first error of an operation, which must have one."""
        body = (await self.response(query, **variables)).json()
        return str(body["errors"][0]["extensions"]["code"])

    async def act(self, mutation: str, **given: Any) -> Any:
        """The result of a mutation, by its field; files are under `attachments`, as (name, bytes, type)."""
        kind = INPUTS[mutation]
        query = f"mutation Act($input: {kind}!) {{ result: {mutation}(input: $input) {{ {RESULT} }} }}"
        files = given.get("attachments")
        if not files:
            return (await self.run(query, input=given))["result"]
        given["attachments"] = [None] * len(files)
        paths = {str(n): [f"variables.input.attachments.{n}"] for n in range(len(files))}
        response = await self.http.post(
            "/graphql",
            data={
                "operations": json.dumps({"query": query, "variables": {"input": given}}),
                "map": json.dumps(paths),
            },
            files={str(n): file for n, file in enumerate(files)},
        )
        body = response.json()
        assert "errors" not in body, body
        return body["data"]["result"]


_MESSAGES = ("proposeSolution", "requestInformation", "transferToSupport", "provideInformation", "refuseSolution")
INPUTS = {
    **dict.fromkeys(_MESSAGES, "MessageInput"),
    **dict.fromkeys(("assignTicketToMe", "acceptSolution", "closeTicket"), "TicketInput"),
    "assignTicket": "AssignTicketInput",
    "submitTicket": "SubmitTicketInput",
}
TICKET = """id number shortDescription description submittedAt updatedAt objectType status statusLabel stateReason
  stateReasonLabel version assignee { id displayName } recipient { siret name service { id code } }
  issuer { organisationIdentifier organisationName contactName contactAddress } availableActions
  category { id code label } subcategory { id code label destination }"""
RESULT = f"""__typename
  ... on ActionDone {{ cursor ticket {{ {TICKET} }} activity {{ id kind label message cursor actor {{ displayName }}
    statusBefore statusAfter attachments {{ id filename size url contentType }} }} }}
  ... on ActionRefused {{ code message fields {{ name message }} now: currentTicket {{ {TICKET} }} }}"""


class Socket:
    """A graphql-transport-ws client."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self, wait: float = WAIT) -> Any:
        """The next message."""
        async with asyncio.timeout(wait):
            return json.loads(await self.connection.recv())

    async def subscribe(self, operation_id: str, query: str, **variables: Any) -> None:
        await self.send(id=operation_id, type="subscribe", payload={"query": query, "variables": variables})

    async def next(self, operation_id: str) -> Any:
        """The data of the next result, which must be of this operation and have no errors."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", operation_id), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]
