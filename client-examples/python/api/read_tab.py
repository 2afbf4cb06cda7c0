from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Row


class ReadTab(BaseModel):
    tickets: "ReadTabTickets"


class ReadTabTickets(BaseModel):
    nodes: list["ReadTabTicketsNodes"]
    page_info: "ReadTabTicketsPageInfo" = Field(alias="pageInfo")
    live_cursor: str = Field(alias="liveCursor")


ReadTabTicketsNodes = Row


class ReadTabTicketsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


ReadTab.model_rebuild()
ReadTabTickets.model_rebuild()
