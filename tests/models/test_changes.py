"""The rule of ENTERED, UPDATED and LEFT, for single events in memory."""

from dataclasses import replace

import pytest

from models.access import Rights, Scope
from models.inbox.changes import InboxChangeKind, change_kind
from models.inbox.filters import Filter
from models.inbox.tabs import InboxTab
from models.journal import Event, TicketRef
from models.search.normalise import terms
from models.workflow import State, StateReason, TicketStatus

AGENT, TOWN, SUPPORT = 7, 1, 2
HERE = Scope(frozenset([TOWN]))
RIGHTS = Rights(AGENT, HERE, HERE, frozenset())
NO_RIGHTS = Rights(AGENT, Scope(), Scope(), frozenset())
OPEN = State(TicketStatus.OPEN, StateReason.CREATION, None, TOWN, None, 1)
TAKEN = replace(OPEN, assignee_id=AGENT, version=2)
AWAITING = replace(TAKEN, status=TicketStatus.AWAITING_INFORMATION, state_reason=None, version=3)
TRANSFERRED = replace(TAKEN, assignee_id=None, recipient_structure_id=SUPPORT, version=3)
ENTERED, UPDATED, LEFT = InboxChangeKind
BEFORE, AFTER = ["facture"], ["facture", "urgent"]


def event(before: State | None, after: State) -> Event:
    row = {
        "ticket_id": 5, "issuer_structure_id": 9, "category_id": 1, "subcategory_id": 1, "object_type": "INVOICE",
        "submitted_at": 0, "version_now": after.version, "structure_now": after.recipient_structure_id,
        "service_now": after.recipient_service_id,
    }  # fmt: skip
    return Event(1, TicketRef(row), before, after, 0, 0)


@pytest.mark.parametrize(
    ("before", "after", "tab", "kind"),
    [
        (None, OPEN, InboxTab.TO_PROCESS, ENTERED),
        (None, OPEN, InboxTab.MY_TICKETS_TO_PROCESS, None),
        (OPEN, TAKEN, InboxTab.TO_PROCESS, UPDATED),
        (OPEN, TAKEN, InboxTab.MY_TICKETS_TO_PROCESS, ENTERED),
        (TAKEN, AWAITING, InboxTab.TO_PROCESS, LEFT),
        (TAKEN, AWAITING, InboxTab.AWAITING_INFORMATION, ENTERED),
        (TAKEN, AWAITING, InboxTab.CLOSED, None),
        (TAKEN, TRANSFERRED, InboxTab.ALL_EXCEPT_CLOSED, LEFT),
    ],
)
def test_event_changes_a_tab_by_the_states_before_and_after(
    before: State | None, after: State, tab: InboxTab, kind: InboxChangeKind | None
) -> None:
    assert change_kind(event(before, after), tab, [RIGHTS], RIGHTS) is kind


def test_event_changes_a_filtered_list_by_the_filter() -> None:
    taken = event(OPEN, TAKEN)
    for filter, kind in ((Filter(unassigned=True), LEFT), (Filter(unassigned=False), ENTERED), (Filter(), UPDATED)):
        assert change_kind(taken, InboxTab.TO_PROCESS, [RIGHTS], RIGHTS, filter=filter) is kind


@pytest.mark.parametrize(("keywords", "kind"), [("facture", UPDATED), ("urgent", ENTERED), ("autre", None)])
def test_event_changes_a_searched_list_by_the_words(keywords: str, kind: InboxChangeKind | None) -> None:
    changed = change_kind(
        event(OPEN, TAKEN), InboxTab.TO_PROCESS, [RIGHTS], RIGHTS, search=terms(keywords), words=(BEFORE, AFTER)
    )
    assert changed is kind


@pytest.mark.parametrize(
    ("rights_before", "rights_after", "kind"),
    [
        ([RIGHTS], NO_RIGHTS, LEFT),
        ([NO_RIGHTS, RIGHTS], NO_RIGHTS, LEFT),
        ([NO_RIGHTS], RIGHTS, ENTERED),
        ([NO_RIGHTS], NO_RIGHTS, None),
    ],
)
def test_event_after_a_change_of_rights_compares_both_rights(
    rights_before: list[Rights], rights_after: Rights, kind: InboxChangeKind | None
) -> None:
    assert change_kind(event(OPEN, TAKEN), InboxTab.TO_PROCESS, rights_before, rights_after) is kind
