"""Shared by the examples: transports, retries, and what the errors mean."""

import argparse
import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
    TransportServerError,
)
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

TOKEN_REFUSED = "Jeton absent, refusé ou expiré : demandez-en un autre."  # noqa: S105 - a message
LONGEST_WAIT = 30.0
ATTEMPTS = 6
Answer = TypeVar("Answer")


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser of the options that all examples take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--token", default=os.environ.get("SAISINE_TOKEN", ""), help="sinon SAISINE_TOKEN")
    parser.add_argument("--url", default="http://127.0.0.1:8000/graphql", help="défaut : %(default)s")
    return parser


def http(url: str, token: str) -> HTTPXAsyncTransport:
    """Queries and mutations, with texts in French."""
    return HTTPXAsyncTransport(url, headers={"Authorization": f"Bearer {token}", "Accept-Language": "fr"}, timeout=30)


def live(url: str, token: str) -> WebsocketsTransport:
    """Subscriptions. `connection_init` carries what HTTP has in headers; pings find a dead connection."""
    return WebsocketsTransport(
        url.replace("http", "ws", 1),
        subprotocols=["graphql-transport-ws"],
        init_payload={"authorization": f"Bearer {token}", "acceptLanguage": "fr"},
    )


async def answer(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Send a request and repeat it until the server answers. An action must carry an `idempotencyKey`."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await ask()
        except (TransportError, TimeoutError) as error:
            if not may_pass(error):
                raise
        print("nouvel essai…", file=sys.stderr, flush=True)
        await asyncio.sleep(wait_before(attempt))
    return await ask()


def is_token_refused(error: Exception) -> bool:
    """Whether the server does not accept the token: an error's code over HTTP, a close code over a WebSocket."""
    if isinstance(error, TransportQueryError):
        return "UNAUTHENTICATED" in codes(error)
    closed = error.__cause__
    return isinstance(closed, ConnectionClosed) and closed.rcvd is not None and closed.rcvd.code in (4401, 4403)


def may_pass(error: Exception) -> bool:
    """Whether the same request may succeed later: no connection, a gateway without its server, a busy server."""
    if isinstance(error, TransportQueryError):
        return bool(codes(error) & {"INTERNAL", "UNAVAILABLE", "LIMIT_EXCEEDED"})
    if isinstance(error, TransportServerError):
        return error.code is None or error.code >= 500
    return isinstance(error, (TransportConnectionFailed, TimeoutError))


def codes(error: TransportQueryError) -> set[str]:
    """The `extensions.code` of each error of a response."""
    return {str(one.get("extensions", {}).get("code")) for one in error.errors or []}


def text(error: Exception) -> str:
    """The text of an error for people."""
    if isinstance(error, TransportQueryError) and error.errors:
        return str(error.errors[0].get("message"))
    return str(error) or type(error).__name__


def wait_before(attempt: int) -> float:
    """Seconds to wait before a further attempt: twice as long each time, with jitter so that clients spread out."""
    longest = min(LONGEST_WAIT, 0.5 * 2.0 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret
