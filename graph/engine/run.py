"""Runs prepared documents on graphql-core: queries and mutations once, subscriptions event by event.

Each event of a subscription is run with a context of its own, made when the event is delivered: what was batched or
asked for one event is never answered from another's.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, create_source_event_stream, execute, execute_subscription_event
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.engine.documents import Documents, Prepared

Variables = Mapping[str, Any] | None


class Engine:
    """Runs the documents of one schema."""

    def __init__(self, schema: strawberry.Schema, *, max_tokens: int, remembered: int) -> None:
        self._schema = schema._schema
        self.documents = Documents(self._schema, max_tokens=max_tokens, remembered=remembered)

    async def execute(
        self, prepared: Prepared, operation_name: str | None, variables: Variables, context: object
    ) -> ExecutionResult:
        """Run a query or a mutation."""
        assert prepared.document is not None  # noqa: S101 - who calls has looked
        result = execute(
            self._schema,
            prepared.document,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            executor_class=StrawberryGraphQLCoreExecutionContext,
        )
        return await result if isinstance(result, Awaitable) else result

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
        )
        if isinstance(built, list):
            yield ExecutionResult(None, errors=built)
            return
        stream = create_source_event_stream(built)
        source = await stream if isinstance(stream, Awaitable) else stream
        if isinstance(source, ExecutionResult):
            yield source
            return
        async with aclosing(source):  # type: ignore[type-var]
            try:
                async for payload in source:
                    yield await _run_event(built, payload, await make_context())
            except GraphQLError as error:
                yield ExecutionResult(None, errors=[error])
            except Exception as error:
                yield ExecutionResult(None, errors=[GraphQLError(str(error), original_error=error)])


async def _run_event(built: Executor[Any], payload: object, context: object) -> ExecutionResult:
    executor = built.build_per_event_executor(payload)
    executor.context_value = context
    result = execute_subscription_event(executor)
    return await result if isinstance(result, Awaitable) else result
