"""Prepares and executes GraphQL operations, for every transport."""

import asyncio
import time
from collections.abc import AsyncGenerator, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from graphql import ExecutionResult, OperationDefinitionNode, OperationType

from graph.auth.tokens import Identity, Login
from graph.auth.viewers import Viewers
from graph.context import Context, Viewer
from graph.documents.documents import Prepared
from graph.documents.limits import LIMIT_EXCEEDED, LimitExceeded, check_variable_values
from graph.endpoint.request import GraphQLRequest
from graph.endpoint.response import GraphQLResponse, InvalidDocument, error_response, result_response
from graph.endpoint.trusted_documents import TrustedDocuments
from graph.engine.engine import Engine
from graph.engine.object_cache import ObjectCache
from graph.engine.response_budget import ResponseBudget
from graph.errors import CodedError, bad_user_input, limit_exceeded, unavailable
from graph.live.cohorts import ANY_VIEWER, PERSONAL, Cohorts, Subscriber, Undelivered, start_variables
from graph.live.consumer import Consumer
from graph.live.hub import Hub
from graph.rate_limits import ActionRateLimiter, ConcurrencyLimiter
from graph.settings import Settings
from models.access import Rights
from models.database import is_outage, reading_user
from models.i18n.language import Language, Text
from models.services import Services


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is ready to be executed: valid, and within the limits."""

    document: Prepared
    definition: OperationDefinitionNode
    name: str | None
    variables: Mapping[str, Any] | None
    cost: int
    tells_cost: bool
    """Whether the response is to have the cost."""

    @property
    def type(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.definition.operation


class GraphQLService:
    """Prepares and executes operations."""

    def __init__(
        self,
        settings: Settings,
        services: Services,
        hub: Hub,
        rate_limiter: ActionRateLimiter,
        engine: Engine,
        identity: Identity,
        trusted: TrustedDocuments,
    ) -> None:
        self.settings = settings
        self.services = services
        self.engine = engine
        self.viewers = Viewers(identity)
        self.trusted = trusted
        self.cohorts = Cohorts(hub)
        self._hub = hub
        self.object_cache = ObjectCache(settings.engine_object_cache_max_bytes)
        self._context = partial(Context, settings, services, hub, rate_limiter, self.object_cache)
        self._subscriptions = ConcurrencyLimiter()

    async def prepare(self, request: GraphQLRequest, *, cache: bool = True) -> Operation:
        """The operation of a request. With `cache`, its document is cached for later requests.

        Errors: CodedError; InvalidDocument.
        """
        settings, variables = self.settings, request.variables
        try:
            check_variable_values(variables, settings.variables_max_values, settings.document_max_depth)
        except LimitExceeded as error:
            raise limit_exceeded(error) from None
        document = await self.engine.documents.prepared(request.query, cache=cache)
        if document.errors:
            raise InvalidDocument(document)
        definition = document.operation(request.operation_name)
        if definition is None:
            raise bad_user_input(
                "Aucune opération de ce nom : indiquez `operationName`.",
                "No operation of this name: set `operationName`.",
            )
        if document.introspects(definition) and not settings.shows_schema:
            raise CodedError("INTROSPECTION_DISABLED", _INTROSPECTION_DISABLED)
        cost = document.cost(definition, variables)
        if cost > settings.operation_max_cost:
            raise limit_exceeded(LimitExceeded("cost", settings.operation_max_cost, cost))
        # The operation does not refer to the request's text: subscriptions last, and share that of the cached document.
        return Operation(document, definition, request.operation_name, variables, cost, request.wants_cost)

    async def execute(
        self,
        operation: Operation,
        login: Login | None,
        language: Language,
        *,
        check_version: bool = True,
        budget: ResponseBudget | None = None,
    ) -> GraphQLResponse:
        """Execute a query or a mutation. Without a login, it must be an introspection query.

        `check_version=False` skips the read of the directory's version, if the login has just read it. `budget` is that
        of a batch, which its responses share.
        """
        time_limit = asyncio.timeout(self.settings.execution_timeout_seconds)
        try:
            async with time_limit:
                result = await self._execute(operation, login, language, check_version, budget)
        except Exception as error:
            timed_out = isinstance(error, TimeoutError) and time_limit.expired()
            return error_response(CodedError(LIMIT_EXCEEDED, _TIMED_OUT) if timed_out else error, language)
        response = result_response(result, language)
        if operation.tells_cost:
            response.body["extensions"] = {"cost": operation.cost}
        return response

    async def _execute(
        self,
        operation: Operation,
        login: Login | None,
        language: Language,
        check_version: bool,
        budget: ResponseBudget | None,
    ) -> ExecutionResult:
        context = None
        if login is not None:
            reading_user.set(login.user.id)
            rights = await self.viewers.rights(login.user, check_version=check_version)
            context = self._context(Viewer(login.user, rights), language)
        return await self.engine.execute(operation.document, operation.name, operation.variables, context, budget)

    async def subscribe(
        self, operation: Operation, login: Login, language: Language, subscriber: Subscriber
    ) -> GraphQLResponse | None:
        """Run a subscription: send a response for each event. Returns the request error that ended it, if any.

        Errors: Undelivered.
        """
        viewer = login.user.id
        # An event is evaluated for each of them: together, they are bounded as one operation is.
        cost = max(1, operation.cost)
        limits = {
            "subscriptions": ("subscriptions_per_viewer", 1),
            "subscriptions_cost": ("subscriptions_max_cost_per_viewer", cost),
        }
        entered: list[tuple[Hashable, int]] = []
        try:
            for name, (setting, amount) in limits.items():
                maximum = self.settings.only_in_production(setting)
                if not self._subscriptions.enter((name, viewer), maximum, amount):
                    return error_response(limit_exceeded(LimitExceeded(name, maximum, cost)), language)
                entered.append(((name, viewer), amount))
            key, personal = _cohort_key(operation, language)
            stream = partial(self._stream, operation, login, language)
            last = await self.cohorts.deliver(subscriber, key, personal, stream)
        finally:
            for counted, amount in entered:
                self._subscriptions.leave(counted, amount)
        return last if isinstance(last, GraphQLResponse) else None

    async def _stream(
        self, operation: Operation, login: Login, language: Language, consumer: Consumer, rights: Rights | None
    ) -> AsyncGenerator[GraphQLResponse, None]:
        """The responses of one run of a subscription, for the login or, with `rights`, for a cohort."""

        reading_user.set(login.user.id if rights is None else None)

        async def context() -> Context:
            if rights is None:
                viewer = Viewer(login.user, await self._hub.rights(login.user.id))
            else:
                viewer = Viewer(None if rights.user_id == ANY_VIEWER else login.user, rights)
            return self._context(viewer, language, consumer)

        try:
            async for result in self.engine.subscribe(operation.document, operation.name, operation.variables, context):
                for error in result.errors or ():
                    if is_outage(error.original_error):
                        unavailable(error.original_error)
                        raise Undelivered
                yield result_response(result, language)
        except Undelivered:
            raise
        except Exception as error:
            if is_outage(error):
                unavailable(error)
                raise Undelivered from None
            yield error_response(error, language)


def _cohort_key(operation: Operation, language: Language) -> tuple[Hashable, bool]:
    """The key of subscriptions that may share a cohort, and whether they must have the same user to do so."""
    document = operation.document.text
    variables = {**(operation.variables or {})}
    for name in start_variables(operation.definition, document):
        variables.pop(name, None)
    # `repr` makes files differ from each other. The key is text, which takes far less memory than the values.
    values = orjson.dumps(variables, repr, orjson.OPT_SORT_KEYS).decode()
    personal = any(PERSONAL.search(text) for text in (document, values))
    return (document, operation.name, values, language), personal


_INTROSPECTION_DISABLED = Text(
    "Ce serveur ne décrit pas son schéma : prenez schema.graphql, ou réglez SAISINE_INTROSPECTION.",
    "This server does not describe its schema: take schema.graphql, or set SAISINE_INTROSPECTION.",
)
# An action that has begun to write is completed. The client does not see that, and can repeat it safely.
_TIMED_OUT = Text(
    "L’opération a duré trop longtemps : demandez moins ; répétez une action avec la même idempotencyKey.",
    "The operation took too long: ask for less; repeat an action with the same idempotencyKey.",
)


def seconds_left(login: Login) -> float:
    """Seconds until the token of a login expires."""
    return max(0.0, login.expires_at - time.time())
