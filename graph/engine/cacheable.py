"""Cacheable types: the responses computed from an object are cached with it, if the object cache holds the object.

It fails closed. A resolver of a cacheable type can read only its object and the attributes of the context that are part
of the cache key; everything else raises, whether or not the response would have been cached.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from operator import attrgetter
from typing import Any, TypeVar

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type, is_object_type
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from graph.engine.leaf_types import exact_class
from graph.engine.object_cache import RESPONSES, Responses
from graph.engine.plan import DEFINITION, Execution, ResponsePath, SelectionFn
from graph.engine.resolve import RESTRICTED, is_direct

T = TypeVar("T")
FieldGroups = Mapping[str, list[FieldDetails]]
"""The fields of one selection, merged by response key."""

_CACHEABLE = "__cacheable__"


class NotInCacheKey(RuntimeError):
    """A resolver of a cacheable type reads something that is not part of the cache key."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a cacheable resolver reads {name}: name it in `vary`, or the field in `exclude`")


@dataclass(frozen=True, slots=True)
class _CachePolicy:
    vary: Collection[str]
    exclude: Collection[str]


def cacheable(*, vary: Collection[str] = (), exclude: Collection[str] = ()) -> Callable[[type[T]], type[T]]:
    """Marks a Strawberry type whose fields depend on nothing but the object and the attributes `vary` of the context.

    A selection is cached with the object (not with an equal one) if all its fields, down to the leaves, are of such
    types. Fields in `exclude`, fields with arguments and async fields are never cached. The other resolvers get an Info
    that has only `context`, and a context that has only `vary`. Errors: TypeError for a name in `exclude` that is no
    field, and for an inherited resolver that takes an Info, which the mark would restrict for its other types, too.
    """

    def mark(cls: type[T]) -> type[T]:
        definition = get_object_definition(cls, strict=True)
        bases = [get_object_definition(base) for base in cls.__mro__[1:]]
        inherited = {id(field) for base in bases if base is not None for field in base.fields}
        if unknown := set(exclude) - {field.python_name for field in definition.fields}:
            raise TypeError(f"{cls.__name__} has no field {sorted(unknown)}")
        for field in definition.fields:
            resolver = field.base_resolver
            if resolver is None or resolver.info_parameter is None or field.python_name in exclude:
                continue
            if field.arguments or field.is_async:
                continue
            if id(field) in inherited:
                raise TypeError(f"{cls.__name__} inherits a resolver that takes an Info: {field.python_name}")
            resolver.wrapped_func = _restricted(resolver.wrapped_func, resolver.info_parameter.name, tuple(vary))
        setattr(cls, _CACHEABLE, _CachePolicy(tuple(vary), frozenset(exclude)))
        return cls

    return mark


class _Restricted:
    """Has the given attributes, can't be changed, and raises for any other attribute."""

    def __init__(self, name: str, attributes: Mapping[str, Any]) -> None:
        vars(self).update(attributes, _name=name)

    def __getattr__(self, name: str) -> Any:
        raise NotInCacheKey(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        raise NotInCacheKey(f"{self._name}.{name}")


def _restricted(resolve: Any, info_name: str, vary: tuple[str, ...]) -> Callable[..., Any]:
    """The resolver with a restricted Info. Executions share such Infos, which hold nothing but the values of `vary`."""
    read: Callable[[object], Any] = attrgetter(*vary) if vary else lambda context: ()

    @lru_cache(maxsize=16)
    def restricted_info(values: Any) -> _Restricted:
        attributes = zip(vary, (values,) if len(vary) == 1 else values, strict=True)
        return _Restricted("info", {"context": _Restricted("info.context", dict(attributes))})

    def info_of(context: object) -> _Restricted:
        return restricted_info(read(context))

    @wraps(resolve)
    def resolve_restricted(*args: Any, **kwargs: Any) -> Any:
        kwargs[info_name] = info_of(kwargs[info_name].context)
        return resolve(*args, **kwargs)

    setattr(resolve_restricted, RESTRICTED, (resolve, info_of))
    return resolve_restricted


def cache_key_attributes(
    type_: GraphQLObjectType,
    groups: FieldGroups,
    schema: GraphQLSchema,
    subfields: Callable[[GraphQLObjectType, list[FieldDetails]], FieldGroups],
) -> set[str] | None:
    """The attributes of the context that a selection depends on; None if it can't be cached.

    `subfields` gives the fields that are selected of a type below some field.
    """
    cls = exact_class(type_)
    policy = None if cls is None else vars(cls).get(_CACHEABLE)
    if policy is None:
        return None
    names = set(policy.vary)
    for details in groups.values():
        name = details[0].node.name.value
        if name == "__typename":
            continue
        definition = schema.get_field(type_, name)
        field = None if definition is None else definition.extensions.get(DEFINITION)
        if (
            definition is None
            or not isinstance(field, StrawberryField)
            or field.python_name in policy.exclude
            or definition.args
            or field.is_async
            or not is_direct(field, definition.resolve, schema)
        ):
            return None
        of = get_named_type(definition.type)
        if is_leaf_type(of):
            continue
        below = cache_key_attributes(of, subfields(of, details), schema, subfields) if is_object_type(of) else None
        if below is None:
            return None
        names |= below
    return names


def memoize(select: SelectionFn, cls: type, attributes: Collection[str]) -> SelectionFn:
    """The function, but with its responses cached with the object that they are computed from, if that is cached.

    `attributes`: those of the context that the response depends on. A response with errors is not cached.
    """
    read = attrgetter(*attributes) if attributes else None
    selection = object()  # not the function, with which the object would keep the whole document in memory

    def select_once(source: Any, path: ResponsePath, execution: Execution) -> Any:
        if type(source) is not cls:
            return select(source, path, execution)
        responses: Responses | None = source.__dict__.get(RESPONSES)
        if responses is None:
            return select(source, path, execution)
        key = selection if read is None else (selection, read(execution.context))
        budget = execution.budget
        cached = responses.get(key)
        if cached is not None:
            budget.spent += cached[1]
            return cached[0]
        spent = budget.spent
        response = select(source, path, execution)
        if type(response) is dict and not execution.errors:
            responses.store(key, response, budget.spent - spent)
        return response

    return select_once
