"""What compiled functions work with: the plan of a field, one execution, the Info that a resolver receives.

They hold data; the files that use them have the logic.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
    OperationType,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from graph.documents.document_cache import Weight
from graph.engine.core_executor import CoreExecutor
from graph.engine.response_budget import ResponseBudget
from graph.engine.time_slices import TimeSlices

DEFINITION = "strawberry-definition"
"""The extension of a graphql-core type or field that holds Strawberry's definition of it."""

ResponsePath = tuple[Any, Any, Any] | None
"""The path of a value in the response: (path of the parent, response key or index, name of the parent's type or None
for an item of a list); None is the root. The same chain as graphql-core's Path, as tuples because they cost less."""
SelectionFn = Callable[[Any, ResponsePath, "Execution"], Any]
"""Takes a source object, its path and the execution; returns the response object or an awaitable of it."""
CompleteFn = Callable[[Any, ResponsePath, "Execution"], Any]
"""Takes a resolved value, its path and the execution; returns the completed value or an awaitable of it."""


@dataclass(slots=True, eq=False)
class FieldPlan:
    """One field of one object type in a document: everything that is known before execution."""

    key: str
    """The response key."""
    parent: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    field: StrawberryField | None
    complete: CompleteFn
    weight: Weight
    """What the document keeps in memory, and therefore what is cached with the field."""
    memo: dict[Any, Any] = dataclasses.field(default_factory=dict)

    @property
    def type(self) -> GraphQLOutputType:
        """The type of the field."""
        return self.definition.type

    @property
    def node(self) -> FieldNode:
        """The first of the document's nodes that are merged into this field."""
        return self.details[0].node


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """An operation of a document with the fragments that it may spread."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]
    weight: Weight
    """What the document keeps in memory."""


class Execution:
    """One execution of an operation. Uncommon cases are left to `core`, the executor of graphql-core."""

    __slots__ = ("_core", "budget", "context", "operation", "root", "time_slices", "variables")

    def __init__(
        self,
        operation: OperationPlan,
        variables: VariableValues,
        root: object,
        context: object,
        time_slices: TimeSlices,
        budget: ResponseBudget,
    ) -> None:
        self.operation = operation
        self.variables = variables
        self.root = root
        self.context = context
        self.time_slices = time_slices
        self.budget = budget
        self._core: CoreExecutor | None = None

    @property
    def core(self) -> CoreExecutor:
        """The executor of graphql-core for this execution; made at the first use, since most executions need none."""
        if self._core is None:
            plan = self.operation
            self._core = CoreExecutor(
                plan.schema,
                plan.fragment_definitions,
                plan.fragments,
                self.root,
                self.context,
                plan.operation,
                self.variables,
                default_field_resolver,
                default_type_resolver,
                default_field_resolver,
                time_slices=self.time_slices,
                budget=self.budget,
            )
        return self._core

    def check_budget(self) -> None:
        """Check the bytes of the response so far. Errors: LimitExceeded."""
        if self.budget.spent > self.budget.maximum:
            self.budget.check(is_action=self.operation.operation.operation is OperationType.MUTATION)

    @property
    def errors(self) -> list[GraphQLError] | None:
        """The errors that were collected so far."""
        return None if self._core is None else self._core.collected_errors.errors or None

    def info(self, plan: FieldPlan, path: ResponsePath) -> GraphQLResolveInfo[Any]:
        """The info of graphql-core for a field; `path` is the field's, or that of an item in its list."""
        while path is not None and path[2] is None:
            path = path[0]
        nodes = [detail.node for detail in plan.details]
        return self.core.build_resolve_info(plan.definition, nodes, plan.parent, core_path(path))  # type: ignore[arg-type]


def core_path(path: ResponsePath) -> Path | None:
    """The path as graphql-core represents it."""
    return None if path is None else Path(core_path(path[0]), path[1], path[2])


class Info(strawberry.Info[Any, Any]):
    """Strawberry's Info; each attribute is built when a resolver reads it."""

    __slots__ = ("_execution", "_parent_path", "_plan", "context")

    def __init__(self, execution: Execution, plan: FieldPlan, parent_path: ResponsePath) -> None:
        self.context = execution.context  # type: ignore[misc]
        self._execution = execution
        self._plan = plan
        self._parent_path = parent_path

    @property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]
        plan = self._plan
        return self._execution.info(plan, (self._parent_path, plan.key, plan.parent.name))

    @property
    def _field(self) -> StrawberryField | None:  # type: ignore[override]
        return self._plan.field

    @property
    def memo(self) -> dict[Any, Any]:
        """Values that a resolver computes from the document and the field only; cached with the compiled field."""
        return self._plan.memo
