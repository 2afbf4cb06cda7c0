"""What the generated enums stand on. ariadne-codegen copies this file into `api/`."""

from enum import StrEnum


class OpenEnum(StrEnum):
    """An enum of the schema. A value that a newer server has and this client has not is a member all the same: it can
    be read, shown and sent back, and is equal to no other."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return cls._value2member_map_.setdefault(value, unknown)  # type: ignore[return-value]
