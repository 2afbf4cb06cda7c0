"""Lists, item by item, and by turns: a long one gives way to whatever else waits for the event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, get_nullable_type
from graphql.pyutils import Undefined, gather_with_cancel, is_awaitable, is_iterable
from graphql.pyutils.is_awaitable import is_async_iterable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from graph.engine.object_cache import PLAIN, WRITTEN, class_of
from graph.engine.plan import Complete, Execution, FieldPlan, ResponsePath, SelectionFn, path

_ROWS_A_LOOK = 4
"""Items that are completed between two looks at the clock, where none of them is awaited."""


class Lists:
    """The lists of one field: `complete` completes an item, `select` gives the function of an object's fields."""

    def __init__(
        self,
        plan: FieldPlan,
        type_: GraphQLList[Any],
        complete: Complete,
        select: Callable[[GraphQLObjectType], SelectionFn],
    ) -> None:
        self._plan = plan
        self._type = type_
        self._complete_item = complete
        item: Any = get_nullable_type(type_.of_type)
        self._class = class_of(item)
        self._complete_object: Complete = complete if self._class is None else select(item)

    def complete(self, value: Any, way: ResponsePath, run: Execution) -> Any:
        """What is written of a list."""
        if type(value) is not list:
            if isinstance(value, Exception):
                raise value
            if value is None or value is Undefined:
                return None
            if is_async_iterable(value) or not is_iterable(value):
                info, details = run.info(self._plan, way), self._plan.details
                return run.core.complete_value(self._type, details, info, path(way), value, None)  # type: ignore[arg-type]
        done: list[Any] = []
        waiting: list[int] = []
        items = iter(value)
        if self._go_on(items, done, waiting, way, run):
            return _all(done, waiting) if waiting else done
        return self._by_turns(items, done, waiting, way, run)

    async def _by_turns(
        self, items: Iterator[Any], done: list[Any], waiting: list[int], way: ResponsePath, run: Execution
    ) -> list[Any]:
        try:
            await run.turns.next()
            while not self._go_on(items, done, waiting, way, run):
                await run.turns.next()
        except asyncio.CancelledError:
            _abandon(run, [done[index] for index in waiting], items)
            raise
        return await _all(done, waiting) if waiting else done

    def _go_on(
        self, items: Iterator[Any], done: list[Any], waiting: list[int], way: ResponsePath, run: Execution
    ) -> bool:
        """Complete items until none is left or this turn is over: whether it is the former."""
        known, complete_object, complete_item = self._class, self._complete_object, self._complete_item
        try:
            for item in items:
                at = (way, len(done), None)
                kind = type(item)
                if kind is known and TYPE_CAST_ATTRIBUTE not in item.__dict__:
                    step = complete_object
                elif kind in PLAIN or not is_awaitable(item):
                    step = complete_item
                else:
                    waiting.append(len(done))
                    done.append(self._awaited(item, at, run))
                    continue
                is_awaited = False
                try:
                    one = step(item, at, run)
                    if type(one) not in WRITTEN and (is_awaited := is_awaitable(one)):
                        waiting.append(len(done))
                        one = self._settled(one, at, run)
                except Exception as error:
                    self._failed(run, error, at)
                    one = None
                done.append(one)
                if (is_awaited or not len(done) % _ROWS_A_LOOK) and run.turns.is_over():
                    return False
        except Exception:
            _abandon(run, [done[index] for index in waiting], items)
            raise
        return True

    async def _settled(self, done: Awaitable[Any], way: ResponsePath, run: Execution) -> Any:
        try:
            return await done
        except Exception as error:
            return self._failed(run, error, way)

    async def _awaited(self, value: Awaitable[Any], way: ResponsePath, run: Execution) -> Any:
        try:
            done = self._complete_item(await value, way, run)
            return await done if is_awaitable(done) else done
        except Exception as error:
            return self._failed(run, error, way)

    def _failed(self, run: Execution, error: Exception, way: ResponsePath) -> None:
        run.core.handle_field_error(error, self._type.of_type, self._plan.details, path(way))  # type: ignore[arg-type]


def _abandon(run: Execution, waiting: list[Awaitable[Any]], rest: Iterable[Any]) -> None:
    """What a list that failed was still waiting for runs to its end, unheard."""
    with suppress(Exception):
        waiting.extend(item for item in rest if is_awaitable(item))
    if waiting:
        run.core.settle_in_background(waiting)


async def _all(done: list[Any], waiting: list[int]) -> list[Any]:
    if len(waiting) == 1:
        done[waiting[0]] = await done[waiting[0]]
    else:
        for index, value in zip(waiting, await gather_with_cancel(*(done[index] for index in waiting)), strict=True):
            done[index] = value
    return done
