"""What compiled functions are given: the plan of a field, one execution, a resolver's Info. Nothing is decided here.

The way to a value is a chain of tuples (way to the parent, key, name of the parent's type or None for an item of a
list): what graphql-core's Path is, without its cost. None is the root.
"""

import dataclasses
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from graph.engine.time_slices import Turns

T = TypeVar("T")

DEFINITION = "strawberry-definition"
"""Where a part of the schema has what Strawberry knows of it, among its extensions."""

_SAME_FOR = "__same_for__"

ResponsePath = tuple[Any, Any, Any] | None
SelectionFn = Callable[[Any, ResponsePath, "Execution"], Any]
"""From a source, the way to it and the execution to the response's object, or to an awaitable of it."""
Complete = Callable[[Any, ResponsePath, "Execution"], Any]
"""From what was resolved, the way to it and the execution to what is written, or to an awaitable of it."""


def same_for(*names: str, but: Collection[str] = ()) -> Callable[[type[T]], type[T]]:
    """Of a type of the schema: its fields, `but` some, depend on the object alone and on these attributes of the
    context. So what is selected of an object is written once, for that object (not for an equal one), where it is of
    such fields alone, all the way down. A field that has arguments or is awaited depends on more in any case."""

    def mark(cls: type[T]) -> type[T]:
        setattr(cls, _SAME_FOR, (names, frozenset(but)))
        return cls

    return mark


def same_for_of(cls: type) -> tuple[Sequence[str], Collection[str]] | None:
    """What the objects of a class depend on, and the fields that depend on more, where that was said of it."""
    return vars(cls).get(_SAME_FOR)


@dataclass(slots=True, eq=False)
class FieldPlan:
    """One field of one object in a document: all that is known of it before anything runs."""

    key: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    field: StrawberryField | None
    complete: Complete
    memo: dict[Any, Any] = dataclasses.field(default_factory=dict)

    @property
    def type(self) -> GraphQLOutputType:
        """What it gives."""
        return self.definition.type

    @property
    def node(self) -> FieldNode:
        """The first of the places where the document asks for it."""
        return self.details[0].node


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """An operation of a document, as graphql-core wants to be told of it."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]


class Execution:
    """One execution. `core` is graphql-core's own executor: what is not on the beaten path is left to it."""

    __slots__ = ("_core", "context", "program", "root", "turns", "variables")

    def __init__(
        self, program: OperationPlan, variables: VariableValues, root: object, context: object, turns: Turns
    ) -> None:
        self.program = program
        self.variables = variables
        self.root = root
        self.context = context
        self.turns = turns
        self._core: StrawberryGraphQLCoreExecutionContext | None = None

    @property
    def core(self) -> StrawberryGraphQLCoreExecutionContext:
        """The executor of graphql-core for this execution, made when first asked."""
        if self._core is None:
            program = self.program
            self._core = StrawberryGraphQLCoreExecutionContext(
                program.schema,
                program.fragment_definitions,
                program.fragments,
                self.root,
                self.context,
                program.operation,
                self.variables,
                default_field_resolver,
                default_type_resolver,
                default_field_resolver,
            )
        return self._core

    @property
    def errors(self) -> list[GraphQLError] | None:
        """The errors so far."""
        return None if self._core is None else self._core.collected_errors.errors or None

    def info(self, plan: FieldPlan, way: ResponsePath) -> GraphQLResolveInfo[Any]:
        """What graphql-core tells resolvers of a field; `way` leads to it, or to a value in its list."""
        while way is not None and way[2] is None:
            way = way[0]
        nodes = [detail.node for detail in plan.details]
        return self.core.build_resolve_info(plan.definition, nodes, plan.parent, path(way))  # type: ignore[arg-type]


def path(way: ResponsePath) -> Path | None:
    """The same way as graphql-core writes it."""
    return None if way is None else Path(path(way[0]), way[1], way[2])


class Info(strawberry.Info[Any, Any]):
    """Strawberry's Info, made ready only as far as a resolver looks into it."""

    __slots__ = ("_at", "_plan", "_run", "context")

    def __init__(self, run: Execution, plan: FieldPlan, parent: ResponsePath) -> None:
        self.context = run.context  # type: ignore[misc]
        self._run = run
        self._plan = plan
        self._at = parent

    @property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]
        plan = self._plan
        return self._run.info(plan, (self._at, plan.key, plan.parent.name))

    @property
    def _field(self) -> StrawberryField | None:  # type: ignore[override]
        return self._plan.field

    @property
    def memo(self) -> dict[Any, Any]:
        """Where a resolver may keep what follows from the document and the field alone, as long as they are kept."""
        return self._plan.memo
