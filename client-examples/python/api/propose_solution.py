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


class ProposeSolution(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "ProposeSolutionResultActionDone", "ProposeSolutionResultActionRefused"
            ],
            Field(discriminator="typename__"),
        ]
    ]


class ProposeSolutionResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class ProposeSolutionResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


ProposeSolution.model_rebuild()
