"""Runs prepared documents: queries and mutations once, subscriptions event by event.

An operation that is run again, or asks for much, is compiled (`compile.py`); what can't be compiled runs on
graphql-core, and where nothing is to be compiled all does. Each event of a subscription is run with a context of its
own, made when the event is delivered: what was batched or asked for one event is never answered from another's.
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

from graph.documents.cost import Price
from graph.documents.documents import Documents, Prepared
from graph.documents.limits import Limits
from graph.engine.arguments import Known, key_of
from graph.engine.compile import Compiler, Uncompilable
from graph.engine.plan import Execution, OperationPlan, SelectionFn
from graph.engine.time_slices import Turns

Variables = Mapping[str, Any] | None

_CHOICES = 8
"""Choices of conditional fields under which an operation is compiled; under others it runs on graphql-core."""
_ERRORS_OF_VARIABLES = 50


@dataclass(frozen=True, slots=True)
class Compiling:
    """What is compiled: an operation after so many uses, or that asks for so many `rows` (it has to give way to others,
    which graphql-core doesn't), and so many `fields` of it at most, 0 for nothing at all."""

    fields: int = 1_000
    after: int = 1
    rows: int = 200


class Operation:
    """One operation of a document, with what has been compiled of it."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, price: Price
    ) -> None:
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.program = OperationPlan(
            schema, node, fragments, {name: FragmentDetails(d) for name, d in fragments.items()}
        )
        self._conditions = sorted(_conditions([node, *fragments.values()]))
        self._compiled: dict[tuple[bool | None, ...], SelectionFn | None] = {}
        self._price = price
        self._uses = 0
        self._values = Known[VariableValues]()

    def values(self, given: Mapping[str, Any], hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        """The variables as graphql-core coerces them, or its errors."""
        definitions = self.program.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        key = key_of([*given, *given.values()])
        values = self._values.get(key)
        if values is None:
            coerced = get_variable_values(
                self.program.schema, definitions, dict(given), _ERRORS_OF_VARIABLES, hide_suggestions
            )
            if isinstance(coerced, list):
                return coerced
            values = coerced
            self._values.keep(key, values)
        return values

    async def function(self, variables: VariableValues, compiling: Compiling) -> SelectionFn | None:
        """The function for an execution with these variables; None where graphql-core is to run it: before its second
        use, say, and what can't be compiled. It is made in a thread, for it may take as long as many executions."""
        chosen: tuple[bool | None, ...] = tuple(variables.coerced.get(name) for name in self._conditions)
        if chosen in self._compiled:
            return self._compiled[chosen]
        self._uses += 1
        if None in chosen:
            return None
        is_large = self._price.of(variables.coerced) >= compiling.rows
        if not is_large and (self._uses <= compiling.after or len(self._compiled) >= _CHOICES):
            return None
        conditions = VariableValues({}, dict(zip(self._conditions, chosen, strict=True)))
        try:
            found = await asyncio.to_thread(Compiler(self.program, conditions, compiling.fields).operation)
        except Uncompilable:
            found = None
        # Others may have been compiled meanwhile, this one too.
        if chosen not in self._compiled and len(self._compiled) >= _CHOICES:
            del self._compiled[next(iter(self._compiled))]
        return self._compiled.setdefault(chosen, found)


class Engine:
    """Runs the documents of one schema.

    `time_slice_seconds`: how long its executions keep the event loop before others have their turn;
    `suggestions`: whether errors may name what else the schema has.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits,
        remembered: int,
        compiling: Compiling = Compiling(),
        time_slice_seconds: float = 0.01,
        suggestions: bool = True,
    ) -> None:
        self._schema = schema._schema
        self._compiling = compiling
        self._turns = Turns(time_slice_seconds)
        self._hide_suggestions = not suggestions
        self.documents = Documents(self._schema, limits=limits, remembered=remembered, suggestions=suggestions)

    async def execute(
        self, prepared: Prepared, operation_name: str | None, variables: Variables, context: object
    ) -> ExecutionResult:
        """Run a query or a mutation."""
        operation = self._operation(prepared, operation_name)
        if operation is None:
            return await self._by_core(prepared, operation_name, variables, context)
        values = operation.values(variables or {}, self._hide_suggestions)
        if isinstance(values, list):
            return ExecutionResult(None, values)
        select = await operation.function(values, self._compiling)
        if select is None:
            return await self._by_core(prepared, operation_name, variables, context)
        return await _answer(select, Execution(operation.program, values, None, context, self._turns))

    async def subscribe(
        self,
        prepared: Prepared,
        operation_name: str | None,
        variables: Variables,
        make_context: Callable[[], Awaitable[object]],
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Run a subscription: a result for each event. One that can't begin, or that breaks, gives a last result with
        errors and no data."""
        assert prepared.document is not None  # noqa: S101 - who calls has looked
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
                    yield await self._event(operation, built, payload, await make_context())
            except GraphQLError as error:
                yield ExecutionResult(None, errors=[error])
            except Exception as error:
                yield ExecutionResult(None, errors=[GraphQLError(str(error), original_error=error)])

    async def _event(
        self,
        operation: Operation | None,
        built: Executor[Any],
        payload: object,
        context: object,
    ) -> ExecutionResult:
        """The result of one event."""
        if operation is not None:
            values = built.variable_values
            select = await operation.function(values, self._compiling)
            if select is not None:
                return await _answer(select, Execution(operation.program, values, payload, context, self._turns))
        executor = built.build_per_event_executor(payload)
        executor.context_value = context
        result: Any = execute_subscription_event(executor)
        return await result if is_awaitable(result) else result  # type: ignore[no-any-return]

    def _operation(self, prepared: Prepared, name: str | None) -> Operation | None:
        """The operation of this name, if such are compiled here."""
        if name in prepared.operations:
            return prepared.operations[name]  # type: ignore[no-any-return]
        assert prepared.document is not None  # noqa: S101 - who calls has looked
        node = prepared.operation(name)
        if node is None:
            return None
        found = None
        if self._compiling.fields and not node.directives:
            found = Operation(self._schema, prepared.document, node, prepared.price(node))
        prepared.operations[name] = found
        return found

    async def _by_core(
        self, prepared: Prepared, operation_name: str | None, variables: Variables, context: object
    ) -> ExecutionResult:
        assert prepared.document is not None  # noqa: S101 - who calls has looked
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


_NO_VARIABLES = VariableValues({}, {})


async def _answer(select: SelectionFn, run: Execution) -> ExecutionResult:
    try:
        data = select(run.root, None, run)
        if type(data) is not dict:
            data = await data
    except GraphQLError as error:
        run.core.collected_errors.add(error, None)
        data = None
    return ExecutionResult(data, run.errors)


def _conditions(nodes: list[Any]) -> set[str]:
    """The variables that decide which fields are there."""
    found: set[str] = set()
    while nodes:
        node = nodes.pop()
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                found |= {a.value.name.value for a in directive.arguments if isinstance(a.value, VariableNode)}
        if getattr(node, "selection_set", None):
            nodes.extend(node.selection_set.selections)
    return found
