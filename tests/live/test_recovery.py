"""PostgreSQL, Redis and disks fail and come back: errors are clear meanwhile, and no restart is needed.

Each test has a PostgreSQL, a Redis or a disk of its own to break.
"""

import ast
import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.live import INBOX, TAB_COUNTS, closed, everybody, unready
from tests.live.test_deploys import QUERY, ROUNDS
from tests.live.test_two_processes import Pair, health, skip_or_fail, two, wait_for_status
from tests.support.server import WAIT, Server, Socket, free_port

pytestmark = pytest.mark.soak
POLL = 3
"""Seconds between polls."""


class Cluster:
    """A PostgreSQL server of the test's own, which can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found and not shutil.which("initdb"):
            skip_or_fail("no initdb: install postgresql (Debian) or put its programs on the PATH")
        self._programs = found[-1].parent if found else Path(str(shutil.which("initdb"))).parent
        # PostgreSQL does not run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._folder = folder
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--pgdata", str(folder / "data"), "--auth", "trust", "--username", "postgres", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / program), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = str(self._folder / "log")
        self._run("pg_ctl", "--pgdata", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as in a crash."""
        self._run("pg_ctl", "--pgdata", str(self._folder / "data"), "-w", "-m", "immediate", "stop")


class Redis:
    """A Redis server of the test's own."""

    def __init__(self) -> None:
        if not shutil.which("redis-server"):
            skip_or_fail("no redis-server: install redis-server (Debian)")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        end = time.monotonic() + WAIT
        while True:
            try:
                redis.Redis.from_url(self.url).ping()
                return
            except redis.RedisError:
                assert time.monotonic() < end
                os.sched_yield()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(WAIT)


async def subscribe(live: Socket) -> None:
    """Subscribe, and wait until the subscription is in place."""
    await live.subscribe("w", QUERY)
    await live.subscribe("c", TAB_COUNTS)
    await live.next("c")
    await live.send(id="c", type="complete")


async def sees(live: Socket, ticket: Any) -> None:
    """Check that the next change is that the ticket entered."""
    while (message := await live.receive())["id"] != "w":
        pass
    assert message["payload"]["data"]["change"]["ticketId"] == ticket["ticket"]["id"]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not under pytest's folder, which the system user of PostgreSQL can't read.
    with tempfile.TemporaryDirectory(prefix="saisine-cluster-") as folder:
        running = Cluster(Path(folder))
        running.start()
        yield running
        running.stop()


TABS = "{ tabs { count } }"


@pytest.mark.long
async def test_requests_and_streams_survive_a_restart_of_postgresql(cluster: Cluster, tmp_path: Path) -> None:
    settings = {"database_url": cluster.url, "broker_url": cluster.url, "journal_poll_seconds": "0.5"}
    servers = [Server(tmp_path, None, None, **settings) for _ in range(2)]
    for server in servers:
        await asyncio.to_thread(server.start)
    try:
        async with everybody(servers[0]) as people, servers[1].socket("agent-1") as live:
            await subscribe(live)
            await sees(live, await people.submit())
            client = await people.client("requester")
            for _ in range(ROUNDS):
                await asyncio.to_thread(cluster.stop)
                begun = time.monotonic()
                for server in servers:
                    assert await health(server) == (503, "unavailable")
                async with servers[0].client("requester", "en") as english:
                    for reader in (client, english):
                        for query in (TABS, "{ viewer { user { id } } }"):
                            response = await reader.response(query)
                            assert response.status_code == 503
                            (error,) = response.json()["errors"]
                            assert error["extensions"]["code"] == "UNAVAILABLE", error
                            assert "data" not in response.json()
                    assert "at the moment" in error["message"]
                async with unready(servers[0]) as stranger:
                    authorization = f"Bearer {servers[0].token('agent-1')}"
                    await stranger.send(type="connection_init", payload={"authorization": authorization})
                    assert await closed(stranger) == 1013, "a code at which clients come back"
                assert time.monotonic() - begun < 5, "nobody hangs"
                await asyncio.to_thread(cluster.start)
                for server in servers:
                    await wait_for_status(server, "ok")
                # The earlier subscription gets what was committed.
                ticket = await people.submit()
                await sees(live, ticket)
                await sees(live, await people.submit())
    finally:
        codes = [await asyncio.to_thread(server.stop) for server in servers]
    assert codes == [0, 0]
    for server in servers:
        assert not [line for line in server.printed if '"unexpected"' in line]


@pytest.fixture
def over_redis(tmp_path: Path) -> Iterator[tuple[Pair, Redis]]:
    """Two processes on one PostgreSQL, with a Redis between them."""
    broker = Redis()
    broker.start()
    try:
        with two(tmp_path, broker.url, journal_poll_seconds=str(POLL)) as pair:
            yield pair, broker
    finally:
        broker.kill()


@pytest.mark.long
async def test_polls_deliver_without_redis_and_wake_ups_once_it_is_back(over_redis: tuple[Pair, Redis]) -> None:
    pair, broker = over_redis
    servers = (pair.first, pair.second)
    async with everybody(pair.first) as people, pair.second.socket("agent-1") as live:
        await subscribe(live)
        for _ in range(ROUNDS):
            await asyncio.to_thread(broker.kill)
            for server in servers:
                await wait_for_status(server, "degraded")
                assert (await health(server))[0] == 200, "it still serves"
            await sees(live, await people.submit())
            await sees(live, await people.submit())
            await asyncio.to_thread(broker.start)
            for server in servers:
                await wait_for_status(server, "ok")
            begun = time.monotonic()
            for _ in range(6):
                await sees(live, await people.submit())
            # Each is submitted once the one before has come: by polls each would take a whole period.
            assert time.monotonic() - begun < 4 * POLL, "wake-ups deliver"


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Pair]:
    """Two processes on one PostgreSQL that never poll during a test, and whose Redis is stopped."""
    broker = Redis()
    broker.start()
    try:
        with two(tmp_path, broker.url) as pair:
            broker.kill()
            yield pair
    finally:
        broker.kill()


async def test_a_cursor_from_another_process_makes_a_process_read_the_journal(apart: Pair) -> None:
    async with everybody(apart.first) as people, apart.second.socket("agent-1") as live:
        await wait_for_status(apart.second, "degraded")
        for _ in range(ROUNDS):
            before = await people.now()
            ticket = await people.submit()
            # The second process has not been woken for the ticket.
            await live.subscribe("beyond", INBOX, tab="TO_PROCESS", after=await people.now())
            await live.subscribe("before", INBOX, tab="TO_PROCESS", after=before)
            assert (await live.next("before"))["change"]["ticketId"] == ticket["ticket"]["id"]
            await live.send(id="beyond", type="complete")
            await live.send(id="before", type="complete")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        skip_or_fail(f"no small disk can be made ({mounted.stderr.strip()}): run as root, where mounting is allowed")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_an_upload_on_a_full_disk_is_refused_whole_until_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    server = Server(tmp_path / "var", storage_url=f"file://{small_disk}")
    await asyncio.to_thread(server.start)
    try:
        async with everybody(server) as people:
            ballast = small_disk / "ballast"
            before = await people.counts("agent-1")
            stored = files(small_disk)
            fill(ballast)
            for language, words in (("fr", "pour le moment"), ("en", "at the moment")):
                error = await refused_upload(server, language)
                assert error["extensions"]["code"] == "STORAGE_UNAVAILABLE"
                assert words in error["message"]
            assert files(small_disk) == stored | {ballast}, "nothing half written stays"
            assert await people.counts("agent-1") == before, "nothing is done by halves"
            assert (await people.submit())["ticket"]["id"], "what needs no disk goes on"
            ballast.unlink()
            two = [("un.pdf", PDF, "application/pdf"), ("deux.pdf", PDF, "application/pdf")]
            result = await people.submit(attachments=two, idempotencyKey="plein")
            assert [file["size"] for file in result["activity"]["attachments"]] == [len(PDF)] * 2
            assert len(files(small_disk)) == len(stored) + 2
    finally:
        assert await asyncio.to_thread(server.stop) == 0
    assert not [line for line in server.printed if "Traceback" in line]


async def test_actions_on_a_full_sqlite_disk_are_refused_until_there_is_room(
    small_disk: Path,
) -> None:
    server = Server(small_disk / "var")
    await asyncio.to_thread(server.start)
    try:
        async with everybody(server) as people, server.socket("agent-1") as live:
            await subscribe(live)
            client, ballast = await people.client("requester"), small_disk / "ballast"
            ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free))
            before = await people.counts("agent-1")
            done: list[Any] = []

            # SQLite's write-ahead log may have room left.
            async def submit_on_and_on() -> None:
                while True:
                    done.append(await people.submit(text="x" * 150, idempotencyKey=f"plein-{len(done)}"))

            with pytest.raises(AssertionError) as failed:
                await submit_on_and_on()
            assert error_in(failed)["extensions"]["code"] == "UNAVAILABLE"
            assert await client.run(TABS), "reading goes on"
            counts = await people.counts("agent-1")
            assert counts["TO_PROCESS"] == before["TO_PROCESS"] + len(done), "nothing is done by halves"
            ballast.unlink()
            done.append(await people.submit(idempotencyKey=f"plein-{len(done)}"))
            for ticket in done:
                await sees(live, ticket)
    finally:
        assert await asyncio.to_thread(server.stop) == 0
    assert not [line for line in server.printed if "Traceback" in line], "".join(server.printed)


def error_in(failed: pytest.ExceptionInfo[AssertionError]) -> Any:
    """The only error of the response."""
    (error,) = ast.literal_eval(str(failed.value).splitlines()[0])["errors"]
    return error


PDF = b"%PDF-1.4\n" + b"% " + b"x" * 100_000 + b"\n%%EOF\n"


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def fill(ballast: Path) -> None:
    """Leave room for one of the next two files, not for both."""
    free = shutil.disk_usage(ballast.parent).free
    ballast.write_bytes(bytes(free - len(PDF) - 50_000))


async def refused_upload(server: Server, language: str) -> Any:
    """The error of a submission with two files, repeated under the same idempotency key as by a client."""
    async with everybody(server) as people:
        people_client = await people.client("requester")
        people_client.http.headers["Accept-Language"] = language
        two = [("un.pdf", PDF, "application/pdf"), ("deux.pdf", PDF, "application/pdf")]
        with pytest.raises(AssertionError) as failed:
            await people.submit(attachments=two, idempotencyKey="plein")
    return error_in(failed)
