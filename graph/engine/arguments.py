"""What resolvers are given for their arguments: coerced by graphql-core, then converted by Strawberry.

Where a field's arguments are plain (no lists or objects, which could be changed), the same values give the same: they
are worked out once a document where they are written in it, and once for the values of its variables.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLSchema, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from graph.engine.plan import Execution, FieldPlan

V = TypeVar("V")
Convert = Callable[[Any], dict[str, Any]]
"""From a resolver's Info to what it is given; the dictionary is the caller's."""

_CONSTANTS = (str, int, float, bool, type(None))
_ABSENT = object()
_KEYS = frozenset({str, int, bool, type(None), type(_ABSENT)})
_LONGEST = 200
_MOST = 50


class Known(dict[tuple[Any, ...] | None, V]):
    """What came of some plain values, for as many sets of them as are remembered; under None there is nothing."""

    def keep(self, key: tuple[Any, ...] | None, value: V) -> None:
        """Remember it."""
        if key is not None:
            if len(self) >= _MOST:
                self.clear()
            self[key] = value


def key_of(values: Iterable[Any]) -> tuple[Any, ...] | None:
    """What to remember some values under; None where one of them is not plain, or long."""
    key: list[Any] = []
    for value in values:
        if type(value) not in _KEYS or (type(value) is str and len(value) > _LONGEST):
            return None
        key += type(value), value  # 1 and true are equal, but for their types
    return tuple(key)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.append(node.name.value)


def _variables(plan: FieldPlan) -> list[str]:
    """The variables in the arguments of a field."""
    looking = _Variables()
    for argument in plan.node.arguments or ():
        visit(argument, looking)
    return looking.names


def strawberry_of(schema: GraphQLSchema) -> strawberry.Schema:
    """Strawberry's schema of graphql-core's."""
    return schema._strawberry_schema  # type: ignore[attr-defined, no-any-return]


def given(plan: FieldPlan, variables: VariableValues) -> dict[str, Any]:
    """The arguments as graphql-core coerces them."""
    definition, node = plan.definition, plan.node
    return get_argument_values(definition, node, variables) if definition.args or node.arguments else {}


def constant(plan: FieldPlan, schema: GraphQLSchema) -> dict[str, Any] | None:
    """What a resolver is given, where every execution gives it the same and it can't be changed."""
    if not plan.definition.args:
        return {}
    if _variables(plan):
        return None
    try:
        coerced = given(plan, VariableValues({}, {}))
        return _converted(plan, schema, coerced, None) if _are_constant(coerced) else None
    except Exception:
        return None  # it is refused at every execution, in its place


def of_each_run(plan: FieldPlan, schema: GraphQLSchema) -> Callable[[Execution], Convert]:
    """How the arguments of a field come about: graphql-core's part, which refuses at once, and then Strawberry's."""
    names = _variables(plan)
    known = Known[dict[str, Any]]()

    def start(run: Execution) -> Convert:
        coerced = run.variables.coerced
        key = key_of(coerced.get(name, _ABSENT) for name in names)
        found = known.get(key)
        return anew(run, key) if found is None else lambda _: dict(found)

    def anew(run: Execution, key: tuple[Any, ...] | None) -> Convert:
        coerced = given(plan, run.variables)

        def convert(info: Any) -> dict[str, Any]:
            arguments = _converted(plan, schema, coerced, info)
            if _are_constant(arguments):
                known.keep(key, dict(arguments))
            return arguments

        return convert

    return start


def _are_constant(values: dict[str, Any]) -> bool:
    return all(isinstance(value, _CONSTANTS) for value in values.values())


def _converted(plan: FieldPlan, schema: GraphQLSchema, coerced: dict[str, Any], info: Any) -> dict[str, Any]:
    """The arguments as Strawberry hands them on."""
    assert plan.field is not None  # noqa: S101 - only Strawberry's fields come here
    converter = strawberry_of(schema).schema_converter
    return convert_arguments(coerced, plan.field.arguments, converter.scalar_registry, converter.config, info)
