"""From a document's text to a verdict: parsed, within the limits and valid, or the errors; and what it costs.

Good verdicts are remembered, the least used forgotten.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
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

from graph.documents.cost import Expansion, Price, Variables
from graph.documents.limits import LIMIT_EXCEEDED, Limits, Survey, too_deep, too_long, too_many_tokens
from graph.errors import CodedError

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"

_LONGEST_REMEMBERED = 20_000
LONGEST_AT_ONCE = 1_000
"""Characters that are judged on the event loop."""
_MOST_ERRORS = 5
"""Errors that are told: each shows the value that it is about, so that many would cost, and say, too much."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be run, or, with `errors`, why not; `code` says at which step."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    code: str = ""
    operations: dict[str | None, Any] = field(default_factory=dict, compare=False, repr=False)
    """What the engine has made of each of its operations, by name: kept as long as the document is."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    text: str = ""

    def cost(self, operation: OperationDefinitionNode, variables: Variables) -> int:
        """What an operation costs with these variables: its root fields, and the rows asked, multiplied down."""
        return self.price(operation).of(variables)

    def price(self, operation: OperationDefinitionNode) -> Price:
        """What an operation costs, as far as that is known without its variables."""
        return self.prices[operation.name.value if operation.name else ""]

    def introspects(self, operation: OperationDefinitionNode) -> bool:
        """Whether an operation asks about the schema, among other things."""
        return self.price(operation).introspects

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the only one; None where there is none such."""
        return None if self.document is None else get_operation_ast(self.document, name)


class Documents:
    """The documents of a schema."""

    def __init__(self, schema: GraphQLSchema, *, limits: Limits, remembered: int, suggestions: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._remembered = remembered
        self._hide_suggestions = not suggestions
        self._known: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str, *, remember: bool = True) -> Prepared:
        """The verdict on a document. One that is good, not too long and may be is remembered."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        return self._kept(self._judge(text), text, remember)

    async def prepared(self, text: str, *, remember: bool = True) -> Prepared:
        """The same; what is long is judged in a thread, for it may take as long as many executions."""
        if len(text) <= LONGEST_AT_ONCE or text in self._known:
            return self.prepare(text, remember=remember)
        return self._kept(await asyncio.to_thread(self._judge, text), text, remember)

    def _kept(self, judged: Prepared, text: str, remember: bool) -> Prepared:
        prepared = replace(judged, text=text)
        if remember and self._remembered and not prepared.errors and len(text) <= _LONGEST_REMEMBERED:
            self._known[text] = prepared
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return prepared

    def _judge(self, text: str) -> Prepared:
        try:
            document = self._parse(text)
            # Within the limits first: what validation itself costs is bounded by them.
            if not Survey(document, self._limits).can_be_expanded:
                return self._validated(document, {}, [UniqueFragmentNamesRule, NoFragmentCyclesRule])
            return self._validated(document, Expansion(self._schema, document, self._limits).prices)
        except CodedError as error:
            return Prepared(None, (error,), LIMIT_EXCEEDED)
        except GraphQLError as error:
            return Prepared(None, (error,), PARSE_FAILED)

    def _parse(self, text: str) -> DocumentNode:
        limits = self._limits
        if len(text) > limits.characters:
            raise too_long(limits.characters)
        try:
            return parse(text, max_tokens=limits.tokens)
        except GraphQLError as error:
            if error.message.endswith("Parsing aborted."):
                raise too_many_tokens(limits.tokens) from None
            raise
        except RecursionError:
            raise too_deep(limits.depth) from None

    def _validated(
        self, document: DocumentNode, prices: Mapping[str, Price], rules: list[type[ASTValidationRule]] | None = None
    ) -> Prepared:
        errors = validate(
            self._schema, document, rules, max_errors=_MOST_ERRORS, hide_suggestions=self._hide_suggestions
        )
        return Prepared(document, tuple(errors), VALIDATION_FAILED if errors else "", prices=prices)


def is_introspection(operation: OperationDefinitionNode) -> bool:
    """Whether an operation asks of nothing but the schema, by fields of its own (fragments count as anything)."""
    names = {
        node.name.value if isinstance(node, FieldNode) else "" for node in operation.selection_set.selections
    }  # fmt: skip
    asks = bool(names & {"__schema", "__type"}) and names <= {"__schema", "__type", "__typename"}
    return asks and operation.operation is OperationType.QUERY
