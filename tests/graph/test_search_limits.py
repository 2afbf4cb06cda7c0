"""The bounds of a keyword search, on every field that takes one: an error that says what to do, or an answer."""

import pytest

from tests.support.server import Client, Server

FIELDS = [
    "query ($search: String) { tickets(tab: TO_PROCESS, search: $search) { totalCount } }",
    "query ($search: String) { ticketPage(tab: TO_PROCESS, search: $search) { totalCount } }",
    "query ($search: String) { sentTickets(search: $search) { totalCount } }",
    "query ($search: String) { tabs(search: $search) { count } }",
    "query ($search: String) { structures(search: $search) { __typename } }",
]
WATCH = "subscription ($search: String) { inboxChanges(tab: TO_PROCESS, search: $search) { kind } }"
TOO_MANY = {
    " ".join(map(str, range(10, 61))): "more than 50 words",
    "l'" + "'".join("abcdefghijkmnop"): "more than 15 words of one letter",
    " ".join("abcdefghijklmnop"): "more than 15 words of one letter",
    "d'aa d'bb d'cc d'dd d'ee d'ff d'gg d'hh d'ii d'jj d'kk d'll d'mm d'nn d'oo d'pp d'qq": "of one letter",
    "a" * 201: "longer than 200 characters",
}
PASTED = (
    "L’état d’avancement de l’engagement n° 4500012345 n’a pas changé : la facture du marché de travaux d’entretien "
    "de l’école, déposée le 3 mars, est toujours « Mise à disposition » et le mandat"
)
"""A sentence as people paste it."""


@pytest.mark.parametrize(("search", "why"), TOO_MANY.items())
async def test_a_search_of_too_many_words_is_refused_with_what_to_do(server: Server, search: str, why: str) -> None:
    async with server.client("agent-1", "en") as client, server.socket("agent-1", language="en") as live:
        for query in FIELDS:
            (error,) = (await client.response(query, search=search)).json()["errors"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
            assert why in error["message"]
            assert "remove" in error["message"]
        await live.subscribe("s", WATCH, search=search)
        (error,) = (await live.receive())["payload"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("search", [PASTED, "'".join("e" * 100), "e " * 100, "de du des le la les " * 10, "'" * 200])
async def test_a_long_search_that_asks_little_is_answered(server: Server, search: str) -> None:
    async with server.client("agent-1") as client:
        for query in FIELDS:
            await answered(client, query, search)


async def answered(client: Client, query: str, search: str) -> None:
    assert len(search) <= 200
    assert await client.run(query, search=search)
