"""Completes resolved values by the types of the schema, and handles the errors of fields.

It follows graphql-core's executor step for step and calls its functions for everything uncommon. It also awaits the
same things in the same order, so that errors come in the same order.
"""

from collections.abc import Awaitable, Callable, Coroutine
from types import CoroutineType
from typing import Any

from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    default_type_resolver,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.executor import Executor, invalid_return_type_error
from graphql.pyutils import Undefined, gather_with_cancel, inspect, is_awaitable

from graph.engine.leaf_types import RESPONSE_CLASSES
from graph.engine.lists import ListCompleter
from graph.engine.plan import CompleteFn, Execution, FieldPlan, ResponsePath, SelectionFn, core_path
from graph.engine.response_budget import text_bytes

Pending = list[tuple[str, Awaitable[Any]]]
"""Response keys of an object with the awaitables of their values."""


def add_pending(pending: Pending | None, key: str, value: Awaitable[Any]) -> Pending:
    """Add a field to the fields of an object that have to be awaited."""
    if pending is None:
        return [(key, value)]
    pending.append((key, value))
    return pending


async def await_fields(fields: dict[str, Any], pending: Pending) -> dict[str, Any]:
    """Await the pending fields of a response object; returns the object."""
    if len(pending) == 1:
        key, value = pending[0]
        fields[key] = await value
    else:
        found = await gather_with_cancel(*(value for _, value in pending))
        fields.update(zip((key for key, _ in pending), found, strict=True))
    return fields


def handle_field_error(
    execution: Execution, plan: FieldPlan, error: Exception, parent: ResponsePath, pending: Pending | None = None
) -> None:
    """Record the error of a nullable field, whose value is then null; raise that of a non-nullable one.

    Then the pending fields of the object, whose values are not used any more, finish in the background.
    """
    try:
        execution.core.handle_field_error(
            error,
            plan.type,
            plan.details,
            core_path((parent, plan.key, plan.parent.name)),  # type: ignore[arg-type]
        )
    except Exception:
        if pending:
            execution.core.settle_in_background([value for _, value in pending])
        raise


class _Awaited:
    """What one coroutine awaits. If that is cut before it starts, its own coroutine is closed with it."""

    __slots__ = ("value",)

    def __init__(self, value: Awaitable[Any]) -> None:
        self.value = value

    def __del__(self) -> None:
        if type(self.value) is CoroutineType:
            self.value.close()


def complete_awaitable(
    execution: Execution, plan: FieldPlan, value: Awaitable[Any], parent: ResponsePath
) -> Coroutine[Any, Any, Any]:
    """Complete a field whose resolver is awaited, in time slices, since fields that share a read all resume at once."""
    return _complete_awaited(execution, plan, _Awaited(value), parent)


async def _complete_awaited(execution: Execution, plan: FieldPlan, awaited: _Awaited, parent: ResponsePath) -> Any:
    try:
        if execution.time_slices.is_over():
            await execution.time_slices.next()
        found = await awaited.value
        if execution.time_slices.is_over():
            await execution.time_slices.next()
        done = plan.complete(found, (parent, plan.key, plan.parent.name), execution)
        done = await done if type(done) not in RESPONSE_CLASSES and is_awaitable(done) else done
        if type(done) is str:
            execution.budget.spent += text_bytes(done)
        execution.check_budget()
        return done
    except Exception as error:
        return handle_field_error(execution, plan, error, parent)


async def await_completed(execution: Execution, plan: FieldPlan, done: Awaitable[Any], parent: ResponsePath) -> Any:
    """The value of a field whose completion is awaited."""
    try:
        return await done
    except Exception as error:
        return handle_field_error(execution, plan, error, parent)


def complete_uncommon(execution: Execution, plan: FieldPlan, value: Any, parent: ResponsePath) -> Any:
    """Complete a value that the compiled function has no branch for: an awaitable, or an object of another class."""
    if is_awaitable(value):
        return complete_awaitable(execution, plan, value, parent)
    done = plan.complete(value, (parent, plan.key, plan.parent.name), execution)
    if type(done) is str:
        execution.budget.spent += text_bytes(done)
    return await_completed(execution, plan, done, parent) if is_awaitable(done) else done


def check_scalar(execution: Execution, plan: FieldPlan, value: Any, done: Any, parent: ResponsePath) -> Any:
    """Check what a scalar serialised a value to, if it is of no common class. Errors: TypeError for null."""
    if done is None or done is Undefined:
        type_ = get_nullable_type(plan.type)
        raise TypeError(
            f"Expected `{type_}.coerce_output_value({inspect(value)})` to return non-nullable value, returned: {done}"
        )
    return await_completed(execution, plan, done, parent) if is_awaitable(done) else done


def completion(
    plan: FieldPlan, type_: GraphQLOutputType, selection_of: Callable[[GraphQLObjectType], SelectionFn]
) -> CompleteFn:
    """The function that completes values of a type; `selection_of` gives that of an object type's selected fields."""
    if is_non_null_type(type_):
        return _non_null(plan, type_, completion(plan, type_.of_type, selection_of))
    if is_list_type(type_):
        return ListCompleter(plan, type_, completion(plan, type_.of_type, selection_of), selection_of).complete
    if is_leaf_type(type_):
        return _nullable(lambda value, path, execution: Executor.complete_leaf_value(type_, value))
    if is_abstract_type(type_):
        return _nullable(_abstract(plan, type_, selection_of))
    assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - the types above are all others
    return _nullable(_object(plan, type_, selection_of(type_)))


def _nullable(complete: CompleteFn) -> CompleteFn:
    def complete_nullable(value: Any, path: ResponsePath, execution: Execution) -> Any:
        if isinstance(value, Exception):
            raise value
        return None if value is None or value is Undefined else complete(value, path, execution)

    return complete_nullable


def _non_null(plan: FieldPlan, type_: GraphQLNonNull[Any], complete: CompleteFn) -> CompleteFn:
    message = f"Cannot return null for non-nullable field {plan.parent}.{plan.node.name.value}."

    def complete_non_null(value: Any, path: ResponsePath, execution: Execution) -> Any:
        done = complete(value, path, execution)
        if done is None:
            raise TypeError(message)
        return done

    return complete_non_null


def _object(plan: FieldPlan, type_: GraphQLObjectType, select: SelectionFn) -> CompleteFn:
    is_type_of = type_.is_type_of
    if is_type_of is None:
        return select

    async def complete_async(is_type: Awaitable[bool], value: Any, path: ResponsePath, execution: Execution) -> Any:
        if not await is_type:
            raise invalid_return_type_error(type_, value, plan.details)
        done = select(value, path, execution)
        return await done if is_awaitable(done) else done

    def complete(value: Any, path: ResponsePath, execution: Execution) -> Any:
        is_type = is_type_of(value, execution.info(plan, path))
        if is_awaitable(is_type):
            return complete_async(is_type, value, path, execution)
        if not is_type:
            raise invalid_return_type_error(type_, value, plan.details)
        return select(value, path, execution)

    return complete


def _abstract(plan: FieldPlan, type_: Any, selection_of: Callable[[GraphQLObjectType], SelectionFn]) -> CompleteFn:
    resolve_type = type_.resolve_type or default_type_resolver
    by_name: dict[str, CompleteFn] = {}

    def complete_as(name: Any, value: Any, path: ResponsePath, execution: Execution) -> Any:
        complete = by_name.get(name) if type(name) is str else None
        if complete is None:
            info = execution.info(plan, path)
            of = execution.core.ensure_valid_runtime_type(name, type_, plan.details, info, value)
            complete = by_name[of.name] = _object(plan, of, selection_of(of))
        return complete(value, path, execution)

    async def complete_async(name: Awaitable[Any], value: Any, path: ResponsePath, execution: Execution) -> Any:
        done = complete_as(await name, value, path, execution)
        return await done if is_awaitable(done) else done

    def complete(value: Any, path: ResponsePath, execution: Execution) -> Any:
        name = resolve_type(value, execution.info(plan, path), type_)
        if is_awaitable(name):
            return complete_async(name, value, path, execution)
        return complete_as(name, value, path, execution)

    return complete
