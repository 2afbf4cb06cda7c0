"""The `graphql-transport-ws` protocol: the response to each message, and the code of each close.

However a client misbehaves, another client of the same server is served, and the server logs no error.
"""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.live import (
    INBOX,
    TAB_COUNTS,
    VIEWER,
    changes,
    closed,
    errors,
    everybody,
    served,
    serving,
    ticket_id_of,
    unready,
)
from tests.support.server import WAIT, Server, Socket

DEEP = '{"type": "ping", "payload": ' + "[" * 10_000 + "]" * 10_000 + "}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(autouse=True)
async def neighbour(server: Server) -> AsyncIterator[None]:
    """Another client, connected during the test; the server answers it before and after."""
    async with everybody(server) as people, server.socket("agent-1") as live:
        await live.subscribe("neighbour", INBOX, tab="TO_PROCESS", after=await people.now())
        yield
        submitted = await people.submit("other-requester", text="Du voisin")
        while (await changes(live, "neighbour", 1))[0]["ticketId"] != ticket_id_of(submitted):
            pass


async def test_connection_init_with_a_valid_token_is_acknowledged(server: Server) -> None:
    async with unready(server) as live:
        assert live.connection.subprotocol == "graphql-transport-ws"
        token = f"Bearer {server.token('agent-1')}"
        await live.send(type="connection_init", payload={"authorization": token})
        assert await live.receive() == {"type": "connection_ack"}


@pytest.mark.parametrize("payload", [{}, {"payload": {"a": [1, "é", None]}}])
async def test_a_ping_is_answered_by_a_pong_with_its_payload(server: Server, payload: dict[str, Any]) -> None:
    async with unready(server) as live:
        # Before and after connection_init.
        await live.send(type="ping", **payload)
        assert await live.receive() == {"type": "pong", **payload}
    async with server.socket("agent-1") as live:
        await live.send(type="ping", **payload)
        assert await live.receive() == {"type": "pong", **payload}


async def test_an_unsolicited_pong_has_no_response(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.send(type="pong", payload={"a": 1})
        await served(live)


@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "", "not JSON", "{", "[]", "1", '"x"', "null", "true", "{}",
        '{"type": 1}', '{"type": null}', '{"type": ["ping"]}',
        '{"type": "start", "id": "1", "payload": {"query": "{ __typename }"}}', '{"type": "connection_ack"}',
        '{"type": "next", "id": "1", "payload": {}}', '{"type": "PING"}', '{"type": "complete"}',
        '{"type": "complete", "id": 1}', '{"type": "complete", "id": ["1"]}', DEEP,
    ],
)  # fmt: skip
async def test_an_invalid_message_closes_with_4400(server: Server, text: str, ready: bool) -> None:
    async with server.socket("agent-1") if ready else unready(server) as live:
        await live.connection.send(text)
        assert await closed(live) == 4400


@pytest.mark.parametrize(
    "message",
    [
        {"payload": {"query": VIEWER}}, {"id": 1, "payload": {"query": VIEWER}},
        {"id": ["1"], "payload": {"query": VIEWER}},
        {"id": {"a": 1}, "payload": {"query": VIEWER}}, {"id": None, "payload": {"query": VIEWER}},
        {"id": "1"}, {"id": "1", "payload": None}, {"id": "1", "payload": []}, {"id": "1", "payload": VIEWER},
        {"id": "1", "payload": {}}, {"id": "1", "payload": {"query": 1}}, {"id": "1", "payload": {"query": [VIEWER]}},
    ],
)  # fmt: skip
async def test_an_invalid_subscribe_message_closes_with_4400(server: Server, message: dict[str, Any]) -> None:
    async with server.socket("agent-1") as live:
        await live.send(type="subscribe", **message)
        assert await closed(live) == 4400


async def test_a_binary_message_closes_with_4400(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.connection.send(json.dumps({"type": "ping"}).encode())
        assert await closed(live) == 4400


async def test_a_message_larger_than_the_limit_closes_with_1009(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.send(type="ping", payload={"a": "x" * 300_000})
        assert await closed(live) == 1009


@pytest.mark.parametrize("payload", [[], "x", 1, ["Bearer"]])
async def test_a_connection_init_payload_of_the_wrong_type_closes_with_4400(server: Server, payload: Any) -> None:
    async with unready(server) as live:
        await live.send(type="connection_init", payload=payload)
        assert await closed(live) == 4400


async def test_subscribe_before_connection_init_closes_with_4401(server: Server) -> None:
    async with unready(server) as live:
        await live.subscribe("1", VIEWER)
        assert await closed(live) == 4401


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"payload": None}, {"payload": {}}, {"payload": {"authorization": None}}, {"payload": {"authorization": 1}},
        {"payload": {"authorization": ["Bearer x"]}}, {"payload": {"authorization": "Bearer"}},
        {"payload": {"authorization": "Bearer not.a.token"}}, {"payload": {"authorization": "Basic YTpi"}},
    ],
)  # fmt: skip
async def test_a_missing_or_invalid_token_closes_with_4403(server: Server, payload: dict[str, Any]) -> None:
    async with unready(server) as live:
        await live.send(type="connection_init", **payload)
        assert await closed(live) == 4403


async def test_a_tampered_token_closes_with_4403(server: Server) -> None:
    head, body, signature = server.token("agent-1").split(".")
    _, other_body, _ = server.token("agent-2").split(".")
    assert other_body != body
    for token in (f"{head}.{other_body}.{signature}", f"{head}.{body}.{signature[::-1]}", f"{head}.{body}."):
        async with unready(server) as live:
            await live.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
            assert await closed(live) == 4403


async def test_a_socket_closes_with_4403_when_its_token_expires(
    server: Server,
) -> None:
    made = server.command("token", "agent-1", "--ttl", "10")
    payload = {"authorization": f"Bearer {made.stdout.strip()}"}
    async with everybody(server) as people, unready(server) as live:
        await live.send(type="connection_init", payload=payload)
        assert (await live.receive())["type"] == "connection_ack"
        await live.subscribe("w", INBOX, tab="TO_PROCESS", after=await people.now())
        submitted = await people.submit()
        assert [change["ticketId"] for change in await changes(live, "w", 1)] == [ticket_id_of(submitted)]
        assert await closed(live) == 4403
        async with unready(server) as again:
            await again.send(type="connection_init", payload=payload)
            assert await closed(again) == 4403


@pytest.mark.parametrize("subprotocols", [["graphql-ws"], ["soap", "wamp"]])
async def test_another_subprotocol_closes_with_4406(server: Server, subprotocols: list[str]) -> None:
    async with unready(server, *subprotocols) as live:
        assert await closed(live) == 4406


async def test_no_subprotocol_closes_with_4406(server: Server) -> None:
    async with websockets.connect(server.ws_url) as connection:
        assert await closed(Socket(connection)) == 4406


async def test_graphql_transport_ws_is_chosen_among_several_subprotocols(server: Server) -> None:
    async with unready(server, "graphql-ws", "graphql-transport-ws") as live:
        assert live.connection.subprotocol == "graphql-transport-ws"


async def test_no_connection_init_in_time_closes_with_4408(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with serving(
        tmp_path_factory.mktemp("desk"), websocket_init_timeout_seconds="1", websocket_messages_per_second="100000"
    ) as hasty:
        async with unready(hasty) as silent:
            assert await closed(silent) == 4408
        async with unready(hasty) as chatting:
            # Answered pings do not extend the time.
            with suppress(ConnectionClosed):
                while True:
                    await chatting.send(type="ping")
                    await chatting.receive()
            assert chatting.connection.close_code == 4408
        async with hasty.socket("agent-1") as logged_in:
            async with unready(hasty) as another:
                assert await closed(another) == 4408
            await served(logged_in)


async def test_a_used_operation_id_of_any_length_closes_with_4409(server: Server) -> None:
    for operation_id in ("1", "é" * 500):
        async with server.socket("agent-1") as live:
            await live.subscribe(operation_id, INBOX, tab="TO_PROCESS")
            await live.subscribe(operation_id, VIEWER)
            assert await closed(live) == 4409


async def test_a_second_connection_init_closes_with_4429(server: Server) -> None:
    async with server.socket("agent-1") as live:
        await live.send(type="connection_init", payload={"authorization": f"Bearer {server.token('agent-1')}"})
        assert await closed(live) == 4429


def frame(payload: bytes, first: int = 0x81, *, masked: bool = True) -> bytes:
    """A client's WebSocket frame, by default of a whole text message, masked with zeros."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size)
    return bytes([first, length[0] | 0x80 * masked]) + length[1:] + bytes(4) * masked + payload


@asynccontextmanager
async def raw_websocket(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A raw WebSocket for invalid frames, after connection_init and with a subscription."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    upgrade = (
        "GET /graphql HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2Fpc2luZS1zYWlzaW5lLQ==",
        "Sec-WebSocket-Protocol: graphql-transport-ws", "", "",
    )  # fmt: skip
    writer.write("\r\n".join(upgrade).encode())
    try:
        async with asyncio.timeout(WAIT):
            await reader.readuntil(b"\r\n\r\n")
            for message in (
                {"type": "connection_init", "payload": {"authorization": f"Bearer {server.token('agent-2')}"}},
                {"id": "w", "type": "subscribe", "payload": {"query": TAB_COUNTS}},
            ):
                writer.write(frame(json.dumps(message).encode()))
            await reader.readuntil(b"MY_TICKETS_TO_PROCESS")
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(b'{"type": "\xff"}'), 1007), (frame(b'{"a\xc3', 0x01) + frame(b'"}', 0x80), 1007),
        (frame(b"\x03\xe8\xff", 0x88), 1007),
        (frame(b"{}", 0xC1), 1002), (frame(b"{}", 0x83), 1002), (frame(b"{}", masked=False), 1002),
        (frame(b"{}", 0x80), 1002), (frame(b"x", 0x88), 1002), (frame(b"\x03\xed", 0x88), 1002),
        (frame(b"x" * 126, 0x89), 1002), (b"\x81\xff" + struct.pack("!Q", 2**62), 1009),
        (frame(b"[" * 50_000), 4400), (frame(b"\x00" * 1_000), 4400), (frame(b"{}", 0x82), 4400),
    ],
    ids=[
        "no UTF-8", "no UTF-8 in two frames", "no UTF-8 in a close", "reserved bit", "unknown opcode", "no mask",
        "continuation without a start", "half a close code", "reserved close code", "long ping", "endless", "deep",
        "zeros", "binary",
    ],
)  # fmt: skip
async def test_an_invalid_websocket_frame_closes_with_its_code(server: Server, frames: bytes, code: int) -> None:
    async with raw_websocket(server) as (reader, writer):
        writer.write(frames)
        await reader.readuntil(b"\x88")
        _, close_code = struct.unpack("!BH", await reader.readexactly(3))
        assert close_code == code


async def test_a_half_closed_connection_ends_with_its_subscriptions(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with serving(tmp_path_factory.mktemp("desk")) as alone:

        async def is_subscribed() -> bool:
            async with alone.client(None) as client:
                return "saisine_subscriptions 0.0" not in (await client.http.get("/metrics")).text

        for half in (
            b"",
            frame(b"{}")[:3],
            frame(b'{"type', 0x01),
        ):  # between messages, within a frame, within a text message
            async with raw_websocket(alone) as (reader, writer):
                assert await is_subscribed()
                writer.write(half)
                writer.write_eof()
                await reader.read()
                while await is_subscribed():
                    pass


@pytest.mark.parametrize("deep", ["[%s]", '{"a": %s}'])
@pytest.mark.parametrize(("levels", "parsed"), [(300, True), (900, True), (20_000, False)])
async def test_deeply_nested_values_are_refused_over_every_transport(
    server: Server, deep: str, levels: int, parsed: bool
) -> None:
    opening, closing = deep.split("%s")
    value = opening * levels + "1" + closing * levels
    code = "LIMIT_EXCEEDED" if parsed else "BAD_USER_INPUT"
    async with server.client("agent-1") as client:
        for query in (
            VIEWER,
            TAB_COUNTS,
            "query ($v: TicketFilter) { tickets(tab: CLOSED, filter: $v) { totalCount } }",
        ):
            body = f'{{"query": {json.dumps(query)}, "variables": {{"v": {value}}}}}'
            for accept in ("application/json", "text/event-stream"):
                headers = {"Content-Type": "application/json", "Accept": accept}
                assert code in (await client.http.post("/graphql", content=body, headers=headers)).text
            async with server.socket("agent-1") as live:
                await live.connection.send(f'{{"id": "d", "type": "subscribe", "payload": {body}}}')
                if parsed:
                    assert await errors(live, "d") == [code]
                    await served(live)
                else:
                    assert await closed(live) == 4400
