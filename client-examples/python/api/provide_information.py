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


class ProvideInformation(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "ProvideInformationResultActionDone",
                "ProvideInformationResultActionRefused",
            ],
            Field(discriminator="typename__"),
        ]
    ]


class ProvideInformationResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class ProvideInformationResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


ProvideInformation.model_rebuild()
