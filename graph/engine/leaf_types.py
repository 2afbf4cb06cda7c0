"""Properties of values that follow from their Python class, so that common values need no further check."""

import inspect
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from graph.engine.plan import DEFINITION

LEAF_CLASSES = frozenset({str, int, float, bool, bytes, Decimal, datetime, date, time, timedelta, UUID})
"""Classes whose instances are neither null nor awaitable nor an exception."""
RESPONSE_CLASSES = LEAF_CLASSES | {dict, list}
"""Classes of completed values that are not awaitable either."""

TEXT_CONDITION = "type({v}) is str"
_IDENTITY: dict[Any, str] = {
    GraphQLString: TEXT_CONDITION,
    GraphQLID: TEXT_CONDITION,
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is float and {v} - {v} == 0",  # finite
    GraphQLBoolean: "type({v}) is bool",
    str: TEXT_CONDITION,
}


def identity_condition(type_: GraphQLLeafType) -> str | None:
    """The Python condition on a value `{v}` under which a scalar serialises it unchanged; None if there is none.

    It is looked up by the scalar or by the function that serialises its values.
    """
    return _IDENTITY.get(type_) or _IDENTITY.get(type_.coerce_output_value)


def enum_names(type_: GraphQLEnumType) -> dict[Any, str] | None:
    """The GraphQL name of each member of an enum; None unless the members belong to one Python enum."""
    cls = getattr(type_, "wrapped_cls", None)
    if not (isinstance(cls, type) and issubclass(cls, Enum)) or issubclass(cls, Flag):
        return None
    if cls.__eq__ not in (object.__eq__, str.__eq__, int.__eq__):
        return None
    try:
        return {member: type_.coerce_output_value(member) for member in cls}
    except Exception:
        return None


def exact_class(type_: GraphQLOutputType) -> type | None:
    """The class whose direct instances are of this object type, not awaitable and no exception.

    None if each instance has to be checked. An instance that Strawberry cast to another type has
    `TYPE_CAST_ATTRIBUTE` in its `__dict__`, which the caller checks.
    """
    definition = type_.extensions.get(DEFINITION) if isinstance(type_, GraphQLObjectType) else None
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of is not None:
        return None
    cls = definition.origin
    if not isinstance(cls, type) or issubclass(cls, Exception):
        return None
    if any(hasattr(cls, name) for name in ("__await__", "__getattr__", TYPE_CAST_ATTRIBUTE)) or not cls.__dictoffset__:
        return None
    return cls if inspect.getattr_static(cls, "__getattribute__") is object.__getattribute__ else None
