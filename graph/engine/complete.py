"""From what a resolver gave to what is written, by the types of the schema, and what becomes of errors on the way.

Step for step as graphql-core's executor does it, with its own functions wherever something is out of the ordinary; what
awaits what is the same too, so that errors come in the same order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
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
from graphql.pyutils import Undefined, gather_with_cancel, is_awaitable
from graphql.pyutils import inspect as shown

from graph.engine.lists import Lists
from graph.engine.object_cache import WRITTEN
from graph.engine.plan import Complete, Execution, FieldPlan, ResponsePath, SelectionFn, path

Waiting = list[tuple[str, Awaitable[Any]]]


def wait(waiting: Waiting | None, key: str, value: Awaitable[Any]) -> Waiting:
    """One more field of an object that has to be awaited."""
    if waiting is None:
        return [(key, value)]
    waiting.append((key, value))
    return waiting


async def await_fields(fields: dict[str, Any], waiting: Waiting) -> dict[str, Any]:
    """An object, once all its fields are there."""
    if len(waiting) == 1:
        key, value = waiting[0]
        fields[key] = await value
    else:
        found = await gather_with_cancel(*(value for _, value in waiting))
        fields.update(zip((key for key, _ in waiting), found, strict=True))
    return fields


def handle_field_error(
    run: Execution, plan: FieldPlan, error: Exception, parent: ResponsePath, waiting: Waiting | None = None
) -> None:
    """A field that failed is null and its error is recorded; where it can't be null the error goes on, past the fields
    that are waited for."""
    try:
        run.core.handle_field_error(
            error,
            plan.type,
            plan.details,
            path((parent, plan.key, plan.parent.name)),  # type: ignore[arg-type]
        )
    except Exception:
        if waiting:
            run.core.settle_in_background([value for _, value in waiting])
        raise


async def complete_awaitable(run: Execution, plan: FieldPlan, value: Awaitable[Any], parent: ResponsePath) -> Any:
    """A field whose resolver is awaited, by turns: where many wait for one read, all come back at once."""
    try:
        if run.turns.is_over():
            await _turn(run, value)
        found = await value
        if run.turns.is_over():
            await run.turns.next()
        done = plan.complete(found, (parent, plan.key, plan.parent.name), run)
        return await done if type(done) not in WRITTEN and is_awaitable(done) else done
    except Exception as error:
        return handle_field_error(run, plan, error, parent)


async def _turn(run: Execution, value: Awaitable[Any]) -> None:
    """Wait for a turn to begin with a field; where that is given up, the field never was begun."""
    try:
        await run.turns.next()
    except asyncio.CancelledError:
        if isinstance(value, Coroutine):
            value.close()
        raise


async def await_completed(run: Execution, plan: FieldPlan, done: Awaitable[Any], parent: ResponsePath) -> Any:
    """A field that was resolved and whose value is awaited."""
    try:
        return await done
    except Exception as error:
        return handle_field_error(run, plan, error, parent)


def complete_uncommon(run: Execution, plan: FieldPlan, value: Any, parent: ResponsePath) -> Any:
    """A field whose resolver gave something else than is mostly given: null, an awaitable, an object of some class."""
    if is_awaitable(value):
        return complete_awaitable(run, plan, value, parent)
    done = plan.complete(value, (parent, plan.key, plan.parent.name), run)
    return await_completed(run, plan, done, parent) if is_awaitable(done) else done


def check_scalar(run: Execution, plan: FieldPlan, value: Any, done: Any, parent: ResponsePath) -> Any:
    """What a scalar made of a value, which must be something."""
    if done is None or done is Undefined:
        type_ = get_nullable_type(plan.type)
        raise TypeError(
            f"Expected `{type_}.coerce_output_value({shown(value)})` to return non-nullable value, returned: {done}"
        )
    return await_completed(run, plan, done, parent) if is_awaitable(done) else done


def completion(
    plan: FieldPlan, type_: GraphQLOutputType, select: Callable[[GraphQLObjectType], SelectionFn]
) -> Complete:
    """How values of a type are completed; `select` gives the function of an object's selected fields."""
    if is_non_null_type(type_):
        return _required(plan, type_, completion(plan, type_.of_type, select))
    if is_list_type(type_):
        return Lists(plan, type_, completion(plan, type_.of_type, select), select).complete
    if is_leaf_type(type_):
        return _present(lambda value, way, run: Executor.complete_leaf_value(type_, value))
    if is_abstract_type(type_):
        return _present(_abstract(plan, type_, select))
    assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - there is no other kind
    return _present(_object(plan, type_, select(type_)))


def _present(complete: Complete) -> Complete:
    def present(value: Any, way: ResponsePath, run: Execution) -> Any:
        if isinstance(value, Exception):
            raise value
        return None if value is None or value is Undefined else complete(value, way, run)

    return present


def _required(plan: FieldPlan, type_: GraphQLNonNull[Any], complete: Complete) -> Complete:
    missing = f"Cannot return null for non-nullable field {plan.parent}.{plan.node.name.value}."

    def required(value: Any, way: ResponsePath, run: Execution) -> Any:
        done = complete(value, way, run)
        if done is None:
            raise TypeError(missing)
        return done

    return required


def _object(plan: FieldPlan, type_: GraphQLObjectType, select: SelectionFn) -> Complete:
    is_type_of = type_.is_type_of
    if is_type_of is None:
        return select

    async def proved(proof: Awaitable[bool], value: Any, way: ResponsePath, run: Execution) -> Any:
        if not await proof:
            raise invalid_return_type_error(type_, value, plan.details)
        done = select(value, way, run)
        return await done if is_awaitable(done) else done

    def complete(value: Any, way: ResponsePath, run: Execution) -> Any:
        proof = is_type_of(value, run.info(plan, way))
        if is_awaitable(proof):
            return proved(proof, value, way, run)
        if not proof:
            raise invalid_return_type_error(type_, value, plan.details)
        return select(value, way, run)

    return complete


def _abstract(plan: FieldPlan, type_: Any, select: Callable[[GraphQLObjectType], SelectionFn]) -> Complete:
    resolve_type = type_.resolve_type or default_type_resolver
    known: dict[str, Complete] = {}

    def complete_as(name: Any, value: Any, way: ResponsePath, run: Execution) -> Any:
        complete = known.get(name) if type(name) is str else None
        if complete is None:
            of = run.core.ensure_valid_runtime_type(name, type_, plan.details, run.info(plan, way), value)
            complete = known[of.name] = _object(plan, of, select(of))
        return complete(value, way, run)

    async def named(name: Awaitable[Any], value: Any, way: ResponsePath, run: Execution) -> Any:
        done = complete_as(await name, value, way, run)
        return await done if is_awaitable(done) else done

    def complete(value: Any, way: ResponsePath, run: Execution) -> Any:
        name = resolve_type(value, run.info(plan, way), type_)
        return named(name, value, way, run) if is_awaitable(name) else complete_as(name, value, way, run)

    return complete
