"""What is known of a value by its class alone, so that it needs no look; objects whose answer is known already."""

import inspect
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType, GraphQLOutputType
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from graph.engine.plan import DEFINITION, Execution, ResponsePath, SelectionFn

PLAIN = frozenset({str, int, float, bool, bytes, Decimal, datetime, date, time, timedelta, UUID})
"""Types whose values are neither awaitable nor an exception nor null."""
WRITTEN = PLAIN | {dict, list}
"""Types of what is written that are not awaitable either."""

_WRITTEN = "__written__"
_MOST_WRITTEN = 16
"""Answers that are kept with an object: of places in documents, or in languages, that ask for different things."""


def class_of(type_: GraphQLOutputType) -> type | None:
    """The class whose instances need no look: they are of this type, and neither awaitable nor an exception."""
    definition = type_.extensions.get(DEFINITION) if isinstance(type_, GraphQLObjectType) else None
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of is not None:
        return None
    cls = definition.origin
    odd_ways = ("__await__", "__getattr__")
    if not isinstance(cls, type) or issubclass(cls, Exception) or any(hasattr(cls, name) for name in odd_ways):
        return None
    if hasattr(cls, TYPE_CAST_ATTRIBUTE) or not cls.__dictoffset__:
        return None  # whether one of its instances is cast is looked up in its own attributes
    return cls if inspect.getattr_static(cls, "__getattribute__") is object.__getattribute__ else None


def once(select: SelectionFn, cls: type, names: Collection[str]) -> SelectionFn:
    """The same function, that answers at once for an object that it has answered for under the same `names` of the
    context. The answers are kept with the object, and as long."""
    depends = attrgetter(*names) if names else None
    place = object()  # not the function: that would keep its whole document, as long as the object

    def answer(value: Any, way: ResponsePath, run: Execution) -> Any:
        if type(value) is not cls:
            return select(value, way, run)
        key = place if depends is None else (place, depends(run.context))
        known = value.__dict__.get(_WRITTEN)
        if known is None:
            known = value.__dict__[_WRITTEN] = {}
        elif key in known:
            return known[key]
        done = select(value, way, run)
        if type(done) is dict and not run.errors:
            if len(known) >= _MOST_WRITTEN:
                known.clear()
            known[key] = done
        return done

    return answer
