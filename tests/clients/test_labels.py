"""The labels that the API gives, against the words of the guide."""

import re
from typing import Any

from tests.clients.guide_words import PROFILES, STATE_REASONS, STATUSES, TABS, TRANSFERRED
from tests.clients.test_examples import act
from tests.support.http_client import Api, submitted
from tests.support.server import Server

TICKETS = """{
  open: ticketPage(tab: ALL_EXCEPT_CLOSED, pageSize: 100) { nodes { ...Labels } }
  closed: ticketPage(tab: CLOSED, pageSize: 100) { nodes { ...Labels } }
}
fragment Labels on Ticket { status statusLabel stateReason stateReasonLabel }"""
ACTIVITIES = "query($id: ID) { ticket(id: $id) { activities { nodes { kind label } } } }"
ENUM = "query($name: String!) { __type(name: $name) { enumValues { name description } } }"


def run(server: Server, query: str, login: str = "agent-1", **variables: Any) -> Any:
    with Api(server, login) as person:
        return person.run(query, **variables)


def quoted(server: Server, enum: str) -> dict[str, str]:
    """Returns the French word in « » with which the description of each value of an enum begins."""
    found = {
        value["name"]: re.match("« (.+?) »", value["description"])
        for value in run(server, ENUM, name=enum)["__type"]["enumValues"]
    }
    return {name: match[1] for name, match in found.items() if match}


def test_tabs_have_the_labels_and_the_order_of_the_guide(server: Server) -> None:
    tabs = run(server, "{ tabs { tab label } }")["tabs"]
    assert [(one["tab"], one["label"]) for one in tabs] == list(TABS.items())


def test_statuses_and_state_reasons_have_the_labels_of_the_guide(server: Server) -> None:
    data = run(server, TICKETS)
    tickets = data["open"]["nodes"] + data["closed"]["nodes"]
    assert {one["status"]: one["statusLabel"] for one in tickets} == STATUSES
    reasons = {one["stateReason"]: one["stateReasonLabel"] for one in tickets if one["stateReason"]}
    assert reasons == STATE_REASONS


def test_transfer_is_labelled_as_in_the_guide_for_the_requester(server: Server) -> None:
    ticket = submitted(server)
    act(server, "agent-1", "assignTicketToMe", ticket)
    act(server, "agent-1", "transferToSupport", ticket, message="Le portail ne montre plus la facture.")
    data = run(server, ACTIVITIES, "requester", id=ticket["id"])
    last = data["ticket"]["activities"]["nodes"][-1]
    assert last == {"kind": "TRANSFERRED_TO_SUPPORT", "label": TRANSFERRED}


def test_schema_quotes_tabs_and_statuses_and_profiles_as_in_the_guide(server: Server) -> None:
    assert quoted(server, "InboxTab") == TABS
    assert quoted(server, "TicketStatus") == STATUSES
    assert quoted(server, "StateReason") == STATE_REASONS
    profiles = quoted(server, "Profile")
    assert {name: profiles[name] for name in PROFILES} == PROFILES
