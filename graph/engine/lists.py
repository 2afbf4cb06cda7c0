"""Completes lists item by item, in time slices: a long list lets other tasks of the event loop run."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, get_nullable_type, is_enum_type, is_scalar_type
from graphql.pyutils import Undefined, gather_with_cancel, is_awaitable, is_iterable
from graphql.pyutils.is_awaitable import is_async_iterable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from graph.engine.leaf_types import LEAF_CLASSES, RESPONSE_CLASSES, exact_class
from graph.engine.plan import CompleteFn, Execution, FieldPlan, ResponsePath, SelectionFn, core_path
from graph.engine.response_budget import SCALAR_BYTES, leaf_bytes

_ITEMS_PER_CHECK = 4
"""Items that are completed between two checks of the time, where none of them is awaited."""


class ListCompleter:
    """Completes the lists of one field.

    `complete_item` completes an item; `selection_of` gives the function of an object type's selected fields.
    """

    def __init__(
        self,
        plan: FieldPlan,
        type_: GraphQLList[Any],
        complete_item: CompleteFn,
        selection_of: Callable[[GraphQLObjectType], SelectionFn],
    ) -> None:
        self._plan = plan
        self._type = type_
        self._complete_item = complete_item
        item: Any = get_nullable_type(type_.of_type)
        self._class = exact_class(item)
        self._complete_object: CompleteFn = complete_item if self._class is None else selection_of(item)
        self._is_enum, self._is_scalar = is_enum_type(item), is_scalar_type(item)

    def complete(self, value: Any, path: ResponsePath, execution: Execution) -> Any:
        """The completed list, or an awaitable of it."""
        if type(value) is not list:
            if isinstance(value, Exception):
                raise value
            if value is None or value is Undefined:
                return None
            if is_async_iterable(value) or not is_iterable(value):
                info, details = execution.info(self._plan, path), self._plan.details
                return execution.core.complete_value(self._type, details, info, core_path(path), value, None)  # type: ignore[arg-type]
        done: list[Any] = []
        pending: list[int] = []
        items = iter(value)
        if self._complete_slice(items, done, pending, path, execution):
            return _await_items(done, pending) if pending else done
        return self._complete_slices(items, done, pending, path, execution)

    async def _complete_slices(
        self, items: Iterator[Any], done: list[Any], pending: list[int], path: ResponsePath, execution: Execution
    ) -> list[Any]:
        try:
            await execution.time_slices.next()
            while not self._complete_slice(items, done, pending, path, execution):
                await execution.time_slices.next()
        except asyncio.CancelledError:
            _abandon(execution, [done[index] for index in pending], items)
            raise
        return await _await_items(done, pending) if pending else done

    def _complete_slice(
        self, items: Iterator[Any], done: list[Any], pending: list[int], path: ResponsePath, execution: Execution
    ) -> bool:
        """Complete items until none is left (True) or the time slice is over (False)."""
        exact, complete_object, complete_item = self._class, self._complete_object, self._complete_item
        start = len(done)
        try:
            for item in items:
                item_path = (path, len(done), None)
                cls = type(item)
                if cls is exact and TYPE_CAST_ATTRIBUTE not in item.__dict__:
                    complete = complete_object
                elif cls in LEAF_CLASSES or not is_awaitable(item):
                    complete = complete_item
                else:
                    pending.append(len(done))
                    done.append(self._await_item(item, item_path, execution))
                    continue
                is_awaited = False
                try:
                    completed = complete(item, item_path, execution)
                    if type(completed) not in RESPONSE_CLASSES and (is_awaited := is_awaitable(completed)):
                        pending.append(len(done))
                        completed = self._await_completed(completed, item_path, execution)
                except Exception as error:
                    self._handle_error(execution, error, item_path)
                    completed = None
                done.append(completed)
                if is_awaited or not len(done) % _ITEMS_PER_CHECK:
                    execution.check_budget()
                    if execution.time_slices.is_over():
                        self._count_leaves(done, start, execution)
                        return False
            self._count_leaves(done, start, execution)
            execution.check_budget()
        except Exception:
            _abandon(execution, [done[index] for index in pending], items)
            raise
        return True

    def _count_leaves(self, done: list[Any], start: int, execution: Execution) -> None:
        """Count the bytes of scalars and enum values; those of objects are counted by their functions."""
        if self._is_enum:
            execution.budget.spent += (len(done) - start) * SCALAR_BYTES
        elif self._is_scalar:
            execution.budget.spent += sum(map(leaf_bytes, done[start:]))

    async def _await_completed(self, completed: Awaitable[Any], path: ResponsePath, execution: Execution) -> Any:
        try:
            return await completed
        except Exception as error:
            return self._handle_error(execution, error, path)

    async def _await_item(self, item: Awaitable[Any], path: ResponsePath, execution: Execution) -> Any:
        try:
            completed = self._complete_item(await item, path, execution)
            return await completed if is_awaitable(completed) else completed
        except Exception as error:
            return self._handle_error(execution, error, path)

    def _handle_error(self, execution: Execution, error: Exception, path: ResponsePath) -> None:
        execution.core.handle_field_error(error, self._type.of_type, self._plan.details, core_path(path))  # type: ignore[arg-type]


def _abandon(execution: Execution, pending: list[Awaitable[Any]], rest: Iterable[Any]) -> None:
    """Let the pending items of a failed list finish in the background, so that every awaitable is awaited."""
    with suppress(Exception):
        pending.extend(item for item in rest if is_awaitable(item))
    if pending:
        execution.core.settle_in_background(pending)


async def _await_items(done: list[Any], pending: list[int]) -> list[Any]:
    """Await the pending items of a list, which `pending` has the indexes of; returns the list."""
    if len(pending) == 1:
        done[pending[0]] = await done[pending[0]]
    else:
        found = await gather_with_cancel(*(done[index] for index in pending))
        for index, value in zip(pending, found, strict=True):
            done[index] = value
    return done
