from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import RefusalCode


class State(BaseModel):
    number: str
    version: int
    status_label: str = Field(alias="statusLabel")
    assignee: Optional["StateAssignee"]


class StateAssignee(BaseModel):
    display_name: str = Field(alias="displayName")


class Done(BaseModel):
    ticket: "DoneTicket"
    activity: "DoneActivity"


class DoneTicket(State):
    pass


class DoneActivity(BaseModel):
    label: str


class Refused(BaseModel):
    code: RefusalCode
    message: str
    fields: list["RefusedFields"]
    current_ticket: Optional["RefusedCurrentTicket"] = Field(alias="currentTicket")


class RefusedFields(BaseModel):
    name: str
    message: str


class RefusedCurrentTicket(State):
    pass


class Row(BaseModel):
    id: str
    number: str
    short_description: str = Field(alias="shortDescription")
    status_label: str = Field(alias="statusLabel")
    submitted_at: datetime = Field(alias="submittedAt")
    assignee: Optional["RowAssignee"]


class RowAssignee(BaseModel):
    display_name: str = Field(alias="displayName")


State.model_rebuild()
Done.model_rebuild()
Refused.model_rebuild()
Row.model_rebuild()
