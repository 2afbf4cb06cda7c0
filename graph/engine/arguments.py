"""The arguments of resolvers: coerced by graphql-core, then converted by Strawberry.

Where all arguments of a field are scalars (lists and objects could be changed by a resolver), equal values give equal
arguments. They are then computed once per document for literals and once per set of values for variables.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLSchema, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from graph.documents.document_cache import Weight
from graph.engine.plan import Execution, FieldPlan

V = TypeVar("V")
Convert = Callable[[Any], dict[str, Any]]
"""Takes a resolver's Info and returns its arguments; the dictionary belongs to the caller."""

_CONSTANTS = (str, int, float, bool, type(None))
_ABSENT = object()
_KEYS = frozenset({str, int, bool, type(None), type(_ABSENT)})
_KEY_MAX_CHARACTERS = 500
_CACHE_SIZE = 50
_ENTRY_BYTES = 1_000
_VALUE_BYTES = 200
"""Estimates of what an entry keeps in memory, and each of its values, besides the characters of texts."""


class ValueCache(dict[tuple[Any, ...] | None, V]):
    """Caches results by the scalar values that they were computed from; cleared when full.

    Its bytes count as the document's.
    """

    def __init__(self, weight: Weight) -> None:
        super().__init__()
        self._weight = weight
        self._bytes = 0

    def store(self, key: tuple[Any, ...] | None, value: V) -> None:
        """Cache a result, unless the key is None."""
        if key is not None:
            if len(self) >= _CACHE_SIZE:
                self.clear()
                self._weight.add(-self._bytes)
                self._bytes = 0
            self[key] = value
            added = _ENTRY_BYTES + _VALUE_BYTES * len(key) + 8 * sum(len(one) for one in key if type(one) is str)
            self._bytes += added
            self._weight.add(added)


def cache_key(values: Iterable[Any]) -> tuple[Any, ...] | None:
    """The key of some values; None if one of them is a list, an object or a float, or the strings are long."""
    key: list[Any] = []
    characters = 0
    for value in values:
        if type(value) not in _KEYS:
            return None
        if type(value) is str:
            characters += len(value)
            if characters > _KEY_MAX_CHARACTERS:
                return None
        key += type(value), value  # 1 and true are equal, but for their types
    return tuple(key)


class _VariableCollector(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.append(node.name.value)


def _variables(plan: FieldPlan) -> list[str]:
    """The names of the variables in the arguments of a field."""
    collector = _VariableCollector()
    for argument in plan.node.arguments or ():
        visit(argument, collector)
    return collector.names


def strawberry_schema(schema: GraphQLSchema) -> strawberry.Schema:
    """The Strawberry schema that a graphql-core schema was made from."""
    return schema._strawberry_schema  # type: ignore[attr-defined, no-any-return]


def coerced_arguments(plan: FieldPlan, variables: VariableValues) -> dict[str, Any]:
    """The arguments as graphql-core coerces them."""
    definition, node = plan.definition, plan.node
    return get_argument_values(definition, node, variables) if definition.args or node.arguments else {}


def constant_arguments(plan: FieldPlan, schema: GraphQLSchema) -> dict[str, Any] | None:
    """The arguments of a resolver if they are the same scalars in every execution; else None."""
    if not plan.definition.args:
        return {}
    if _variables(plan):
        return None
    try:
        coerced = coerced_arguments(plan, VariableValues({}, {}))
        return _converted(plan, schema, coerced, None) if _are_constant(coerced) else None
    except Exception:
        return None  # each execution raises the same error at the field


def variable_arguments(plan: FieldPlan, schema: GraphQLSchema) -> Callable[[Execution], Convert]:
    """The arguments of a resolver in two steps: graphql-core's coercion, which may raise at once, then Strawberry's."""
    names = _variables(plan)
    cache = ValueCache[dict[str, Any]](plan.weight)

    def coerce(execution: Execution) -> Convert:
        coerced = execution.variables.coerced
        key = cache_key(coerced.get(name, _ABSENT) for name in names)
        cached = cache.get(key)
        return compute(execution, key) if cached is None else lambda _: dict(cached)

    def compute(execution: Execution, key: tuple[Any, ...] | None) -> Convert:
        coerced = coerced_arguments(plan, execution.variables)

        def convert(info: Any) -> dict[str, Any]:
            arguments = _converted(plan, schema, coerced, info)
            if _are_constant(arguments):
                cache.store(key, dict(arguments))
            return arguments

        return convert

    return coerce


def _are_constant(values: dict[str, Any]) -> bool:
    return all(isinstance(value, _CONSTANTS) for value in values.values())


def _converted(plan: FieldPlan, schema: GraphQLSchema, coerced: dict[str, Any], info: Any) -> dict[str, Any]:
    """The arguments as Strawberry passes them to a resolver."""
    assert plan.field is not None  # noqa: S101 - callers have checked that it is a Strawberry field
    converter = strawberry_schema(schema).schema_converter
    return convert_arguments(coerced, plan.field.arguments, converter.scalar_registry, converter.config, info)
