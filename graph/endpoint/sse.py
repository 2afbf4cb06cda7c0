"""GraphQL over SSE, distinct connections mode: one stream an operation, `next` events, then `complete`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.types import Receive, Scope, Send

from graph.auth.tokens import Login
from graph.endpoint.headers import API_CSP
from graph.endpoint.service import GraphQLResponse, GraphQLService, error_response, seconds_left
from graph.errors import unauthenticated
from graph.live.cohorts import Subscriber
from models.i18n.language import Language

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"content-security-policy", API_CSP.encode()),
]


Watch = Callable[[Subscriber], Awaitable[GraphQLResponse | None]]


def only(answer: GraphQLResponse) -> Watch:
    """An operation that has one answer: a query, a mutation, a request that can't be run."""

    async def tell(subscriber: Subscriber) -> GraphQLResponse:
        return answer

    return tell


class Stream:
    """The response that streams an operation's answers until it completes, the client goes, or the token ends."""

    status_code = 200

    def __init__(self, service: GraphQLService, login: Login, language: Language, watch: Watch) -> None:
        self._service, self._login, self._language, self._watch = service, login, language, watch
        self._written = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": _HEADERS})
        writing = asyncio.create_task(self._write(send))
        # A stream that is cut when the server stops has no `complete`: its client is to come back.
        ends = {asyncio.create_task(_gone(receive)), asyncio.create_task(self._service.stopping.wait())}
        try:
            await asyncio.wait({writing, *ends}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, *ends):
                task.cancel()
            await asyncio.gather(writing, *ends, return_exceptions=True)
        if not writing.cancelled() and (failure := writing.exception()) is not None:
            raise failure

    async def _write(self, send: Send) -> None:
        # A first comment, so that the client sees an open stream at once.
        await _send(send, b":\n\n")
        subscriber = Subscriber(lambda answer: self._send(send, _event(answer.encode())))
        keeping = asyncio.create_task(self._keep_alive(send))
        try:
            async with asyncio.timeout(seconds_left(self._login)):
                last = await self._watch(subscriber)
        except TimeoutError:
            last = error_response(unauthenticated(), self._language)
        finally:
            keeping.cancel()
        if last is not None:
            await _send(send, _event(last.encoded()))
        await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n", "more_body": False})

    def _send(self, send: Send, body: bytes) -> Coroutine[Any, Any, None]:
        self._written = True
        return _send(send, body)

    async def _keep_alive(self, send: Send) -> None:
        """A comment whenever nothing else was sent for so long."""
        while True:
            self._written = False
            await asyncio.sleep(self._service.settings.sse_keep_alive_seconds)
            if not self._written:
                await _send(send, b":\n\n")


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(answer: bytes) -> bytes:
    return b"event: next\ndata: " + answer + b"\n\n"


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
