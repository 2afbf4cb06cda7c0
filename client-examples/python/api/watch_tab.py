from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import InboxChangeKind
from .fragments import Row


class WatchTab(BaseModel):
    inbox_changes: "WatchTabInboxChanges" = Field(alias="inboxChanges")


class WatchTabInboxChanges(BaseModel):
    kind: InboxChangeKind
    ticket_id: str = Field(alias="ticketId")
    ticket: Optional["WatchTabInboxChangesTicket"]
    activity: Optional["WatchTabInboxChangesActivity"]
    cursor: str


WatchTabInboxChangesTicket = Row


class WatchTabInboxChangesActivity(BaseModel):
    label: str
    occurred_at: datetime = Field(alias="occurredAt")


WatchTab.model_rebuild()
WatchTabInboxChanges.model_rebuild()
