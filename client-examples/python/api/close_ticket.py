from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Done,
    DoneActivity,
    DoneTicket,
    Refused,
    RefusedCurrentTicket,
    RefusedFields,
)


class CloseTicket(BaseModel):
    result: Optional[
        Annotated[
            Union["CloseTicketResultActionDone", "CloseTicketResultActionRefused"],
            Field(discriminator="typename__"),
        ]
    ]


class CloseTicketResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class CloseTicketResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


CloseTicket.model_rebuild()
