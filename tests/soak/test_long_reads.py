"""Long reads of one viewer, on 20,000 tickets: nobody else waits for them, and what is given up ends."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.attack import Target, attackable
from tests.support.databases import DATABASES

pytestmark = pytest.mark.attack

LETTERS = "a c d e f i l m n o p r s t u"
PAIRS = "br ce ch co cr de di en es ex fa fo fr ge gr im in it le li ma mo nu or pa pe po pr qu ra re se so ta tr"
SEARCH = f"{LETTERS} {PAIRS}"
"""The search that costs most within the limits."""
ALIASES = 10
FIELD = """a{n}: ticketPage(tab: ALL_EXCEPT_CLOSED, search: $search,
  filter: {{submittedFrom: "2026-01-01T00:00:0{n}Z"}}) {{ totalCount nodes {{ id }} }}"""
FIELDS = " ".join(FIELD.format(n=n) for n in range(ALIASES))
QUERY = f"query ($search: String) {{ {FIELDS} }}"
BODY = json.dumps({"query": QUERY, "variables": {"search": SEARCH}}).encode()


@pytest.fixture(scope="module", params=DATABASES)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with attackable(folder, request.param, tickets=20_000, execution_timeout_seconds="3") as running:
        yield running


def idle(target: Target) -> float:
    """The CPU seconds that the server takes while nobody asks for anything but the bystander."""
    with target.attacked() as measured:
        pass
    return measured.cpu


async def test_searches_over_the_time_limit_end_and_hold_nobody_up(target: Target) -> None:
    usual = idle(target)
    with target.attacked() as attack:
        async with target.server.client("agent-1") as client:
            ask = {"query": QUERY, "variables": {"search": SEARCH}}
            answers = await asyncio.gather(*(client.http.post("/graphql", json=ask) for _ in range(4)))
        codes = [error["extensions"]["code"] for one in answers for error in one.json().get("errors", ())]
        assert set(codes) <= {"LIMIT_EXCEEDED"}
    print(attack)
    attack.check()
    assert idle(target) < usual + 0.3, "what was given up has ended"


def test_searches_of_clients_that_have_gone_end_and_hold_nobody_up(target: Target) -> None:
    usual = idle(target)
    head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {target.token()}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    with target.attacked() as attack:
        for _ in range(20):
            with closing(target.connect()) as raw:
                raw.sendall(head.encode() + BODY)
    print(attack)
    attack.check()
    assert idle(target) < usual + 0.3, "what was given up has ended"
