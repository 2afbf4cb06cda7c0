"""The base class of the generated enums. ariadne-codegen copies this file into `api/`."""

from enum import StrEnum


class OpenEnum(StrEnum):
    """An enum of the schema that accepts values of a newer server. An unknown value becomes a member of its own, which
    can be read, shown and sent back."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return cls._value2member_map_.setdefault(value, unknown)  # type: ignore[return-value]
