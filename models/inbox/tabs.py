"""The five tabs of « Tickets reçus »: which tickets are in each, and their labels."""

from enum import StrEnum
from typing import NamedTuple

from models.access import Rights
from models.i18n.language import Text
from models.workflow import State, TicketStatus


class InboxTab(StrEnum):
    """The five tabs of « Tickets reçus », in screen order."""

    MY_TICKETS_TO_PROCESS = "MY_TICKETS_TO_PROCESS"
    TO_PROCESS = "TO_PROCESS"
    AWAITING_INFORMATION = "AWAITING_INFORMATION"
    ALL_EXCEPT_CLOSED = "ALL_EXCEPT_CLOSED"
    CLOSED = "CLOSED"


class Tab(NamedTuple):
    """The tickets of a tab: those in one of `statuses` and, if `mine`, assigned to the viewer."""

    statuses: tuple[TicketStatus, ...]
    mine: bool = False


_OPEN, _AWAITING, _RESOLVED, _CLOSED = TicketStatus
TABS: dict[InboxTab, Tab] = {
    InboxTab.MY_TICKETS_TO_PROCESS: Tab((_OPEN,), mine=True),
    InboxTab.TO_PROCESS: Tab((_OPEN,)),
    InboxTab.AWAITING_INFORMATION: Tab((_AWAITING,)),
    InboxTab.ALL_EXCEPT_CLOSED: Tab((_OPEN, _AWAITING, _RESOLVED)),
    InboxTab.CLOSED: Tab((_CLOSED,)),
}
"""The only definition of the tickets of each tab."""

TAB_LABELS: dict[InboxTab, Text] = {
    InboxTab.MY_TICKETS_TO_PROCESS: Text("Mes tickets à traiter", "My tickets to process"),
    InboxTab.TO_PROCESS: Text("À traiter", "To process"),
    InboxTab.AWAITING_INFORMATION: Text("En attente d’informations", "Awaiting information"),
    InboxTab.ALL_EXCEPT_CLOSED: Text("Tous (sauf clôturés)", "All (except closed)"),
    InboxTab.CLOSED: Text("Clôturés", "Closed"),
}


def in_tab(tab: InboxTab, rights: Rights, state: State) -> bool:
    """Whether a ticket in this state is in the viewer's tab."""
    wanted = TABS[tab]
    return (
        state.status in wanted.statuses
        and (not wanted.mine or state.assignee_id == rights.user_id)
        and rights.received.covers(state.recipient_structure_id, state.recipient_service_id)
    )
