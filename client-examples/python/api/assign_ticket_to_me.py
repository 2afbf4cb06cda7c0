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


class AssignTicketToMe(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "AssignTicketToMeResultActionDone",
                "AssignTicketToMeResultActionRefused",
            ],
            Field(discriminator="typename__"),
        ]
    ]


class AssignTicketToMeResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class AssignTicketToMeResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


AssignTicketToMe.model_rebuild()
