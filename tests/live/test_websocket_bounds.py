"""What a WebSocket's client can make the server hold or wait for, by frames and by not reading, has an end."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import websockets

from tests.live import INBOX, WIDE, closed, errors, everybody, served, serving, slow_reader, ticket_id_of, unready
from tests.live.test_protocol import frame
from tests.support.server import WAIT, Server

PING, PONG, CLOSE, START, PART, LAST = 0x89, 0x8A, 0x88, 0x01, 0x00, 0x80
PER_SECOND = 20
BURST = 10 * PER_SECOND


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {
        "websocket_messages_per_second": str(PER_SECOND),
        "websocket_message_timeout_seconds": "0.5",
        "websocket_close_timeout_seconds": "0.5",
        "transfer_timeout_seconds": "1",
        "subscriptions_max_cost_per_viewer": "50",
    }
    with serving(tmp_path_factory.mktemp("desk"), None, **settings, **WIDE) as running:
        yield running


@asynccontextmanager
async def shaken(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A raw WebSocket after its handshake, without connection_init."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = (
        "GET /graphql HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2Fpc2luZS1zYWlzaW5lLQ==",
        "Sec-WebSocket-Protocol: graphql-transport-ws", "", "",
    )  # fmt: skip
    writer.write("\r\n".join(head).encode())
    try:
        async with asyncio.timeout(WAIT):
            # What comes with the head, before its response, would not count.
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """The server's frames, until it closes the connection."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            first, size = await reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
            yield first, await reader.readexactly(size)


async def close_code(reader: asyncio.StreamReader) -> int | None:
    """The code of the server's close frame; the connection has then ended, too."""
    code = None
    async for first, payload in frames(reader):
        if first == CLOSE:
            (code,) = struct.unpack("!H", payload[:2])
    return code


async def wait_for_no_socket(server: Server) -> None:
    """Poll the metrics until no WebSocket is open and no connection but this one."""
    seen = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(WAIT), server.client(None) as client:
            while "saisine_websockets 0.0\n" not in seen or "saisine_connections 1.0\n" not in seen:
                seen = (await client.http.get("/metrics")).text
    assert "saisine_websockets 0.0\n" in seen
    assert "saisine_connections 1.0\n" in seen


async def test_pings_that_come_together_have_one_pong_with_the_latest_payload(server: Server) -> None:
    async with shaken(server) as (reader, writer):
        writer.write(b"".join(frame(b"%d" % n, PING) for n in range(50)) + frame(b'{"type": "ping"}'))
        came = [one async for one in _until(frames(reader), (0x81, b'{"type":"pong"}'))]
        assert came[-2:] == [(PONG, b"49"), (0x81, b'{"type":"pong"}')]
        assert len(came) < 50


async def _until(all_frames: AsyncIterator[Any], last: Any) -> AsyncIterator[Any]:
    async for one in all_frames:
        yield one
        if one == last:
            return


@pytest.mark.parametrize(
    "flood",
    [frame(b"", PING), frame(b"x" * 125, PONG), frame(b'{"type": "pong"}'), frame(b"", PART), frame(b"x", PART)],
    ids=["pings", "pongs", "messages", "empty parts", "parts"],
)
async def test_every_frame_counts_as_a_message_before_connection_init(server: Server, flood: bytes) -> None:
    parts = flood[0] == PART
    async with shaken(server) as (reader, writer):
        writer.write((frame(b"{", START) if parts else b"") + flood * (2 * BURST))
        assert await close_code(reader) == 1008
    assert any("too many WebSocket messages" in line for line in server.printed)


async def test_frames_after_a_close_are_dropped_and_the_connection_ends(server: Server) -> None:
    async with shaken(server) as (reader, writer):
        writer.write(frame(b"no JSON"))
        async for first, payload in frames(reader):
            # The client never answers the close.
            assert (first, payload[:2]) == (CLOSE, struct.pack("!H", 4400))
            writer.write(frame(b"", PING) * (5 * BURST))
    async with shaken(server) as (reader, writer):
        writer.write(frame(b"\x03\xe8", CLOSE) * (5 * BURST))
        assert await close_code(reader) == 1000


@pytest.mark.parametrize(
    "begun",
    [b"\x81", frame(b"{}")[:5], frame(b"x" * 1000)[:500], frame(b"{", START), frame(b"{", START) + frame(b"", PING)],
    ids=["half a header", "header", "half a payload", "part", "part and ping"],
)
async def test_an_unfinished_message_ends_the_connection(server: Server, begun: bytes) -> None:
    async with server.socket("agent-1") as calm, shaken(server) as (reader, writer):
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {server.token('agent-1')}"}}
        writer.write(frame(json.dumps(init).encode()) + begun)
        assert await close_code(reader) is None
        await served(calm)


async def test_a_message_in_many_parts_is_read_whole(server: Server) -> None:
    async with shaken(server) as (reader, writer):
        text = json.dumps({"type": "ping", "payload": {"é": "à" * 40}}, ensure_ascii=False).encode()
        parts = [bytes([byte]) for byte in text]
        writer.write(frame(parts[0], START))
        for part in parts[1:-1]:
            writer.write(frame(part, PART))
        writer.write(frame(b"", PART) + frame(b"now", PING) + frame(parts[-1], LAST))
        seen: list[Any] = []
        async for first, payload in frames(reader):
            seen.append(json.loads(payload) if first == 0x81 else payload)
            if len(seen) == 2:
                break
        assert {"type": "pong", "payload": {"é": "à" * 40}} in seen
        assert b"now" in seen


async def test_a_client_that_does_not_read_is_cut_and_leaves_its_place(server: Server) -> None:
    wide = " ".join(f"d{n}: description" for n in range(400))
    async with everybody(server) as people:
        submitted = await people.submit(description="Une longue histoire. " * 900)
    query = f"query ($id: ID!) {{ ticket(id: $id) {{ {wide} }} }}"
    async with slow_reader(server, "agent-1") as unread, slow_reader(server, "agent-1") as invalid:
        for live in (unread, invalid):
            live.connection.transport.pause_reading()
            for n in range(4):
                await live.subscribe(str(n), query, id=ticket_id_of(submitted))
        # Its close would wait behind what it does not read.
        await invalid.connection.send("no JSON")
        await wait_for_no_socket(server)
        for live in (unread, invalid):
            live.connection.transport.abort()
    assert any("unread messages" in line for line in server.printed)


async def test_pings_of_a_client_that_does_not_read_leave_one_pong(server: Server) -> None:
    wide = " ".join(f"d{n}: description" for n in range(400))
    async with everybody(server) as people:
        submitted = await people.submit(description="Une longue histoire. " * 900)
    async with slow_reader(server, "agent-2") as live:
        live.connection.transport.pause_reading()
        await live.subscribe("w", f"query ($id: ID!) {{ ticket(id: $id) {{ {wide} }} }}", id=ticket_id_of(submitted))
        for n in range(BURST // 2):
            await live.connection.ping(b"%d" % n)
        live.connection.transport.resume_reading()
        last = await live.connection.ping(b"last")
        assert (await live.receive())["type"] == "next"
        async with asyncio.timeout(WAIT):
            await last


async def test_a_long_line_in_the_handshake_is_answered(server: Server) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with asyncio.timeout(WAIT), websockets.connect(f"{server.ws_url}?{'x' * 9_000}"):
            pass
    assert refused.value.response.status_code == 414
    await wait_for_no_socket(server)


async def test_a_long_message_before_connection_init_closes_with_1009(server: Server) -> None:
    async with unready(server) as live:
        await live.send(type="connection_init", payload={str(n): n for n in range(10_000)})
        assert await closed(live) == 1009


async def test_subscriptions_of_a_viewer_are_priced_together(server: Server) -> None:
    costly = INBOX.replace("statusLabel", "activities(first: 10) { nodes { kind } }")
    async with server.socket("reader", acceptLanguage="en") as live, server.socket("reader") as other:
        for n in range(2):
            await live.subscribe(str(n), costly, tab="CLOSED")
        await live.subscribe("more", costly, tab="CLOSED", search="facture")
        message = await live.receive()
        assert (message["type"], message["id"]) == ("error", "more")
        (error,) = message["payload"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert "complete one of them" in error["message"]
        await other.subscribe("too", costly, tab="CLOSED")
        assert await errors(other, "too") == ["LIMIT_EXCEEDED"]
        # Another viewer has a price of their own, and a completed subscription gives its part back.
        async with server.socket("agent-1") as own:
            await own.subscribe("w", costly, tab="CLOSED")
            await served(own)
        await live.send(id="0", type="complete")
        await served(live)
        await live.subscribe("again", costly, tab="CLOSED")
        await served(live)
