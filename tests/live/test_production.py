"""`saisine serve` offers no introspection, suggestions, GraphiQL or demo logins, unless its settings enable them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import errors, in_production, served, stream
from tests.support.server import Server

INTROSPECTION = [
    "{ __schema { types { name } } }",
    '{ __type(name: "Query") { name } }',
    "{ viewer { user { id } } ...F } fragment F on Query { shape: __schema { types { name } } }",
]
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with in_production(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def introspectable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with in_production(tmp_path_factory.mktemp("desk"), introspection="true", graphiql="true") as running:
        yield running


@pytest.mark.parametrize("query", INTROSPECTION)
async def test_introspection_is_refused_over_every_transport(production: Server, query: str) -> None:
    async with production.client("agent-1") as agent, production.client(None) as nobody:
        assert await agent.error(query) == "INTROSPECTION_DISABLED"
        for response in (
            await agent.http.get("/graphql", params={"query": query}),
            await agent.http.post("/graphql", json={"query": query}),
        ):
            assert "types" not in response.json().get("data", {})
            assert response.json()["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
        assert (await nobody.response(query)).status_code == 401
        async with stream(agent, query) as events:
            name, data = await events.event()
            assert (name, "INTROSPECTION_DISABLED" in data) == ("next", True)
    async with production.socket("agent-1") as live:
        await live.subscribe("q", query)
        assert await errors(live, "q") == ["INTROSPECTION_DISABLED"]
        await served(live)


async def test_errors_suggest_no_names_of_the_schema(production: Server, introspectable: Server) -> None:
    typos: list[tuple[str, dict[str, Any]]] = [
        ("{ viewr { user { id } } }", {}),
        ("{ tickets(tabb: CLOSED) { totalCount } }", {}),
        ("{ tickets(tab: CLOSE) { totalCount } }", {}),
        ("query ($f: TicketFilterr) { tickets(tab: CLOSED, filter: $f) { totalCount } }", {}),
        ("query ($f: TicketFilter) { tickets(tab: CLOSED, filter: $f) { totalCount } }", {"f": {"statusess": []}}),
        ("query ($t: InboxTab!) { tickets(tab: $t) { totalCount } }", {"t": "CLOSE"}),
        ("subscription ($t: InboxTab!) { inboxChanges(tab: $t) { cursor } }", {"t": "CLOSE"}),
    ]  # fmt: skip
    for server, suggests in ((production, False), (introspectable, True)):
        async with server.client("agent-1") as agent, server.socket("agent-1") as live:
            for query, variables in typos:
                for _ in range(2):  # executed by graphql-core first, then compiled
                    await live.subscribe("q", query, **variables)
                    message = await live.receive()
                    assert message["type"] == "error", message
                    assert ("Did you mean" in message["payload"][0]["message"]) is suggests, message
                if not query.startswith("subscription"):
                    assert ("Did you mean" in (await agent.response(query, **variables)).text) is suggests


async def test_graphiql_is_not_served(production: Server) -> None:
    async with production.client(None) as nobody:
        for path in ("/graphql", "/graphiql/index.js", "/graphiql/", "/demo/logins", "/"):
            assert (await nobody.http.get(path, headers=BROWSER)).status_code == 404, path


async def test_settings_enable_introspection_and_graphiql(introspectable: Server) -> None:
    async with introspectable.client(None) as nobody, introspectable.socket("agent-1") as live:
        assert (await nobody.http.get("/graphql", headers=BROWSER)).status_code == 200
        assert (await nobody.http.get("/graphiql/index.js")).status_code == 200
        assert (await nobody.run(INTROSPECTION[0]))["__schema"]["types"]
        assert (await nobody.response(INTROSPECTION[2])).status_code == 401, "nothing else without a token"
        await live.subscribe("q", INTROSPECTION[0])
        assert (await live.next("q"))["__schema"]["types"]
        assert (await nobody.http.get("/demo/logins")).status_code == 404, "no setting brings the demo's logins"
