"""Prepares documents: parses them, checks limits, validates them, and computes the cost of their operations.

Valid documents are cached; the least recently used are evicted first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    NoFragmentCyclesRule,
    OperationDefinitionNode,
    OperationType,
    UniqueFragmentNamesRule,
    get_operation_ast,
    parse,
    validate,
)

from graph.documents.cost import Cost, OperationCosts, Variables
from graph.documents.limits import LIMIT_EXCEEDED, DocumentSize, LimitExceeded, Limits

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"

_CACHED_MAX_CHARACTERS = 20_000
INLINE_MAX_CHARACTERS = 1_000
"""The length of documents that are prepared on the event loop; longer ones are prepared in a thread."""
_MAX_ERRORS = 5
"""Validation errors in a response, at most: each quotes a value of the document, which may be long."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that can be executed; or the `errors` that prevent it, with the `code` of the step that found them."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    code: str = ""
    operations: dict[str | None, Any] = field(default_factory=dict, compare=False, repr=False)
    """The compiled operations, by name; the engine adds them."""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    text: str = ""

    def cost(self, operation: OperationDefinitionNode, variables: Variables) -> int:
        """The cost of an operation with these variables, in rows."""
        return self.operation_cost(operation).rows(variables)

    def operation_cost(self, operation: OperationDefinitionNode) -> Cost:
        """The cost of an operation as a function of its variables."""
        return self.costs[operation.name.value if operation.name else ""]

    def introspects(self, operation: OperationDefinitionNode) -> bool:
        """Whether an operation selects `__schema` or `__type`, among other fields."""
        return self.operation_cost(operation).introspects

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the only one for None; None if there is no such operation."""
        return None if self.document is None else get_operation_ast(self.document, name)


class Documents:
    """Prepares and caches the documents of a schema; `suggestions`: whether errors may name similar fields."""

    def __init__(self, schema: GraphQLSchema, *, limits: Limits, cache_size: int, suggestions: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._cache_size = cache_size
        self._hide_suggestions = not suggestions
        self._cache: OrderedDict[str, Prepared] = OrderedDict()
        self._uncached = ThreadPoolExecutor(1, thread_name_prefix="documents")
        """For documents that are not cached, those of strangers: they wait for each other, and delay nothing else."""

    def prepare(self, text: str, *, cache: bool = True) -> Prepared:
        """Prepare a document. With `cache`, it is cached if it is valid and not too long."""
        cached = self._cache.get(text)
        if cached is not None:
            self._cache.move_to_end(text)
            return cached
        return self._stored(self._prepare(text), text, cache)

    async def prepared(self, text: str, *, cache: bool = True) -> Prepared:
        """Prepare a document, in a thread if it is long, so that the event loop is not blocked."""
        if len(text) <= INLINE_MAX_CHARACTERS or text in self._cache:
            return self.prepare(text, cache=cache)
        loop = asyncio.get_running_loop()
        prepared = await loop.run_in_executor(None if cache else self._uncached, self._prepare, text)
        return self._stored(prepared, text, cache)

    def _stored(self, prepared: Prepared, text: str, cache: bool) -> Prepared:
        prepared = replace(prepared, text=text)
        if cache and self._cache_size and not prepared.errors and len(text) <= _CACHED_MAX_CHARACTERS:
            self._cache[text] = prepared
            if len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)
        return prepared

    def _prepare(self, text: str) -> Prepared:
        try:
            document = self._parse(text)
            # Before validation, whose own cost the limits bound.
            if not DocumentSize(document, self._limits).has_proper_fragments:
                return self._validated(document, {}, [UniqueFragmentNamesRule, NoFragmentCyclesRule])
            return self._validated(document, OperationCosts(self._schema, document, self._limits).by_name)
        except LimitExceeded as error:
            return Prepared(None, (error,), LIMIT_EXCEEDED)
        except GraphQLError as error:
            return Prepared(None, (error,), PARSE_FAILED)

    def _parse(self, text: str) -> DocumentNode:
        limits = self._limits
        if len(text) > limits.characters:
            raise LimitExceeded("characters", limits.characters)
        try:
            return parse(text, max_tokens=limits.tokens)
        except GraphQLError as error:
            if error.message.endswith("Parsing aborted."):
                raise LimitExceeded("tokens", limits.tokens) from None
            raise
        except RecursionError:
            raise LimitExceeded("depth", limits.depth) from None

    def _validated(
        self, document: DocumentNode, costs: Mapping[str, Cost], rules: list[type[ASTValidationRule]] | None = None
    ) -> Prepared:
        errors = validate(
            self._schema, document, rules, max_errors=_MAX_ERRORS, hide_suggestions=self._hide_suggestions
        )
        return Prepared(document, tuple(errors), VALIDATION_FAILED if errors else "", costs=costs)


def is_introspection(operation: OperationDefinitionNode) -> bool:
    """Whether an operation is a query of `__schema` and `__type` only; False if its root has fragments."""
    names = {
        node.name.value if isinstance(node, FieldNode) else "" for node in operation.selection_set.selections
    }  # fmt: skip
    selects_schema = bool(names & {"__schema", "__type"}) and names <= {"__schema", "__type", "__typename"}
    return selects_schema and operation.operation is OperationType.QUERY
