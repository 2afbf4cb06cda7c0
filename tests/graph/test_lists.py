"""Lists and single reads over HTTP: pages by cursor, pages by number, node ids, visibility."""

from typing import Any

import pytest

from tests.conftest import Desk
from tests.graph import EVERYTHING, InProcessEngine
from tests.models import SUPPLIER, act, submit
from tests.support.server import Client, Server

SLICE = """query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: TicketOrder) {
  list: tickets(tab: ALL_EXCEPT_CLOSED, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } } nodes { id } totalCount liveCursor
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
SENT = SLICE.replace("tickets(tab: ALL_EXCEPT_CLOSED, orderBy: $orderBy,", "sentTickets(").replace(
    ", $orderBy: TicketOrder", ""
)
PAGE = """query ($page: Int! = 1, $pageSize: Int! = 20, $tab: InboxTab! = ALL_EXCEPT_CLOSED) {
  list: ticketPage(tab: $tab, page: $page, pageSize: $pageSize) {
    nodes { id } page pageSize pageCount totalCount liveCursor } }"""


async def whole(client: Client) -> list[str]:
    return [node["id"] for node in (await client.run(PAGE, pageSize=100))["list"]["nodes"]]


@pytest.mark.parametrize(("login", "query"), [("agent-1", SLICE), ("requester", SENT)])
async def test_page_info_leads_through_the_whole_list_in_both_directions(
    server: Server, login: str, query: str
) -> None:
    async with server.client(login) as client:
        walked: dict[str, list[str]] = {}
        for size, place, near, far, border in (
            ("first", "after", "hasPreviousPage", "hasNextPage", "endCursor"),
            ("last", "before", "hasNextPage", "hasPreviousPage", "startCursor"),
        ):
            found: list[str] = []
            cursor, goes_on = None, True
            while goes_on:
                part = (await client.run(query, **{size: 4, place: cursor}))["list"]
                info, edges = part["pageInfo"], part["edges"]
                assert part["nodes"] == [edge["node"] for edge in edges]
                assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
                assert info[near] == (cursor is not None)
                ids = [node["id"] for node in part["nodes"]]
                found = found + ids if size == "first" else ids + found
                cursor, goes_on = info[border], info[far]
                assert goes_on == (len(found) < part["totalCount"])
            walked[size] = found
        assert walked["first"] == walked["last"]
        assert len(set(walked["first"])) == part["totalCount"] > 8
        if query is SLICE:
            assert walked["first"] == await whole(client)


async def test_list_without_a_size_has_20_tickets_and_an_empty_page_no_cursors(server: Server) -> None:
    async with server.client("agent-1") as client:
        part = (await client.run(SLICE))["list"]
        assert [node["id"] for node in part["nodes"]] == (await whole(client))[:20]
        last = (await client.run(SLICE, last=1))["list"]["pageInfo"]["endCursor"]
        empty = (await client.run(SLICE, first=5, after=last))["list"]
        assert (empty["edges"], empty["totalCount"]) == ([], part["totalCount"])
        assert empty["pageInfo"] == {
            "hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": None,
        }  # fmt: skip


@pytest.mark.parametrize("query", [SLICE, SENT])
async def test_first_and_last_outside_1_to_100_or_together_are_bad_user_input(server: Server, query: str) -> None:
    async with server.client("agent-1") as client:
        for name in ("first", "last"):
            for size in (1, 100):
                assert "list" in await client.run(query, **{name: size})
            for size in (0, 101, -1, 2**31 - 1):
                assert await client.error(query, **{name: size}) == "BAD_USER_INPUT"
        assert await client.error(query, first=1, last=1) == "BAD_USER_INPUT"


async def test_cursor_of_no_list_or_of_another_order_is_bad_user_input(server: Server) -> None:
    by_number = {"field": "NUMBER", "direction": "ASC"}
    async with server.client("agent-1") as client:
        own = (await client.run(SLICE, first=1, orderBy=by_number))["list"]
        for name in ("after", "before"):
            assert "list" in await client.run(SLICE, orderBy=by_number, **{name: own["pageInfo"]["endCursor"]})
            for cursor in (own["pageInfo"]["endCursor"], own["liveCursor"], own["edges"][0]["node"]["id"], "", "é"):
                assert await client.error(SLICE, **{name: cursor}) == "BAD_USER_INPUT"


async def test_numbered_pages_divide_the_list_and_pages_beyond_it_are_empty(
    server: Server,
) -> None:
    async with server.client("agent-1") as client:
        ids = await whole(client)
        pages = -(-len(ids) // 6)
        for page in range(1, pages + 3):
            part = (await client.run(PAGE, page=page, pageSize=6))["list"]
            assert [node["id"] for node in part["nodes"]] == ids[6 * page - 6 : 6 * page]
            assert (part["page"], part["pageSize"]) == (page, 6)
            assert (part["pageCount"], part["totalCount"]) == (pages, len(ids))
        far = (await client.run(PAGE, page=2**31 - 1, pageSize=100))["list"]
        assert (far["nodes"], far["totalCount"], far["pageCount"]) == ([], len(ids), -(-len(ids) // 100))
        for wrong in ({"page": 0}, {"page": -1}, {"pageSize": 0}, {"pageSize": 101}):
            assert await client.error(PAGE, **wrong) == "BAD_USER_INPUT"


def ids_in(value: Any) -> set[tuple[str, str]]:
    """All pairs of type and id in a response."""
    if isinstance(value, list):
        return {pair for one in value for pair in ids_in(one)}
    if not isinstance(value, dict):
        return set()
    own = {(value["__typename"], value["id"])} if "id" in value else set()
    return own | {pair for one in value.values() for pair in ids_in(one)}


TYPED = EVERYTHING.replace("{ id ", "{ __typename id ").replace("nodes { id", "nodes { __typename id")


async def test_every_id_in_tickets_is_opaque_and_found_again_by_node(server: Server) -> None:
    query = f"""{{ tickets(tab: ALL_EXCEPT_CLOSED, first: 100) {{ nodes {{ __typename {TYPED} }} }}
      viewer {{ user {{ __typename id }} entitlements {{
        structure {{ __typename id services {{ __typename id }} }} }} }} }}"""
    async with server.client("agent-1") as client:
        found = sorted(ids_in(await client.run(query)))
        assert {kind for kind, _ in found} == {
            "Ticket", "Category", "Subcategory", "Service", "User", "Activity", "Attachment", "Structure",
        }  # fmt: skip
        assert len({node_id for _, node_id in found}) == len(found)
        for kind, node_id in found:
            assert kind not in node_id
            assert not node_id.isdecimal()
        for start in range(0, len(found), 100):
            some = found[start : start + 100]
            nodes = (await client.run("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
                                      ids=[node_id for _, node_id in some]))["nodes"]  # fmt: skip
            assert nodes == [{"__typename": kind, "id": node_id} for kind, node_id in some]
        for kind in ("Ticket", "Activity", "Attachment"):
            node_id = next(node_id for one, node_id in found if one == kind)
            one = await client.run("query ($id: ID!) { node(id: $id) { __typename id } }", id=node_id)
            assert one == {"node": {"__typename": kind, "id": node_id}}


async def test_hidden_ticket_is_absent_from_every_query(server: Server) -> None:
    query = """query ($id: ID!, $number: String!, $inner: [ID!]!) {
      byId: ticket(id: $id) { id } byNumber: ticket(number: $number) { id } node(id: $id) { id }
      nodes(ids: $inner) { id } sentTickets(first: 100) { totalCount nodes { id } }
      list: ticketPage(tab: ALL_EXCEPT_CLOSED, pageSize: 100) { totalCount nodes { id } } }"""
    mine = """{ tickets(tab: ALL_EXCEPT_CLOSED, first: 100) { nodes { id number
      attachments { id } activities { nodes { id } } issuer { organisationIdentifier } } } }"""
    async with server.client("agent-1") as agent:
        tickets = (await agent.run(mine))["tickets"]["nodes"]
        ticket = next(
            one for one in tickets if one["attachments"] and one["issuer"]["organisationIdentifier"] == SUPPLIER
        )
        inner = [ticket["id"], *(node["id"] for node in ticket["attachments"] + ticket["activities"]["nodes"])]
        arguments = {"id": ticket["id"], "number": ticket["number"], "inner": inner}
        seen = await agent.run(query, **arguments)
        assert seen["byId"] == seen["byNumber"] == seen["node"] == {"id": ticket["id"]}
        assert [node["id"] for node in seen["nodes"]] == inner
    for login in ("other-agent", "support", "other-requester"):
        async with server.client(login) as stranger:
            unseen = await stranger.run(query, **arguments)
            assert (unseen["byId"], unseen["byNumber"], unseen["node"]) == (None, None, None)
            assert unseen["nodes"] == [None] * len(inner)
            for name in ("list", "sentTickets"):
                assert ticket["id"] not in [node["id"] for node in unseen[name]["nodes"]]
                assert unseen[name]["totalCount"] == len(unseen[name]["nodes"])


async def test_invalid_ids_give_null_and_a_ticket_takes_either_id_or_number(server: Server) -> None:
    async with server.client("agent-1") as client:
        ticket, *_ = await whole(client)
        category = (await client.run("{ categories { id } }"))["categories"][0]["id"]
        for bad in ("", "é", "AAAA", f"{ticket}=", f"={ticket}", "VGlja2V0OjA", "VXNlcjo5OTk5OQ", "QmlkdWxlOjE"):
            assert await client.run("query ($id: ID!) { node(id: $id) { id } }", id=bad) == {"node": None}
        assert await client.run("query ($id: ID!) { ticket(id: $id) { id } }", id=category) == {"ticket": None}
        assert await client.run('{ ticket(number: "absent") { id } }') == {"ticket": None}
        for arguments in ("", '(id: "a", number: "b")'):
            assert await client.error(f"{{ ticket{arguments} {{ id }} }}") == "BAD_USER_INPUT"
        assert (
            await client.error("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["a"] * 101) == "BAD_USER_INPUT"
        )


async def test_assignee_of_a_visible_ticket_is_found_by_node(desk: Desk) -> None:
    # agent-2 has never acted, so that the requester knows them from the assignment alone.
    ticket_id = await submit(desk)
    await act(desk, "agent-1", "assign_ticket", ticket_id, "agent-2")
    in_process = InProcessEngine(desk)
    data = await in_process.run("requester", "{ sentTickets { nodes { assignee { __typename id displayName } } } }")
    assignee = data["sentTickets"]["nodes"][0]["assignee"]
    assert assignee["displayName"] == "Moussa Diarra"
    query = "query ($id: ID!) { node(id: $id) { __typename id ... on User { displayName } } }"
    assert await in_process.run("requester", query, id=assignee["id"]) == {"node": assignee}
