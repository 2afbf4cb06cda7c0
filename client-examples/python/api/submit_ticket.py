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


class SubmitTicket(BaseModel):
    result: Optional[
        Annotated[
            Union["SubmitTicketResultActionDone", "SubmitTicketResultActionRefused"],
            Field(discriminator="typename__"),
        ]
    ]


class SubmitTicketResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class SubmitTicketResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


SubmitTicket.model_rebuild()
