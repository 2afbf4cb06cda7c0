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


class TransferToSupport(BaseModel):
    result: Optional[
        Annotated[
            Union[
                "TransferToSupportResultActionDone",
                "TransferToSupportResultActionRefused",
            ],
            Field(discriminator="typename__"),
        ]
    ]


class TransferToSupportResultActionDone(Done):
    typename__: Literal["ActionDone"] = Field(alias="__typename")


class TransferToSupportResultActionRefused(Refused):
    typename__: Literal["ActionRefused"] = Field(alias="__typename")


TransferToSupport.model_rebuild()
