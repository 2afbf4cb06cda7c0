"""Executes prepared documents: queries and mutations once, subscriptions event by event.

An operation is compiled (`compile.py`) at its second use, or at the first if it asks for many rows; until then, and if
it can't be compiled, graphql-core executes it. Each event of a subscription gets a context of its own, made when the
event is delivered, so that no response has data that was loaded for an earlier event.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution import Executor, create_source_event_stream, execute, execute_subscription_event
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.documents.cost import Cost
from graph.documents.documents import Documents, Prepared
from graph.documents.limits import Limits
from graph.engine.arguments import ValueCache, cache_key
from graph.engine.compile import Compiler, Uncompilable
from graph.engine.plan import Execution, OperationPlan, SelectionFn
from graph.engine.time_slices import TimeSlices

Variables = Mapping[str, Any] | None

_MAX_VARIANTS = 8
"""Compiled functions of one operation: one for each set of values of the variables in its `@skip` and `@include`."""
_MAX_VARIABLE_ERRORS = 50
_NO_VARIABLES = VariableValues({}, {})


@dataclass(frozen=True, slots=True)
class Compiling:
    """When and how much to compile.

    An operation is compiled after `after` uses, or at once if it asks for at least `rows` rows: compiled operations run
    in time slices, those of graphql-core don't. At most `fields` of its fields are compiled; 0 compiles nothing.
    """

    fields: int = 1_000
    after: int = 1
    rows: int = 200


class Operation:
    """One operation of a document, with its compiled functions."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, cost: Cost
    ) -> None:
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        details = {name: FragmentDetails(definition) for name, definition in fragments.items()}
        self.plan = OperationPlan(schema, node, fragments, details)
        self._conditions = sorted(_condition_variables([node, *fragments.values()]))
        self._compiled: dict[tuple[bool | None, ...], SelectionFn | None] = {}
        self._cost = cost
        self._uses = 0
        self._values = ValueCache[VariableValues]()

    def variable_values(self, given: Mapping[str, Any], hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        """The variables as graphql-core coerces them, or its errors."""
        definitions = self.plan.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        key = cache_key([*given, *given.values()])
        values = self._values.get(key)
        if values is None:
            coerced = get_variable_values(
                self.plan.schema, definitions, dict(given), _MAX_VARIABLE_ERRORS, hide_suggestions
            )
            if isinstance(coerced, list):
                return coerced
            values = coerced
            self._values.store(key, values)
        return values

    async def function(self, variables: VariableValues, compiling: Compiling) -> SelectionFn | None:
        """The compiled function for these variables; None where graphql-core executes the operation.

        It is compiled in a thread, since that may take as long as many executions.
        """
        variant: tuple[bool | None, ...] = tuple(variables.coerced.get(name) for name in self._conditions)
        if variant in self._compiled:
            return self._compiled[variant]
        self._uses += 1
        if None in variant:
            return None
        is_large = self._cost.rows(variables.coerced) >= compiling.rows
        if not is_large and (self._uses <= compiling.after or len(self._compiled) >= _MAX_VARIANTS):
            return None
        conditions = VariableValues({}, dict(zip(self._conditions, variant, strict=True)))
        try:
            found = await asyncio.to_thread(Compiler(self.plan, conditions, compiling.fields).compile)
        except Uncompilable:
            found = None
        # Meanwhile another task may have compiled this variant, or others.
        if variant not in self._compiled and len(self._compiled) >= _MAX_VARIANTS:
            del self._compiled[next(iter(self._compiled))]
        return self._compiled.setdefault(variant, found)


class Engine:
    """Executes the documents of one schema.

    `time_slice_seconds`: how long its executions may use the event loop before other tasks run; `suggestions`: whether
    errors may name similar fields and types of the schema.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits,
        cache_size: int,
        compiling: Compiling = Compiling(),
        time_slice_seconds: float = 0.01,
        suggestions: bool = True,
    ) -> None:
        self._schema = schema._schema
        self._compiling = compiling
        self._time_slices = TimeSlices(time_slice_seconds)
        self._hide_suggestions = not suggestions
        self.documents = Documents(self._schema, limits=limits, cache_size=cache_size, suggestions=suggestions)

    async def execute(
        self, prepared: Prepared, operation_name: str | None, variables: Variables, context: object
    ) -> ExecutionResult:
        """Execute a query or a mutation."""
        operation = self._operation(prepared, operation_name)
        if operation is None:
            return await self._execute_by_core(prepared, operation_name, variables, context)
        values = operation.variable_values(variables or {}, self._hide_suggestions)
        if isinstance(values, list):
            return ExecutionResult(None, values)
        select = await operation.function(values, self._compiling)
        if select is None:
            return await self._execute_by_core(prepared, operation_name, variables, context)
        return await _execute(select, Execution(operation.plan, values, None, context, self._time_slices))

    async def subscribe(
        self,
        prepared: Prepared,
        operation_name: str | None,
        variables: Variables,
        make_context: Callable[[], Awaitable[object]],
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Execute a subscription: a result for each event. If it can't start or fails, the last result has errors and
        no data."""
        assert prepared.document is not None  # noqa: S101 - callers have checked
        built = StrawberryGraphQLCoreExecutionContext.build(
            self._schema,
            prepared.document,
            context_value=await make_context(),
            raw_variable_values=dict(variables or {}),
            operation_name=operation_name,
            hide_suggestions=self._hide_suggestions,
        )
        if isinstance(built, list):
            yield ExecutionResult(None, errors=built)
            return
        stream = create_source_event_stream(built)
        source = await stream if isinstance(stream, Awaitable) else stream
        if isinstance(source, ExecutionResult):
            yield source
            return
        operation = self._operation(prepared, operation_name)
        async with aclosing(source):  # type: ignore[type-var]
            try:
                async for payload in source:
                    yield await self._execute_event(operation, built, payload, await make_context())
            except GraphQLError as error:
                yield ExecutionResult(None, errors=[error])
            except Exception as error:
                yield ExecutionResult(None, errors=[GraphQLError(str(error), original_error=error)])

    async def _execute_event(
        self,
        operation: Operation | None,
        built: Executor[Any],
        payload: object,
        context: object,
    ) -> ExecutionResult:
        """Execute a subscription for one event."""
        if operation is not None:
            values = built.variable_values
            select = await operation.function(values, self._compiling)
            if select is not None:
                return await _execute(select, Execution(operation.plan, values, payload, context, self._time_slices))
        executor = built.build_per_event_executor(payload)
        executor.context_value = context
        result: Any = execute_subscription_event(executor)
        return await result if is_awaitable(result) else result  # type: ignore[no-any-return]

    def _operation(self, prepared: Prepared, name: str | None) -> Operation | None:
        """The operation of this name; None if it can't be compiled."""
        if name in prepared.operations:
            return prepared.operations[name]  # type: ignore[no-any-return]
        assert prepared.document is not None  # noqa: S101 - callers have checked
        node = prepared.operation(name)
        if node is None:
            return None
        found = None
        if self._compiling.fields and not node.directives:
            found = Operation(self._schema, prepared.document, node, prepared.operation_cost(node))
        prepared.operations[name] = found
        return found

    async def _execute_by_core(
        self, prepared: Prepared, operation_name: str | None, variables: Variables, context: object
    ) -> ExecutionResult:
        assert prepared.document is not None  # noqa: S101 - callers have checked
        result = execute(
            self._schema,
            prepared.document,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            hide_suggestions=self._hide_suggestions,
            executor_class=StrawberryGraphQLCoreExecutionContext,
        )
        return await result if isinstance(result, Awaitable) else result


async def _execute(select: SelectionFn, execution: Execution) -> ExecutionResult:
    try:
        data = select(execution.root, None, execution)
        if type(data) is not dict:
            data = await data
    except GraphQLError as error:
        execution.core.collected_errors.add(error, None)
        data = None
    return ExecutionResult(data, execution.errors)


def _condition_variables(nodes: list[Any]) -> set[str]:
    """The names of the variables in `@skip` and `@include`."""
    found: set[str] = set()
    while nodes:
        node = nodes.pop()
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                found |= {a.value.name.value for a in directive.arguments if isinstance(a.value, VariableNode)}
        if getattr(node, "selection_set", None):
            nodes.extend(node.selection_set.selections)
    return found
