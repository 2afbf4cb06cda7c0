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


class AcceptSolution(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "AcceptSolutionResultActionDone", "AcceptSolutionResultActionRefused"
            ],
            Field(discriminator="typename__"),
        ]
    ]


class AcceptSolutionResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class AcceptSolutionResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


AcceptSolution.model_rebuild()
