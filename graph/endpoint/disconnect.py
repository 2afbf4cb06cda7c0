"""Cancels a query whose client has gone, over HTTP: nobody reads its answer.

Over SSE and WebSocket the end of the stream or connection cancels it. An action is done to its end.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar, cast

from graphql import OperationType
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from graph.auth.tokens import Login
from graph.endpoint.response import GraphQLResponse
from graph.endpoint.service import GraphQLService, Operation
from graph.engine.response_budget import ResponseBudget
from models.i18n.language import Language

T = TypeVar("T")

_LOOK_AFTER_SECONDS = 0.1
"""A query has ended by then, mostly: watching the connection would cost it more than its answer."""


async def execute(
    service: GraphQLService,
    receive: Receive,
    operation: Operation,
    login: Login | None,
    language: Language,
    *,
    check_version: bool = True,
    budget: ResponseBudget | None = None,
) -> GraphQLResponse:
    """`service.execute`, for a request that has been read. Errors: ClientDisconnect if the client of a query goes."""
    work = service.execute(operation, login, language, check_version=check_version, budget=budget)
    if operation.type is not OperationType.QUERY:
        return await work
    return await _while_connected(receive, work)


async def _while_connected(receive: Receive, work: Awaitable[T]) -> T:
    """Await `work`, and cancel it when the client goes."""
    running, gone = cast("asyncio.Task[T]", asyncio.current_task()), False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        running.cancel()

    watching: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    start = loop.call_later(_LOOK_AFTER_SECONDS, lambda: watching.append(loop.create_task(watch())))
    try:
        return await work
    except asyncio.CancelledError:
        if gone and not running.uncancel():
            raise ClientDisconnect from None
        raise
    finally:
        start.cancel()
        for task in watching:
            task.cancel()
