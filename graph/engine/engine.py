"""Executes prepared documents: queries and mutations once, subscriptions event by event.

An operation runs compiled (`operation.py`); until it is compiled, and if it can't be, graphql-core executes it. Each
event of a subscription gets a context of its own, made when the event is delivered, so that no response has data that
was loaded for an earlier event.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationType,
)
from graphql.execution import create_source_event_stream, execute, execute_subscription_event
from graphql.pyutils import is_awaitable

from graph.documents.documents import Documents, Prepared
from graph.documents.limits import LimitExceeded, Limits
from graph.engine.core_executor import CoreExecutor
from graph.engine.operation import DEFAULT, Compiling, Operation
from graph.engine.plan import Execution, SelectionFn
from graph.engine.response_budget import RESPONSE, ResponseBudget
from graph.engine.time_slices import TimeSlices

Variables = Mapping[str, Any] | None


class Engine:
    """Executes the documents of one schema.

    `time_slice_seconds`: how long its executions may use the event loop before other tasks run; `suggestions`: whether
    errors may name similar fields and types of the schema; `response_max_bytes`: bytes in a response or an event.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits,
        document_cache_max_bytes: int,
        compiling: Compiling = DEFAULT,
        time_slice_seconds: float = 0.01,
        response_max_bytes: int = 8 * 1024 * 1024,
        suggestions: bool = True,
    ) -> None:
        self._schema = schema._schema
        self._compiling = compiling
        self._time_slices = TimeSlices(time_slice_seconds)
        self._response_max_bytes = response_max_bytes
        self._core_executor: type[CoreExecutor] = CoreExecutor
        self._hide_suggestions = not suggestions
        self.documents = Documents(
            self._schema, limits=limits, cache_max_bytes=document_cache_max_bytes, suggestions=suggestions
        )

    def response_budget(self) -> ResponseBudget:
        """A budget for one response, or for all responses of a batch."""
        return ResponseBudget(self._response_max_bytes)

    async def execute(
        self,
        prepared: Prepared,
        operation_name: str | None,
        variables: Variables,
        context: object,
        budget: ResponseBudget | None = None,
    ) -> ExecutionResult:
        """Execute a query or a mutation. With `budget`, its response shares that with others."""
        budget = budget or self.response_budget()
        operation = self._operation(prepared, operation_name)
        if operation is None:
            return await self._execute_by_core(prepared, operation_name, variables, context, budget)
        values = operation.variable_values(variables or {}, self._hide_suggestions)
        if isinstance(values, list):
            return ExecutionResult(None, values)
        select = await operation.function(values, self._compiling, self.documents)
        if self._time_slices.is_over():
            await self._time_slices.next()
        if select is None:
            return await self._execute_by_core(prepared, operation_name, variables, context, budget)
        return await _execute(select, Execution(operation.plan, values, None, context, self._time_slices, budget))

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
        built: Any = self._core_executor.build(
            self._schema,
            prepared.document,
            context_value=await make_context(),
            raw_variable_values=dict(variables or {}),
            operation_name=operation_name,
            hide_suggestions=self._hide_suggestions,
            time_slices=self._time_slices,
            budget=self.response_budget(),
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
        built: CoreExecutor,
        payload: object,
        context: object,
    ) -> ExecutionResult:
        """Execute a subscription for one event."""
        budget = self.response_budget()
        if operation is not None:
            values = built.variable_values
            select = await operation.function(values, self._compiling, self.documents)
            if select is not None:
                execution = Execution(operation.plan, values, payload, context, self._time_slices, budget)
                return await _execute(select, execution)
        executor: Any = built.build_per_event_executor(payload)
        executor.context_value, executor.budget = context, budget
        result: Any = execute_subscription_event(executor)
        return _within(budget, 0, await result if is_awaitable(result) else result)

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
            found = Operation(self._schema, prepared, node)
        prepared.operations[name] = found
        return found

    async def _execute_by_core(
        self,
        prepared: Prepared,
        operation_name: str | None,
        variables: Variables,
        context: object,
        budget: ResponseBudget,
    ) -> ExecutionResult:
        assert prepared.document is not None  # noqa: S101 - callers have checked
        spent = budget.spent
        result = execute(
            self._schema,
            prepared.document,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            hide_suggestions=self._hide_suggestions,
            executor_class=self._core_executor,
            time_slices=self._time_slices,
            budget=budget,
        )
        done = await result if isinstance(result, Awaitable) else result
        operation = prepared.operation(operation_name)
        is_mutation = operation is not None and operation.operation is OperationType.MUTATION
        return done if is_mutation else _within(budget, spent, done)


async def _execute(select: SelectionFn, execution: Execution) -> ExecutionResult:
    budget = execution.budget
    spent = budget.spent
    try:
        data = select(execution.root, None, execution)
        if type(data) is not dict:
            data = await data
    except GraphQLError as error:
        execution.core.collected_errors.add(error, None)
        data = None
    result = ExecutionResult(data, execution.errors)
    if execution.operation.operation.operation is OperationType.MUTATION:
        return result  # of which each action was checked
    return _within(budget, spent, result)


def _within(budget: ResponseBudget, spent: int, result: ExecutionResult) -> ExecutionResult:
    """The result, or one error if the response exceeds the budget, which then gets back what it had at `spent`."""
    if budget.spent <= budget.maximum:
        return result
    budget.spent = spent
    return ExecutionResult(None, [LimitExceeded(RESPONSE, budget.maximum)])
