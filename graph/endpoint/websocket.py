"""GraphQL over WebSocket: the `graphql-transport-ws` protocol.

Every message of a client, however malformed, has a response or closes the connection with a code of the protocol.
"""

import asyncio
import random
from collections.abc import Coroutine, Hashable, Mapping
from contextlib import suppress
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from graph.auth.tokens import BadToken, Login
from graph.endpoint.address import address_key
from graph.endpoint.connection_limits import place_of
from graph.endpoint.origins import origin_allowed
from graph.endpoint.request import GraphQLRequest, parse_request
from graph.endpoint.response import GraphQLResponse, InvalidDocument, error_response
from graph.endpoint.service import GraphQLService, seconds_left
from graph.errors import CodedError
from graph.live.cohorts import Subscriber, Undelivered
from graph.rate_limits import ConcurrencyLimiter
from models.database import is_outage
from models.i18n.language import Language, Text, preferred

log = structlog.get_logger("saisine.websocket")

SUBPROTOCOL = "graphql-transport-ws"


class Close(Exception):
    """Closes the connection with a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """A client's WebSocket, from the handshake to the end of its last operation."""

    def __init__(self, service: GraphQLService, connections: ConcurrencyLimiter, socket: WebSocket) -> None:
        self._service = service
        self._connections = connections
        self._socket = socket
        self._language = preferred(socket.headers.get("accept-language"))
        self._login: Login | None = None
        self._initialising = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._counted: list[tuple[str, Hashable]] = []
        self._executions: asyncio.Semaphore | None = None
        """Places of executions, until the client takes their responses; made with the first one, as many need none."""

    async def run(self) -> None:  # noqa: PLR0912 - a branch for each end of a connection
        """Serve the client until either side closes the connection."""
        if SUBPROTOCOL not in self._socket.scope["subprotocols"]:
            await self._socket.accept()
            await self._close(Close(4406, "Subprotocol not acceptable"))
            return
        settings = self._service.settings
        if not origin_allowed(settings, self._socket.headers):
            # Closed before the handshake, so that the browser gets HTTP 403.
            await self._socket.close()
            return
        await self._socket.accept(SUBPROTOCOL)
        init_seconds = settings.websocket_init_timeout_seconds
        try:
            self._count_address()
            try:
                async with asyncio.timeout(init_seconds):
                    while self._login is None:
                        await self._handle(await self._receive())
            except TimeoutError:
                raise Close(4408, "Connection initialisation timeout") from None
            warning = None
            try:
                async with asyncio.timeout(None) as lifetime:
                    warning = self._schedule_expiry(self._login, lifetime)
                    while True:
                        await self._handle(await self._receive())
            except TimeoutError:
                raise Close(4403, "Forbidden: the token has expired") from None
            finally:
                if warning is not None:
                    warning.cancel()
        except Close as close:
            await self._close(close)
        except WebSocketDisconnect:
            pass
        except Exception as error:
            if is_outage(error):
                # 1013, since after 4500 clients would not reconnect.
                await self._close(Close(1013, "Try again later"))
                return
            log.exception("connection failed")
            await self._close(Close(4500, "Internal server error"))
        finally:
            await self._end_operations()
            for key in self._counted:
                self._leave(key)

    def _count_address(self) -> None:
        place = place_of(self._socket.scope)
        if place is None or place.address is None:
            self._count(address_key(self._socket.scope), "connections_per_address")
        elif place.over_limit:
            raise Close(1013, "Too many connections of one address")

    def _count(self, key: tuple[str, Hashable], limit: str) -> None:
        maximum = self._service.settings.only_in_production(limit)
        if not self._connections.enter(key, maximum):
            # 1013, after which clients reconnect: others may have disconnected by then.
            raise Close(1013, f"Too many connections of one {key[0]}: at most {maximum}")
        self._counted.append(key)

    def _leave(self, key: tuple[str, Hashable]) -> None:
        """Count one less, once the client has read what was sent, or is gone."""
        place = place_of(self._socket.scope)
        if place is None:
            self._connections.leave(key)
        else:
            place.when_sent(lambda: self._connections.leave(key))

    def _schedule_expiry(self, login: Login, lifetime: asyncio.Timeout) -> asyncio.TimerHandle | None:
        """Close the connection when its token expires, and send a ping before, so that the client can reconnect with a
        new token and resume by cursor. (A timer, since a task would take more memory than the connection.)"""
        loop = asyncio.get_running_loop()
        before = self._service.settings.websocket_token_warning_seconds
        end = loop.time() + seconds_left(login)
        if not before or end - before <= loop.time():
            lifetime.reschedule(end)
            return None

        def warn() -> None:
            lifetime.reschedule(end)
            frame = {"type": "ping", "payload": {"tokenExpiresIn": round(seconds_left(login))}}
            task = asyncio.create_task(self._send(frame))
            self._ending.add(task)
            task.add_done_callback(self._warning_sent)

        return loop.call_at(end - before, warn)

    def _warning_sent(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log it: the client has disconnected

    async def close_for_restart(self) -> None:
        """Close at a random time within the drain, so that the clients don't all reconnect at once."""
        await asyncio.sleep(random.random() * self._service.settings.drain_seconds)  # noqa: S311 - no secret
        await self._close(Close(1012, "Service restart"))

    async def _receive(self) -> dict[str, Any]:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise Close(4400, "Binary messages are not part of the protocol")
        if self._login is None and len(text) > self._service.settings.head_max_bytes:
            raise Close(1009, "Before connection_init, a message is no longer than the head of a request")
        try:
            frame = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Close(4400, "The message is not JSON") from None
        if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
            raise Close(4400, "The message must be an object with a type")
        return frame

    async def _handle(self, frame: Mapping[str, Any]) -> None:
        match frame["type"]:
            case "connection_init":
                await self._initialise(frame.get("payload"))
            case "ping":
                payload = frame.get("payload")
                pong = {"type": "pong"} if payload is None else {"type": "pong", "payload": payload}
                try:
                    await self._send(pong)
                except TypeError:
                    raise Close(4400, "ping: the payload is nested too deeply") from None
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(frame)
            case "complete":
                if not isinstance(frame.get("id"), str):
                    raise Close(4400, "complete: the id is missing")
                # The id is free at once. A cancelled action is completed, and counts as an operation until then.
                if (task := self._operations.pop(frame["id"], None)) is not None:
                    task.cancel()
                    self._ending.add(task)
                    task.add_done_callback(self._ending.discard)
            case _:
                raise Close(4400, "The message has an unknown type")

    async def _initialise(self, payload: object) -> None:
        if self._initialising:
            raise Close(4429, "Too many initialisation requests")
        self._initialising = True
        if payload is not None and not isinstance(payload, dict):
            raise Close(4400, "connection_init: the payload must be an object")
        parameters = {
            str(key).lower().replace("-", "").replace("_", ""): value for key, value in (payload or {}).items()
        }
        language = parameters.get("acceptlanguage", parameters.get("language"))
        if isinstance(language, str):
            self._language = preferred(language)
        authorization = parameters.get("authorization")
        try:
            self._login = await self._service.viewers.login(authorization if isinstance(authorization, str) else None)
        except BadToken:
            raise Close(4403, "Forbidden") from None
        self._count(("viewer", self._login.user.id), "websockets_per_viewer")
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, frame: Mapping[str, Any]) -> None:
        if self._login is None:
            raise Close(4401, "Unauthorized")
        operation_id, payload = frame.get("id"), frame.get("payload")
        if not isinstance(operation_id, str) or not operation_id:
            raise Close(4400, "subscribe: the id is missing")
        if not isinstance(payload, dict) or not isinstance(payload.get("query", payload.get("documentId")), str):
            raise Close(4400, "subscribe: the payload must be an object with a query, or a documentId")
        if operation_id in self._operations:
            raise Close(4409, f"Subscriber for {operation_id} already exists")
        maximum = self._service.settings.websocket_max_operations
        if len(self._operations) + len(self._ending) >= maximum:
            text = Text(f"Au plus {maximum} opérations à la fois.", f"At most {maximum} operations at a time.")
            await self._send_error(operation_id, error_response(CodedError("LIMIT_EXCEEDED", text), self._language))
            return
        try:
            request = parse_request(payload, self._service.trusted)
        except CodedError as error:
            await self._send_error(operation_id, error_response(error, self._language))
            return
        task = asyncio.create_task(self._run_operation(operation_id, request, self._login, self._language))
        self._operations[operation_id] = task
        task.add_done_callback(lambda done: self._forget(operation_id, done))

    def _forget(self, operation_id: str, task: asyncio.Task[None]) -> None:
        if self._operations.get(operation_id) is task:
            del self._operations[operation_id]
        if not task.cancelled() and (failure := task.exception()) is not None:
            if not isinstance(failure, (WebSocketDisconnect, RuntimeError)):
                log.error("operation failed", exc_info=failure)

    async def _run_operation(
        self, operation_id: str, request: GraphQLRequest, login: Login, language: Language
    ) -> None:
        try:
            operation = await self._service.prepare(request)
        except (InvalidDocument, CodedError) as error:
            await self._end(operation_id, error_response(error, language))
            return
        del request  # its text may be long, and a subscription lasts
        if operation.type is not OperationType.SUBSCRIPTION:
            if self._executions is None:
                self._executions = asyncio.Semaphore(self._service.settings.websocket_max_executions)
            async with self._executions:
                response = await self._service.execute(operation, login, language)
                await self._next_or_end(operation_id, response)
            return
        prefix = f'{{"id":{orjson.dumps(operation_id).decode()},"type":"next","payload":'
        subscriber = Subscriber(lambda response: self._send_text(f"{prefix}{response}}}"))
        try:
            last = await self._service.subscribe(operation, login, language, subscriber)
        except Undelivered:
            await self._close(Close(1013, "Try again later"))
            return
        await self._end(operation_id, last)

    async def _next_or_end(self, operation_id: str, response: GraphQLResponse) -> None:
        if not response.executed:
            await self._end(operation_id, response)
            return
        await self._send({"id": operation_id, "type": "next", "payload": response.body})
        await self._end(operation_id)

    async def _end(self, operation_id: str, error: GraphQLResponse | None = None) -> None:
        # The client may use the id again as soon as it reads the message.
        self._operations.pop(operation_id, None)
        if error is not None:
            await self._send_error(operation_id, error)
        else:
            await self._send({"id": operation_id, "type": "complete"})

    async def _send_error(self, operation_id: str, response: GraphQLResponse) -> None:
        await self._send({"id": operation_id, "type": "error", "payload": response.errors})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._send_text(orjson.dumps(message).decode())

    def _send_text(self, text: str) -> Coroutine[Any, Any, None]:
        return self._socket.send({"type": "websocket.send", "text": text})

    async def _close(self, close: Close) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            reason = close.reason.encode()[:123].decode(errors="ignore")
            # The client may be gone, or read nothing of what the close would come after: then it gets none.
            with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                async with asyncio.timeout(self._service.settings.websocket_close_timeout_seconds):
                    await self._socket.close(close.code, reason)

    async def _end_operations(self) -> None:
        tasks = [*self._operations.values(), *self._ending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
