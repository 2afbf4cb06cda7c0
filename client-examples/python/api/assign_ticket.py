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


class AssignTicket(BaseModel):
    result: Optional[
        Annotated[
            Union["AssignTicketResultActionDone", "AssignTicketResultActionRefused"],
            Field(discriminator="typename__"),
        ]
    ]


class AssignTicketResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class AssignTicketResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


AssignTicket.model_rebuild()
