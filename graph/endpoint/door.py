"""What all transports share: who asks, what is asked, running it, and the answer's shape."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType

from graph.auth import Identity, Login
from graph.context import Context, Office, Viewer
from graph.engine.documents import Prepared
from graph.engine.run import Engine
from graph.errors import CodedError, bad_user_input, formatted
from models import access
from models.language import Language


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed GraphQL request."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any] | None


def read_request(body: object) -> Asked:
    """The parameters of a GraphQL request (GraphQL over HTTP, "Request Parameters"). Errors: BAD_USER_INPUT."""
    if not isinstance(body, dict):
        raise bad_user_input("La requête doit être un objet JSON.", "The request must be a JSON object.")
    query, name, variables = body.get("query"), body.get("operationName"), body.get("variables")
    extensions = body.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise bad_user_input("`query` doit être un document GraphQL.", "`query` must be a GraphQL document.")
    for key, value, kind in (
        ("operationName", name, str), ("variables", variables, dict), ("extensions", extensions, dict),
    ):  # fmt: skip
        if value is not None and not isinstance(value, kind):
            raise bad_user_input(f"`{key}` n’a pas le bon type.", f"`{key}` has the wrong type.")
    return Asked(query, name or None, variables)


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL response. `began` is false for a request error: nothing was executed, and there is no data."""

    body: dict[str, Any]
    began: bool

    def encoded(self) -> bytes:
        """The response as JSON."""
        return orjson.dumps(self.body)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors, if any."""
        return self.body.get("errors") or []


def refuse(error: GraphQLError, language: Language) -> Answer:
    """A request error."""
    return Answer({"errors": [formatted(error, language, "BAD_USER_INPUT")]}, began=False)


def accident(error: Exception, language: Language) -> Answer:
    """What is nobody's fault but ours, masked and logged."""
    return refuse(GraphQLError(str(error), original_error=error), language)


class Door:
    """Runs what is asked, for whoever asks."""

    def __init__(self, office: Office, engine: Engine, identity: Identity) -> None:
        self.office = office
        self.engine = engine
        self.identity = identity
        self.stopping = asyncio.Event()
        """Set when the server stops: streams that would go on for ever are cut then, for their clients to come back."""
        self._sockets = 0
        self._socket_left = asyncio.Event()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """For as long as a WebSocket is open."""
        self._sockets += 1
        try:
            yield
        finally:
            self._sockets -= 1
            self._socket_left.set()

    async def drain(self) -> None:
        """Let everyone go who would stay: streams at once, WebSockets within the drain."""
        self.stopping.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.office.settings.drain_seconds + 1):
                while self._sockets:
                    self._socket_left.clear()
                    await self._socket_left.wait()

    def operation(self, asked: Asked, *, known: bool = True) -> tuple[Prepared, OperationType]:
        """The prepared document and the type of the operation asked; only of a `known` asker is it remembered.

        Errors: CodedError; InvalidDocument.
        """
        prepared = self.engine.documents.prepare(asked.query, remember=known)
        if prepared.errors:
            raise InvalidDocument(prepared)
        operation = prepared.operation(asked.operation_name)
        if operation is None:
            raise bad_user_input(
                "Aucune opération de ce nom : indiquez `operationName`.",
                "No such operation: name it in `operationName`.",
            )
        return prepared, operation.operation

    def answer(self, result: ExecutionResult, language: Language) -> Answer:
        """The response of one result."""
        errors = result.errors or []
        if errors and result.data is None and all(error.path is None for error in errors):
            return Answer({"errors": [formatted(error, language, "BAD_USER_INPUT") for error in errors]}, began=False)
        body: dict[str, Any] = {"data": result.data}
        if errors:
            body = {"errors": [formatted(error, language, "INTERNAL") for error in errors], **body}
        return Answer(body, began=True)

    async def run(self, asked: Asked, prepared: Prepared, login: Login | None, language: Language) -> Answer:
        """Run a query or a mutation. Without a login it can only be one about the schema."""
        try:
            context = None if login is None else await self._context(login, language)
            result = await self.engine.execute(prepared, asked.operation_name, asked.variables, context)
        except Exception as error:
            return accident(error, language)
        return self.answer(result, language)

    async def stream(
        self, asked: Asked, prepared: Prepared, login: Login, language: Language
    ) -> AsyncGenerator[Answer, None]:
        """Run a subscription."""

        async def context() -> Context:
            rights = await self.office.hub.rights(login.user.id)
            return Context(self.office, Viewer(login.user, rights), language)

        try:
            async for result in self.engine.subscribe(prepared, asked.operation_name, asked.variables, context):
                yield self.answer(result, language)
        except Exception as error:
            yield accident(error, language)

    async def _context(self, login: Login, language: Language) -> Context:
        return Context(self.office, Viewer(login.user, await access.rights_of(login.user.id)), language)


class InvalidDocument(CodedError):
    """A document that does not parse or validate."""

    def __init__(self, prepared: Prepared) -> None:
        GraphQLError.__init__(self, "invalid document")
        self.prepared = prepared

    def answer(self, language: Language) -> Answer:
        """The response that says why."""
        errors = [formatted(error, language, self.prepared.code) for error in self.prepared.errors]
        return Answer({"errors": errors}, began=False)


def seconds_left(login: Login) -> float:
    """How long the login is good for."""
    return max(0.0, login.expires_at - time.time())
