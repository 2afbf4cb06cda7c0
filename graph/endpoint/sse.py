"""GraphQL over SSE, distinct connections mode: one stream an operation, `next` events, then `complete`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.types import Receive, Scope, Send

from graph.auth.tokens import Login
from graph.endpoint.drain import Drain
from graph.endpoint.headers import API_CSP
from graph.endpoint.response import GraphQLResponse, error_response
from graph.endpoint.service import GraphQLService, seconds_left
from graph.errors import unauthenticated
from graph.live.cohorts import Subscriber, Undelivered
from models.i18n.language import Language

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"content-security-policy", API_CSP.encode()),
]
_COMMENT = b":\n\n"

Deliver = Callable[[Subscriber], Awaitable[GraphQLResponse | None]]
"""Sends a subscriber the responses of an operation. Returns a last response that is still to be sent, if any."""


def single(response: GraphQLResponse) -> Deliver:
    """An operation with one response: a query, a mutation, or a request that can't be executed."""

    async def deliver(subscriber: Subscriber) -> GraphQLResponse:
        return response

    return deliver


class Stream:
    """The HTTP response that streams an operation's responses, until it completes or its token expires."""

    status_code = 200

    def __init__(
        self, service: GraphQLService, drain: Drain, login: Login, language: Language, deliver: Deliver
    ) -> None:
        self._keep_alive_seconds = service.settings.sse_keep_alive_seconds
        self._drain, self._login, self._language, self._deliver = drain, login, language, deliver
        self._sent = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": _HEADERS})
        writing = asyncio.create_task(self._write(send))
        # A stream that is cut when the server stops has no `complete` event, so that its client reconnects.
        ends = {asyncio.create_task(_disconnected(receive)), asyncio.create_task(self._drain.stopping.wait())}
        try:
            await asyncio.wait({writing, *ends}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, *ends):
                task.cancel()
            await asyncio.gather(writing, *ends, return_exceptions=True)
        if not writing.cancelled() and (failure := writing.exception()) is not None:
            if not isinstance(failure, Undelivered):  # cut like a stream at the server's stop
                raise failure

    async def _write(self, send: Send) -> None:
        # A comment first, so that the client sees at once that the stream is open.
        await _send(send, _COMMENT)
        subscriber = Subscriber(lambda response: self._send(send, _event(response.encode())))
        keeping_alive = asyncio.create_task(self._keep_alive(send))
        try:
            async with asyncio.timeout(seconds_left(self._login)):
                last = await self._deliver(subscriber)
        except TimeoutError:
            last = error_response(unauthenticated(), self._language)
        finally:
            keeping_alive.cancel()
        if last is not None:
            await _send(send, _event(last.encoded()))
        await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n", "more_body": False})

    def _send(self, send: Send, body: bytes) -> Coroutine[Any, Any, None]:
        self._sent = True
        return _send(send, body)

    async def _keep_alive(self, send: Send) -> None:
        """Send a comment after each period without an event, so that proxies don't close the connection."""
        while True:
            self._sent = False
            await asyncio.sleep(self._keep_alive_seconds)
            if not self._sent:
                await _send(send, _COMMENT)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(response: bytes) -> bytes:
    return b"event: next\ndata: " + response + b"\n\n"


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
