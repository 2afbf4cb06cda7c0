from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class FindTicket(BaseModel):
    ticket: Optional["FindTicketTicket"]


class FindTicketTicket(BaseModel):
    id: str
    version: int
    assignable_agents: list["FindTicketTicketAssignableAgents"] = Field(
        alias="assignableAgents"
    )


class FindTicketTicketAssignableAgents(BaseModel):
    id: str
    display_name: str = Field(alias="displayName")


FindTicket.model_rebuild()
FindTicketTicket.model_rebuild()
