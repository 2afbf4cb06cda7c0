"""graphql-core's executor, in time slices and within the budget of the response.

It executes what is not compiled. graphql-core completes a list in one go; here other tasks run between its items.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable, Iterator
from typing import Any

from graphql import GraphQLLeafType, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, OperationType
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import Executor
from graphql.pyutils import Path, gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.engine.response_budget import OBJECT_MIN_BYTES, ResponseBudget, leaf_bytes, text_bytes
from graph.engine.time_slices import TimeSlices


class CoreExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation as graphql-core does."""

    def __init__(self, *args: Any, time_slices: TimeSlices, budget: ResponseBudget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_slices, self.budget = time_slices, budget

    def _check_budget(self) -> None:
        self.budget.check(is_action=self.operation.operation is OperationType.MUTATION)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Path, position_context: Any
    ) -> Any:
        """Execute a field, and count its response key. An action that fails leaves the budget to the others."""
        spent = self.budget.spent
        self.budget.spent += text_bytes(str(path.key)) + 4
        done = super().execute_field(parent_type, source, field_details_list, path, position_context)
        if path.prev is None and self.operation.operation is OperationType.MUTATION:
            if self.is_awaitable(done):
                return self._await_action(done, spent)
            if done is None:
                self.budget.spent = spent
        return done

    async def _await_action(self, field: Any, spent: int) -> Any:
        done = await field
        if done is None:
            self.budget.spent = spent
        return done

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]
        """Complete a scalar or an enum value, and count its bytes."""
        done = Executor.complete_leaf_value(return_type, result)
        self.budget.spent += leaf_bytes(done)
        self._check_budget()
        return done

    async def complete_awaitable_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a field whose resolver is awaited, in time slices, since fields that share a read resume at once."""
        awaited = self._in_slices(result)
        return await super().complete_awaitable_value(
            return_type, field_details_list, info, path, awaited, position_context
        )

    async def _in_slices(self, value: Awaitable[Any]) -> Any:
        if self.time_slices.is_over():
            try:
                await self.time_slices.next()
            except asyncio.CancelledError:
                if isinstance(value, Coroutine):
                    value.close()
                raise
        found = await value
        if self.time_slices.is_over():
            await self.time_slices.next()
        return found

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete an object, and count what each costs at least."""
        self.budget.spent += OBJECT_MIN_BYTES
        self._check_budget()
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        """Complete a list: in one go if the time slice lasts, else in several slices."""
        if self.get_stream_usage(field_details_list, path):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        done: list[Any] = []
        pending: list[int] = []
        iterator = iter(items)
        given = (item_type, field_details_list, info)
        # Checked before the first item, too: here it may take as long as a whole slice.
        if not self.time_slices.is_over() and self._complete_slice(
            iterator, done, pending, given, path, position_context
        ):
            return self._await_items(done, pending) if pending else done
        return self._complete_slices(iterator, done, pending, given, path, position_context)

    async def _complete_slices(
        self, items: Iterator[Any], done: list[Any], pending: list[int], given: Any, path: Path, position_context: Any
    ) -> list[Any]:
        try:
            await self.time_slices.next()
            while not self._complete_slice(items, done, pending, given, path, position_context):
                await self.time_slices.next()
        except asyncio.CancelledError:
            self._abandon(items, done, pending)
            raise
        return await self._await_items(done, pending) if pending else done

    def _complete_slice(
        self, items: Iterator[Any], done: list[Any], pending: list[int], given: Any, path: Path, position_context: Any
    ) -> bool:
        """Complete items until none is left (True) or the time slice is over (False)."""
        item_type, details, info = given
        try:
            for item in items:
                item_path = path.add_key(len(done), None)
                if self.is_awaitable(item):
                    pending.append(len(done))
                    done.append(
                        self.complete_awaitable_list_item_value(
                            item, item_type, details, info, item_path, position_context
                        )
                    )
                elif self.complete_list_item_value(item, done, item_type, details, info, item_path, position_context):
                    pending.append(len(done) - 1)
                if self.time_slices.is_over():
                    return False
        except Exception:
            self._abandon(items, done, pending)
            raise
        return True

    def _abandon(self, items: Iterator[Any], done: list[Any], pending: list[int]) -> None:
        """Let the pending items of a failed list finish in the background, so that every awaitable is awaited."""
        rest = [done[index] for index in pending] + [item for item in items if self.is_awaitable(item)]
        if rest:
            self.settle_in_background(rest)

    async def _await_items(self, done: list[Any], pending: list[int]) -> list[Any]:
        if len(pending) == 1:
            done[pending[0]] = await done[pending[0]]
        else:
            found = await gather_with_cancel(*(done[index] for index in pending))
            for index, value in zip(pending, found, strict=True):
                done[index] = value
        return done
