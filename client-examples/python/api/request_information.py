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


class RequestInformation(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "RequestInformationResultActionDone",
                "RequestInformationResultActionRefused",
            ],
            Field(discriminator="typename__"),
        ]
    ]


class RequestInformationResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class RequestInformationResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


RequestInformation.model_rebuild()
