"""Responses over their maximum of bytes, as clients of a server see them, and the bytes of caches in its metrics."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import Client, Server

MAXIMUM = 20_000
LONG = "Un long texte. " * 1_000
DESCRIPTIONS = "{ sentTickets(first: 5) { nodes { a: description b: description } } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo server with small responses, and a ticket with a long text."""
    own = Server(
        tmp_path_factory.mktemp("desk"), response_max_bytes=str(MAXIMUM), batch_max_operations="5"
    ).start()  # fmt: skip
    try:
        yield own
    finally:
        own.stop()


async def submission(client: Client, key: str) -> dict[str, object]:
    """The input of a ticket with a long description."""
    found = await client.run(
        "{ viewer { entitlements { profile structure { id } } } categories { id subcategories { id destination } } }"
    )
    category, subcategory = next(
        (category["id"], subcategory["id"])
        for category in found["categories"]
        for subcategory in category["subcategories"]
        if subcategory["destination"] == "SUPPORT"
    )
    sender = next(e for e in found["viewer"]["entitlements"] if e["profile"] == "SENT_TICKETS")
    return {
        "categoryId": category, "subcategoryId": subcategory, "objectType": "OTHER", "shortDescription": "Long",
        "description": LONG, "issuerStructureId": sender["structure"]["id"], "idempotencyKey": key,
    }  # fmt: skip


SUBMIT = """mutation ($input: SubmitTicketInput!, $twice: Boolean!) { submitTicket(input: $input) {
  ... on ActionDone { ticket { number description again: description @include(if: $twice) } } } }"""


async def test_response_over_the_maximum_is_refused_in_the_language_of_the_request(server: Server) -> None:
    async with server.client("requester") as client, server.client("requester", "en") as english:
        await client.run(SUBMIT, input=await submission(client, "first"), twice=False)
        for _ in range(3):
            body = (await client.response(DESCRIPTIONS)).json()
            assert "data" not in body
            (error,) = body["errors"]
            assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
            assert error["message"].startswith(f"Au plus {MAXIMUM} octets par réponse : demandez moins")
        (error,) = (await english.response(DESCRIPTIONS)).json()["errors"]
        assert error["message"].startswith(f"At most {MAXIMUM} bytes in a response: ask for fewer")
        await client.run("{ sentTickets(first: 1) { nodes { description } } }")


async def test_action_with_too_large_a_result_is_done_and_repeatable_by_its_key(server: Server) -> None:
    async with server.client("requester") as client:
        given = await submission(client, "second")
        before = (await client.run("{ sentTickets { totalCount } }"))["sentTickets"]["totalCount"]
        body = (await client.response(SUBMIT, input=given, twice=True)).json()
        assert not (body["data"] or {}).get("submitTicket")
        (error,) = body["errors"]
        assert (error["path"][0], error["extensions"]["code"]) == ("submitTicket", "LIMIT_EXCEEDED")
        assert "l’action a été traitée" in error["message"]
        again = (await client.run(SUBMIT, input=given, twice=False))["submitTicket"]["ticket"]
        assert again["description"] == LONG.strip()
        after = (await client.run("{ sentTickets { totalCount } }"))["sentTickets"]["totalCount"]
        assert after == before + 1


async def test_responses_of_a_batch_are_within_the_maximum_together(server: Server) -> None:
    async with server.client("requester") as client:
        await client.run(SUBMIT, input=await submission(client, "third"), twice=False)
        one = {"query": "{ sentTickets(first: 1) { nodes { description } } }"}
        small = {"query": "{ viewer { user { displayName } } }"}
        response = await client.http.post("/graphql", json=[one, one, small])
        first, second, third = response.json()
        assert first["data"]["sentTickets"]["nodes"]
        assert second["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert third["data"]
        assert len(response.content) < MAXIMUM + 2_000


async def test_event_over_the_maximum_ends_the_subscription_with_an_error(server: Server) -> None:
    watch = "subscription { inboxChanges(tab: ALL_EXCEPT_CLOSED) { ticket { a: description b: description } } }"
    async with server.client("requester") as client, server.socket("support") as socket:
        await socket.subscribe("1", watch)
        await socket.subscribe("2", "subscription { tabCounts { count } }")
        await socket.next("2")
        await client.run(SUBMIT, input=await submission(client, "fourth"), twice=False)
        while (message := await socket.receive())["id"] != "1":
            pass
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_metrics_tell_the_entries_and_bytes_of_caches(server: Server, tmp_path: Path) -> None:
    async with server.client("agent-1") as client:
        for _ in range(3):
            await client.run(
                "{ tickets(tab: ALL_EXCEPT_CLOSED, first: 3) { nodes { number availableActions category { id } } } }"
            )
        text = (await client.http.get("/metrics")).text
    for cache in ("documents", "objects", "directory"):
        for unit in ("bytes", "entries"):
            (value,) = re.findall(rf'^saisine_cache_{unit}{{cache="{cache}"}} (\S+)$', text, re.MULTILINE)
            assert float(value) > 0
