from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class ReadUnassigned(BaseModel):
    tickets: "ReadUnassignedTickets"


class ReadUnassignedTickets(BaseModel):
    nodes: list["ReadUnassignedTicketsNodes"]
    page_info: "ReadUnassignedTicketsPageInfo" = Field(alias="pageInfo")
    total_count: int = Field(alias="totalCount")


class ReadUnassignedTicketsNodes(BaseModel):
    id: str
    number: str
    version: int


class ReadUnassignedTicketsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


ReadUnassigned.model_rebuild()
ReadUnassignedTickets.model_rebuild()
