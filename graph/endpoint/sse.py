"""GraphQL over SSE, distinct connections mode: one stream an operation, `next` events, then `complete`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from starlette.types import Receive, Scope, Send

from graph.auth import Login
from graph.endpoint.door import Answer, Door, refuse, seconds_left
from graph.errors import unauthenticated
from models.language import Language

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def only(answer: Answer) -> AsyncGenerator[Answer, None]:
    """The answers of an operation that has one: a query, a mutation, a request that can't be run."""
    yield answer


class Stream:
    """The response that streams an operation's answers until it completes, the client goes, or the token ends."""

    def __init__(self, door: Door, login: Login, language: Language, answers: AsyncGenerator[Answer, None]) -> None:
        self._door, self._login, self._language, self._answers = door, login, language, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        writing = asyncio.create_task(self._write(send))
        # A stream that is cut when the server stops has no `complete`: its client is to come back.
        ends = {asyncio.create_task(_gone(receive)), asyncio.create_task(self._door.stopping.wait())}
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
        try:
            async with asyncio.timeout(seconds_left(self._login)), aclosing(self._answers) as answers:
                await self._write_answers(send, answers)
        except TimeoutError:
            await _send(send, _event(refuse(unauthenticated(), self._language)))
        await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n", "more_body": False})

    async def _write_answers(self, send: Send, answers: AsyncGenerator[Answer, None]) -> None:
        keep_alive = self._door.office.settings.keep_alive_seconds
        coming: asyncio.Future[Answer] = asyncio.ensure_future(anext(answers))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=keep_alive)
                if not done:
                    await _send(send, b":\n\n")
                    continue
                try:
                    answer = coming.result()
                except StopAsyncIteration:
                    return
                await _send(send, _event(answer))
                coming = asyncio.ensure_future(anext(answers))
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration, Exception):
                await coming


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(answer: Answer) -> bytes:
    return b"event: next\ndata: " + answer.encoded() + b"\n\n"


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
