"""/graphql over HTTP: tokens, languages, statuses and media types; the directory's queries."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from graphql import get_introspection_query

from tests.support.server import Server

WORLD = yaml.safe_load((Path(__file__).parents[2] / "models/demo/world.yaml").read_text("utf-8"))
JSON, RESPONSE_JSON = "application/json", "application/graphql-response+json"


async def test_viewer_has_the_users_name_and_profiles(server: Server) -> None:
    query = "{ viewer { user { displayName } entitlements { structure { name siret } service { code } profile } } }"
    names = {structure["identifier"]: structure["name"] for structure in WORLD["structures"]}
    for user in WORLD["users"][:9]:
        async with server.client(user["login"]) as client:
            viewer = (await client.run(query))["viewer"]
        assert viewer["user"] == {"displayName": user["name"]}
        assert viewer["entitlements"] == [
            {
                "structure": {
                    "name": names[held["structure"]],
                    "siret": held["structure"] if held["structure"].isdecimal() else None,
                },
                "service": {"code": held["service"]} if "service" in held else None,
                "profile": held["profile"],
            }
            for held in user["profiles"]
        ]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_categories_have_labels_in_the_requested_language(server: Server, language: str) -> None:
    async with server.client("requester", language) as client:
        found = await client.run("{ categories { code label subcategories { code label destination } } }")
    label = f"label_{language}"
    assert found["categories"] == [
        {
            "code": category["code"],
            "label": category[label],
            "subcategories": [
                {"code": one["code"], "label": one[label], "destination": one["destination"]}
                for one in category["subcategories"]
            ],
        }
        for category in WORLD["categories"]
    ]


async def test_structures_are_the_possible_recipients_and_can_be_searched(
    server: Server,
) -> None:
    query = "query ($search: String) { structures(search: $search) { name siret services { code } } }"
    public = [one for one in WORLD["structures"] if one["receives"] and not one["support"]]
    async with server.client("requester") as client:
        everyone = (await client.run(query))["structures"]
        assert [one["name"] for one in everyone] == sorted(one["name"] for one in public)
        town = next(one for one in everyone if one["siret"] == public[0]["identifier"])
        assert {one["code"] for one in town["services"]} == {one["code"] for one in public[0]["services"]}
        for search, count in (
            ("saint aurele", 1), ("HÉLÈNE-DELMAS", 1), ("219900", 1), ("valbrune", 2), ("aurele delmas", 0),
            ("rele", 0), ("kervella", 0), ("support", 0), ("…", 4), ("", 4), ('" OR *', 0),
        ):  # fmt: skip
            assert (search, len((await client.run(query, search=search))["structures"])) == (search, count)


LABELS = """{ tabs { label } tickets(tab: AWAITING_INFORMATION, first: 1) { nodes { statusLabel stateReasonLabel
  category { code label } activities(first: 1) { nodes { label } } } }
  open: tickets(tab: TO_PROCESS, first: 1, filter: {stateReasons: [CREATION]}) {
    nodes { statusLabel stateReasonLabel } } }"""


async def test_labels_are_in_the_requested_language_french_by_default(server: Server) -> None:
    french = ("À traiter", "En attente d’informations", "Ticket émis", ("Ouvert", "Création"))
    english = ("To process", "Awaiting information", "Ticket submitted", ("Open", "Creation"))
    for header, (tab, awaiting, activity, created) in {
        None: french, "fr": french, "fr-FR,fr;q=0.9,en;q=0.8": french, "de": french, "": french, "*": french,
        "en": english, "en-GB": english, "EN": english, "fr;q=0.1, en;q=0.9": english, "de, en;q=0.5": english,
    }.items():  # fmt: skip
        async with server.client("agent-1", header) as client:
            data = await client.run(LABELS)
        ticket = data["tickets"]["nodes"][0]
        assert (header, data["tabs"][1]["label"]) == (header, tab)
        assert (ticket["statusLabel"], ticket["stateReasonLabel"]) == (awaiting, None)
        assert ticket["activities"]["nodes"][0]["label"] == activity
        assert tuple(data["open"]["nodes"][0].values()) == created


async def test_only_introspection_needs_no_token(server: Server) -> None:
    async with server.client(None) as nobody:
        response = await nobody.response(get_introspection_query())
        assert (response.status_code, "errors" in response.json()) == (200, False)
        assert (await nobody.response('{ __type(name: "Ticket") { name } }')).status_code == 200
        for query in (
            "{ viewer { user { id } } }", "{ __schema { queryType { name } } categories { id } }", "{ nonsense }", "{",
            "{ ...F } fragment F on Query { viewer { user { id } } }", "{ ... on Query { categories { id } } }",
            'mutation { closeTicket(input: {ticketId: "a"}) { __typename } }', "subscription { tabCounts { count } }",
        ):  # fmt: skip
            refused = await nobody.response(query)
            assert (query, refused.status_code) == (query, 401)
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")
            assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["UNAUTHENTICATED"]
            assert "data" not in refused.json()
        for value in (
            "Bearer x.y.z",
            "Bearer",
            "Basic YTpi",
            server.token("agent-1"),
            f"Bearer {server.token('reader')}x",
        ):
            nobody.http.headers["Authorization"] = value
            assert (await nobody.response("{ viewer { user { id } } }")).status_code == 401


# A request; its status if the client accepts application/json, and if it accepts graphql-response+json.
REQUESTS: list[tuple[dict[str, Any], int, int]] = [
    ({"json": {"query": "{ categories { id } }"}}, 200, 200),
    ({"json": {"query": "{"}}, 200, 400),
    ({"json": {"query": "{ nonsense }"}}, 200, 400),
    ({"json": {"query": "query ($id: ID!) { node(id: $id) { id } }"}}, 200, 400),
    ({"json": {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": []}}}, 200, 400),
    # Executed, but a field failed: `data` is null.
    ({"json": {"query": "{ tickets(tab: CLOSED, first: 0) { totalCount } }"}}, 200, 200),
    ({"json": {"query": ""}}, 400, 400),
    ({"json": {}}, 400, 400),
    ({"json": []}, 400, 400),
    ({"json": {"query": "{ categories { id } }", "variables": []}}, 400, 400),
    ({"content": b"{", "headers": {"Content-Type": JSON}}, 400, 400),
    ({"content": b"{ categories { id } }", "headers": {"Content-Type": "application/graphql"}}, 415, 415),
]  # fmt: skip


@pytest.mark.parametrize("accept", [JSON, RESPONSE_JSON])
async def test_status_and_media_type_follow_graphql_over_http(server: Server, accept: str) -> None:
    async with server.client("agent-1") as client:
        client.http.headers["Accept"] = accept
        for given, plain, strict in REQUESTS:
            response = await client.http.post("/graphql", **given)
            assert (given, response.status_code) == (given, plain if accept == JSON else strict)
            assert response.headers["Content-Type"].split(";")[0] == accept
            body = response.json()
            assert ("errors" in body) == ("data" not in body or body["data"] is None)


async def test_a_request_without_a_media_type_is_answered_with_json(server: Server) -> None:
    async with server.client("agent-1") as client:
        for accept in ("", "*/*", "application/*;q=0.5"):
            response = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers={"Accept": accept})
            assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (200, JSON)


# An Accept header, and the type that the response has; None for 406.
ACCEPTED: list[tuple[str, str | None]] = [
    (f"{RESPONSE_JSON}, {JSON};q=0.9", RESPONSE_JSON),
    (f"{JSON};q=0.8, {RESPONSE_JSON};q=0.9", RESPONSE_JSON),
    (f"{RESPONSE_JSON}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed", RESPONSE_JSON),
    (f"{JSON}, {RESPONSE_JSON}", JSON),
    (f"{RESPONSE_JSON}; charset=utf-8, {JSON}; charset=utf-8", RESPONSE_JSON),
    ("APPLICATION/JSON; charset=utf-8", JSON),
    (f"text/event-stream;q=0.1, {JSON}", JSON),
    (f"{JSON};q=0, */*", RESPONSE_JSON),
    (f"{JSON};q=0, application/*;q=0.5, text/event-stream;q=0.4", RESPONSE_JSON),
    (f"{RESPONSE_JSON}, */*", RESPONSE_JSON),
    ("text/html, *; q=.2, */*; q=.2", JSON),
    (f"{JSON};q=0", None),
    (f"{JSON};q=high", None),
    ("image/png", None),
    (";;;,q=1", None),
]


@pytest.mark.parametrize(("accept", "media_type"), ACCEPTED)
async def test_the_response_has_the_best_accepted_media_type(
    server: Server, accept: str, media_type: str | None
) -> None:
    async with server.client("agent-1") as client:
        response = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers={"Accept": accept})
        assert response.status_code == (406 if media_type is None else 200)
        assert response.headers["Content-Type"].split(";")[0] == (media_type or JSON)


async def test_get_executes_queries_but_no_mutations(server: Server) -> None:
    async with server.client("agent-1") as client:

        async def get(**parameters: str) -> httpx.Response:
            return await client.http.get("/graphql", params=parameters)

        found = await get(
            query="query ($p: Int!) { ticketPage(tab: TO_PROCESS, page: $p) { page } }", variables='{"p": 2}'
        )
        assert (found.status_code, found.json()) == (200, {"data": {"ticketPage": {"page": 2}}})
        named = await get(query="query A { a: __typename } query B { b: __typename }", operationName="B")
        assert named.json() == {"data": {"b": "Query"}}
        mutation = await get(query='mutation { closeTicket(input: {ticketId: "a"}) { __typename } }')
        assert (mutation.status_code, mutation.headers["Allow"]) == (405, "POST")
        assert (await get(query="{ __typename }", variables="{")).status_code == 400
        assert (await get()).status_code == 400
        for method in ("PUT", "DELETE", "PATCH"):
            assert (await client.http.request(method, "/graphql")).status_code == 405
        assert (
            await client.http.get("/graphql?query={__typename}", headers={"Accept": "image/png"})
        ).status_code == 406
