"""Caches between requests mix up no viewers and no languages, and serve nothing that has expired."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from graph.engine.object_cache import ObjectCache
from tests.conftest import Desk
from tests.graph import InProcessEngine
from tests.graph.test_cost import Statements, statements
from tests.models import act, submit
from tests.support.server import WAIT, Server

__all__ = ["statements"]  # the fixture

LIST = """query List($tab: InboxTab!, $search: String, $first: Int, $counted: Boolean = true) {
  tickets(tab: $tab, search: $search, first: $first) {
    totalCount @include(if: $counted)
    nodes { id number category { label } subcategory { label } assignee { displayName } } } }"""
THRICE = range(3)
"""A document is compiled at its second use; objects that it wrote are cached for the third."""


async def test_cached_labels_are_in_the_language_of_each_request(server: Server) -> None:
    async with server.client("agent-1", "fr") as french, server.client("agent-1", "en") as english:
        for _ in THRICE:
            lists = [(await client.run(LIST, tab="TO_PROCESS"))["tickets"]["nodes"] for client in (french, english)]
            labels = [{(node["category"]["label"], node["subcategory"]["label"]) for node in nodes} for nodes in lists]
            assert labels[0]
            assert not labels[0] & labels[1]


async def test_cached_lists_depend_on_viewer_and_arguments(server: Server) -> None:
    async with server.client("agent-1") as agent, server.client("other-agent") as other:
        whole = (await agent.run(LIST, tab="ALL_EXCEPT_CLOSED", first=100))["tickets"]
        for _ in THRICE:
            theirs = (await other.run(LIST, tab="ALL_EXCEPT_CLOSED", first=100))["tickets"]
            assert not {node["id"] for node in whole["nodes"]} & {node["id"] for node in theirs["nodes"]}
            for first in (1, 3):
                assert (await agent.run(LIST, tab="ALL_EXCEPT_CLOSED", first=first))["tickets"] == {
                    "totalCount": whole["totalCount"], "nodes": whole["nodes"][:first],
                }  # fmt: skip
            number = whole["nodes"][1]["number"]
            for search, found in ((number, [number]), ("nothing has such a word", [])):
                nodes = (await agent.run(LIST, tab="ALL_EXCEPT_CLOSED", search=search))["tickets"]["nodes"]
                assert [node["number"] for node in nodes] == found
            # True is no number in GraphQL, though it equals 1 in Python.
            assert await agent.error(LIST, tab="ALL_EXCEPT_CLOSED", first=True) == "BAD_USER_INPUT"


async def test_a_skipped_total_count_runs_no_count_statement(desk: Desk, statements: Statements) -> None:
    await submit(desk)
    in_process = InProcessEngine(desk)
    for _ in THRICE:
        for counted in (True, False):
            statements.seen.clear()
            data = await in_process.run("agent-1", LIST, tab="TO_PROCESS", counted=counted)
            assert data["tickets"].get("totalCount") == (1 if counted else None)
            assert sum("SUM(" in statement for statement in statements.seen) == counted


async def test_a_cached_token_is_refused_once_it_expires(server: Server) -> None:
    query = "{ viewer { user { displayName } } }"
    async with server.client("agent-1") as client:
        client.http.headers["authorization"] = (
            f"Bearer {server.command('token', 'agent-1', '--ttl', '3').stdout.strip()}"
        )
        assert (await client.response(query)).status_code == 200
        async with asyncio.timeout(WAIT):
            while (response := await client.response(query)).status_code == 200:
                pass
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_imported_change_of_a_user_applies_to_the_next_request(tmp_path: Path) -> None:
    own = Server(tmp_path).start()
    user = "users: [{login: agent-2, name: %s, email: m.diarra@commune.example, profiles: [%s]}]"
    query = "{ viewer { user { displayName } entitlements { profile } } tickets(tab: TO_PROCESS) { totalCount } }"
    try:
        async with own.client("agent-2") as client:
            assert (await client.run(query))["tickets"]["totalCount"] > 0
            file = tmp_path / "agent-2.yaml"
            file.write_text(user % ("Awa Diarra", ""))
            imported = await asyncio.to_thread(own.command, "import", str(file))
            assert imported.returncode == 0, imported.stderr
            assert await client.run(query) == {
                "viewer": {"user": {"displayName": "Awa Diarra"}, "entitlements": []}, "tickets": {"totalCount": 0},
            }  # fmt: skip
    finally:
        own.stop()


async def test_a_listed_ticket_shows_its_present_state(desk: Desk) -> None:
    ticket_id = await submit(desk)
    in_process = InProcessEngine(desk)
    query = "{ tickets(tab: ALL_EXCEPT_CLOSED) { nodes { status version assignee { displayName } availableActions } } }"
    seen = []
    for login, action in ((None, None), ("agent-1", "assign_ticket_to_me"), ("agent-1", "request_information")):
        if login and action:
            await act(desk, login, action, ticket_id)
        for _ in THRICE:
            (node,) = (await in_process.run("agent-1", query))["tickets"]["nodes"]
        seen.append((node["status"], node["version"], node["assignee"], "ASSIGN_TO_ME" in node["availableActions"]))
    assert seen == [
        ("OPEN", 1, None, True),
        ("OPEN", 2, {"displayName": "Camille Renard"}, False),
        ("AWAITING_INFORMATION", 3, {"displayName": "Camille Renard"}, False),
    ]  # fmt: skip


async def test_cached_available_actions_are_those_of_the_viewer(desk: Desk) -> None:
    await submit(desk)
    in_process = InProcessEngine(desk)
    query = "{ tickets(tab: ALL_EXCEPT_CLOSED) { nodes { number availableActions } } }"
    for _ in THRICE:
        for login, may in (("agent-1", True), ("reader", False)):
            (node,) = (await in_process.run(login, query))["tickets"]["nodes"]
            assert ("ASSIGN_TO_ME" in node["availableActions"]) is may


async def test_equal_values_of_two_columns_are_not_mixed_up(desk: Desk) -> None:
    await submit(desk, short_description="the same words", description="the same words")
    in_process = InProcessEngine(desk)
    for _ in THRICE:
        for name in ("shortDescription", "description"):
            found = await in_process.run("agent-1", f"{{ tickets(tab: TO_PROCESS) {{ nodes {{ {name} }} }} }}")
            assert found == {"tickets": {"nodes": [{name: "the same words"}]}}


class Row(NamedTuple):
    """A row."""

    words: str


class Shown:
    """An object that shows a row; it equals no other."""

    def __init__(self, row: NamedTuple) -> None:
        self.row = row


class OtherRow(NamedTuple):
    """A row of the same column under another type."""

    words: str


def test_the_object_cache_holds_the_latest_objects_of_each_kind() -> None:
    cache = ObjectCache(100_000)
    (first,) = cache.objects(Shown, [Row("first")])
    assert cache.objects(Shown, [Row("".join(["fir", "st"]))]) == [first], "an equal row gives the same object"
    assert cache.objects(Shown, [OtherRow("first")]) != [first], "a row of another class does not"
    cache.objects(Shown, [Row(f"{n} {'long' * 1_000}") for n in range(9)])
    assert cache.objects(Shown, [Row("first")]) == [first], "nine long rows fit beside it"
    cache.objects(Shown, [Row(f"{n} {'longer' * 1_000}") for n in range(30)])
    assert cache.objects(Shown, [Row("first")]) != [first], "it was evicted by newer ones"
    assert 0 < cache.bytes < 100_000
    none = ObjectCache(0)
    assert none.objects(Shown, [Row("first")]) != none.objects(Shown, [Row("first")])
    assert (len(none), none.bytes) == (0, 0)


async def test_a_removed_user_is_refused_and_a_reused_login_inherits_nothing(
    tmp_path: Path,
) -> None:
    own = Server(tmp_path).start()

    def change(sql: str) -> None:
        with closing(sqlite3.connect(tmp_path / "saisine.sqlite3", isolation_level=None)) as desk:
            desk.execute(sql)
            desk.execute("UPDATE desk SET rights_version = rights_version + 1")

    try:
        async with own.client("reader") as client:
            query, stream = "{ viewer { user { displayName } } }", "subscription { tabCounts { count } }"
            for _ in THRICE:
                assert (await client.response(query)).status_code == 200
            change("UPDATE users SET login = 'somebody' WHERE login = 'reader'")
            headers = {"Accept": "text/event-stream"}
            assert (await client.http.post("/graphql", json={"query": stream}, headers=headers)).status_code == 401
            assert (await client.response(query)).status_code == 401
            change("UPDATE users SET login = 'reader' WHERE login = 'agent-2'")
            assert (await client.run(query))["viewer"]["user"]["displayName"] == "Moussa Diarra"
    finally:
        own.stop()
