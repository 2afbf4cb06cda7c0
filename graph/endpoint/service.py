"""What all transports share: who asks, what is asked, running it, and the answer's shape."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType

from graph.auth.tokens import Identity, Login
from graph.auth.viewers import Viewers
from graph.context import Context, Viewer
from graph.documents.documents import Prepared
from graph.documents.limits import LIMIT_EXCEEDED, exceeded, expect_few_values
from graph.endpoint.time_limit import TooSlow, within
from graph.endpoint.trusted_documents import Trusted
from graph.engine.engine import Engine
from graph.errors import CodedError, bad_user_input, formatted
from graph.kept import Kept
from graph.live.cohorts import ANY_VIEWER, PERSONAL, Cohorts, Subscriber, start_variables
from graph.live.consumer import Consumer
from graph.live.hub import Hub
from graph.rate_limits import Actions, Open
from graph.settings import Settings
from models.access import Rights
from models.i18n.language import Language, Text
from models.idempotency import Services


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A well-formed GraphQL request."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any] | None
    wants_cost: bool = False
    """Whether the answer is to say what the operation costs."""


def read_request(body: object, trusted: Trusted) -> GraphQLRequest:
    """The parameters of a GraphQL request (GraphQL over HTTP, "Request Parameters"), or `documentId` for `query`.

    Errors: BAD_USER_INPUT; DOCUMENT_NOT_FOUND, DOCUMENT_NOT_TRUSTED.
    """
    if not isinstance(body, dict):
        raise bad_user_input("La requête doit être un objet JSON.", "The request must be a JSON object.")
    query, name, variables = trusted.text(body), body.get("operationName"), body.get("variables")
    extensions = body.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise bad_user_input("`query` doit être un document GraphQL.", "`query` must be a GraphQL document.")
    for key, value, kind in (
        ("operationName", name, str), ("variables", variables, dict), ("extensions", extensions, dict),
    ):  # fmt: skip
        if value is not None and not isinstance(value, kind):
            raise bad_user_input(f"`{key}` n’a pas le bon type.", f"`{key}` has the wrong type.")
    return GraphQLRequest(query, name or None, variables, (extensions or {}).get("cost") is True)


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """A GraphQL response. `began` is false for a request error: nothing was executed, and there is no data."""

    body: dict[str, Any]
    executed: bool

    def encoded(self) -> bytes:
        """The response as JSON."""
        return orjson.dumps(self.body)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors, if any."""
        return self.body.get("errors") or []


def error_response(error: GraphQLError, language: Language) -> GraphQLResponse:
    """A request error."""
    return GraphQLResponse({"errors": [formatted(error, language, "BAD_USER_INPUT")]}, executed=False)


def accident(error: Exception, language: Language) -> GraphQLResponse:
    """What is nobody's fault but ours, masked and logged."""
    return error_response(GraphQLError(str(error), original_error=error), language)


class GraphQLService:
    """Runs what is asked, for whoever asks."""

    def __init__(
        self,
        settings: Settings,
        services: Services,
        hub: Hub,
        rate_limiter: Actions,
        engine: Engine,
        identity: Identity,
        trusted: Trusted,
    ) -> None:
        self.settings = settings
        self.services = services
        self.hub = hub
        self._context = partial(Context, settings, services, hub, rate_limiter, Kept(settings.engine_object_cache_size))
        self.engine = engine
        self.viewers = Viewers(identity)
        self.trusted = trusted
        self.connections = Open()
        """WebSockets, an address and a viewer."""
        self.watching = Open()
        """Subscriptions, a viewer."""
        self.cohorts = Cohorts(hub)
        self.stopping = asyncio.Event()
        """Set when the server stops: streams that would go on for ever are cut then, for their clients to come back."""
        self._sockets: set[Callable[[], Coroutine[Any, Any, None]]] = set()
        self._socket_left = asyncio.Event()

    @contextmanager
    def connected(self, leave: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
        """For as long as a WebSocket is open; `leave` lets its client go, when the server stops."""
        self._sockets.add(leave)
        try:
            yield
        finally:
            self._sockets.discard(leave)
            self._socket_left.set()

    async def drain(self) -> None:
        """Let everyone go who would stay: streams at once, WebSockets within the drain."""
        self.stopping.set()
        leaving = [asyncio.create_task(leave()) for leave in self._sockets]
        with suppress(TimeoutError):
            async with asyncio.timeout(self.settings.drain_seconds + 1):
                while self._sockets:
                    self._socket_left.clear()
                    await self._socket_left.wait()
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)

    async def prepare(self, asked: GraphQLRequest, *, known: bool = True) -> tuple[Prepared, OperationType]:
        """The prepared document and the type of the operation asked; only of a `known` asker is it remembered.

        Errors: CodedError; InvalidDocument.
        """
        settings = self.settings
        expect_few_values(asked.variables, settings.variables_max_values, settings.document_max_depth)
        prepared = await self.engine.documents.prepared(asked.query, remember=known)
        if prepared.errors:
            raise InvalidDocument(prepared)
        operation = prepared.operation(asked.operation_name)
        if operation is None:
            raise bad_user_input(
                "Aucune opération de ce nom : indiquez `operationName`.",
                "No such operation: name it in `operationName`.",
            )
        if prepared.introspects(operation) and not settings.shows_schema:
            raise CodedError("INTROSPECTION_DISABLED", _NO_INTROSPECTION)
        cost = prepared.cost(operation, asked.variables)
        if cost > settings.operation_max_cost:
            raise exceeded(
                settings.operation_max_cost,
                f"lignes par opération, celle-ci en demande {cost} : demandez des listes plus courtes.",
                f"rows in an operation, this one asks for {cost}: ask for shorter lists.",
            )
        return prepared, operation.operation

    def answer(self, result: ExecutionResult, language: Language) -> GraphQLResponse:
        """The response of one result."""
        errors = result.errors or []
        if errors and result.data is None and all(error.path is None for error in errors):
            return GraphQLResponse(
                {"errors": [formatted(error, language, "BAD_USER_INPUT") for error in errors]}, executed=False
            )
        body: dict[str, Any] = {"data": result.data}
        if errors:
            body = {"errors": [formatted(error, language, "INTERNAL") for error in errors], **body}
        return GraphQLResponse(body, executed=True)

    async def execute(
        self,
        asked: GraphQLRequest,
        prepared: Prepared,
        login: Login | None,
        language: Language,
        *,
        entered: bool = False,
    ) -> GraphQLResponse:
        """Run a query or a mutation. Without a login it can only be one about the schema; `entered`: just now."""
        try:
            execution = self._execute(asked, prepared, login, language, entered)
            result = await within(self.settings.execution_timeout_seconds, execution)
        except TooSlow:
            return error_response(_too_slow(), language)
        except Exception as error:
            return accident(error, language)
        answer = self.answer(result, language)
        if asked.wants_cost:
            answer.body["extensions"] = {"cost": self._cost(asked, prepared)}
        return answer

    async def _execute(
        self, asked: GraphQLRequest, prepared: Prepared, login: Login | None, language: Language, entered: bool
    ) -> ExecutionResult:
        context = None
        if login is not None:
            rights = await self.viewers.rights(login.user, looks=not entered)
            context = self._context(Viewer(login.user, rights), language)
        return await self.engine.execute(prepared, asked.operation_name, asked.variables, context)

    def _cost(self, asked: GraphQLRequest, prepared: Prepared) -> int:
        operation = prepared.operation(asked.operation_name)
        return 0 if operation is None else prepared.cost(operation, asked.variables)

    async def subscribe(
        self, asked: GraphQLRequest, prepared: Prepared, login: Login, language: Language, subscriber: Subscriber
    ) -> GraphQLResponse | None:
        """Run a subscription, sending the subscriber every event's answer; the last one, where it ends with errors."""

        async def stream(consumer: Consumer, rights: Rights | None) -> AsyncGenerator[GraphQLResponse, None]:
            async def context() -> Context:
                viewer = (
                    Viewer(login.user, await self.hub.rights(login.user.id))
                    if rights is None
                    else Viewer(None, rights)
                    if rights.user_id == ANY_VIEWER
                    else Viewer(login.user, rights)
                )
                return self._context(viewer, language, consumer)

            try:
                async for result in self.engine.subscribe(prepared, asked.operation_name, asked.variables, context):
                    yield self.answer(result, language)
            except Exception as error:
                yield accident(error, language)

        key, personal = self._cohort_key(asked, prepared, language)
        maximum = self.settings.only_in_production("subscriptions_per_viewer")
        if not self.watching.enter(login.user.id, maximum):
            return error_response(
                exceeded(
                    maximum,
                    "subscriptions par utilisateur : terminez-en une.",
                    "subscriptions for one user: complete one of them.",
                ),
                language,
            )
        try:
            last = await self.cohorts.deliver(subscriber, key, personal, stream)
        finally:
            self.watching.leave(login.user.id)
        return last if isinstance(last, GraphQLResponse) else None

    def _cohort_key(self, asked: GraphQLRequest, prepared: Prepared, language: Language) -> tuple[Hashable, bool]:
        """What subscriptions of one cohort have in common besides rights; whether their user is, too."""
        variables = {**(asked.variables or {})}
        for name in start_variables(prepared.operation(asked.operation_name), asked.query):
            variables.pop(name, None)
        # repr: a file is like no other. As text: the bytes have room for far more, as long as somebody watches.
        given = orjson.dumps(variables, repr, orjson.OPT_SORT_KEYS).decode()
        personal = any(PERSONAL.search(text) for text in (asked.query, given))
        return (asked.query, asked.operation_name, given, language), personal


class InvalidDocument(CodedError):
    """A document that does not parse or validate."""

    def __init__(self, prepared: Prepared) -> None:
        GraphQLError.__init__(self, "invalid document")
        self.prepared = prepared

    def answer(self, language: Language) -> GraphQLResponse:
        """The response that says why."""
        errors = [formatted(error, language, self.prepared.code) for error in self.prepared.errors]
        return GraphQLResponse({"errors": errors}, executed=False)


_NO_INTROSPECTION = Text(
    "Ce serveur ne décrit pas son schéma : prenez schema.graphql, ou réglez SAISINE_INTROSPECTION.",
    "This server does not describe its schema: take schema.graphql, or set SAISINE_INTROSPECTION.",
)


def _too_slow() -> CodedError:
    # An action runs to its end once it has begun to write: the client can't know, but can ask again without fear.
    return CodedError(
        LIMIT_EXCEEDED,
        Text(
            "L’opération a duré trop longtemps : demandez moins ; répétez une action avec la même idempotencyKey.",
            "The operation took too long: ask for less; repeat an action under the same idempotencyKey.",
        ),
    )


def seconds_left(login: Login) -> float:
    """How long the login is good for."""
    return max(0.0, login.expires_at - time.time())
