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


class RefuseSolution(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "RefuseSolutionResultActionDone", "RefuseSolutionResultActionRefused"
            ],
            Field(discriminator="typename__"),
        ]
    ]


class RefuseSolutionResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class RefuseSolutionResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


RefuseSolution.model_rebuild()
