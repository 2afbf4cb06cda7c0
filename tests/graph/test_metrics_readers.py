"""Who may read /metrics: the addresses of the setting, and nobody by what a header says."""

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from graph.web.metrics import networks, respond
from tests.support.server import Server


class _Metrics:
    def response(self) -> str:
        return "the metrics"


def reads(host: str | None, addresses: list[str], **headers: str) -> bool:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "headers": raw, "client": None if host is None else (host, 1)}
    answer: Any = respond(Request(scope), _Metrics(), networks(addresses))  # type: ignore[arg-type]
    return bool(answer == "the metrics")


DEFAULT = ["127.0.0.0/8", "::1"]


@pytest.mark.parametrize(
    ("host", "addresses", "allowed"),
    [
        ("127.0.0.1", DEFAULT, True), ("::1", DEFAULT, True), ("::ffff:127.0.0.1", DEFAULT, True),
        ("10.0.0.1", DEFAULT, False), ("2001:db8::1", DEFAULT, False), (None, DEFAULT, False), ("", DEFAULT, False),
        ("testclient", DEFAULT, False), ("10.1.2.3", ["10.0.0.0/8"], True), ("127.0.0.1", ["10.0.0.0/8"], False),
        ("10.1.2.3", [], False),
    ],
)  # fmt: skip
def test_only_named_addresses_read_the_metrics(host: str | None, addresses: list[str], allowed: bool) -> None:
    assert reads(host, addresses) is allowed


def test_a_forwarded_request_is_not_from_this_machine() -> None:
    assert not reads("127.0.0.1", DEFAULT, x_forwarded_for="127.0.0.1")
    assert reads("10.1.2.3", ["10.0.0.0/8"], x_forwarded_for="10.1.2.3")


async def test_the_metrics_of_a_server_are_closed_to_other_addresses(tmp_path: Path) -> None:
    server = Server(tmp_path, metrics_addresses='["192.0.2.0/24"]').start()
    try:
        async with server.client(None) as client:
            answer = await client.http.get("/metrics")
            assert (answer.status_code, "SAISINE_METRICS_ADDRESSES" in answer.text) == (403, True)
            # The server believes a proxy on its own machine.
            forwarded = {"X-Forwarded-For": "192.0.2.7"}
            assert (await client.http.get("/metrics", headers=forwarded)).status_code == 200
    finally:
        server.stop()


def test_an_invalid_address_prevents_the_start(tmp_path: Path) -> None:
    refused = Server(tmp_path, metrics_addresses='["10.0.0.0/99"]').command("settings")
    assert refused.returncode == 2
    assert "SAISINE_METRICS_ADDRESSES" in refused.stderr
