"""From a document's text to a verdict: parsed and validated, or the errors. Remembered, the least used forgotten."""

from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"


_LONGEST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be run, or, with `errors`, why not; `code` says at which step."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    code: str = ""

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the only one; None where there is none such."""
        return None if self.document is None else get_operation_ast(self.document, name)


class Documents:
    """The documents of a schema."""

    def __init__(self, schema: GraphQLSchema, *, max_tokens: int, remembered: int) -> None:
        self._schema = schema
        self._max_tokens = max_tokens
        self._remembered = remembered
        self._known: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str, *, remember: bool = True) -> Prepared:
        """The verdict on a document. One that is good, not too long and may be is remembered."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        prepared = self._judge(text)
        if remember and self._remembered and not prepared.errors and len(text) <= _LONGEST_REMEMBERED:
            self._known[text] = prepared
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return prepared

    def _judge(self, text: str) -> Prepared:
        try:
            document = parse(text, max_tokens=self._max_tokens)
        except GraphQLError as error:
            return Prepared(None, (error,), PARSE_FAILED)
        except RecursionError:
            return Prepared(None, (GraphQLError("The document is nested too deeply."),), PARSE_FAILED)
        errors = validate(self._schema, document, max_errors=20)
        return Prepared(document, tuple(errors), VALIDATION_FAILED) if errors else Prepared(document)


def is_introspection(operation: OperationDefinitionNode) -> bool:
    """Whether an operation asks of nothing but the schema, by fields of its own (fragments count as anything)."""
    names = {
        node.name.value if isinstance(node, FieldNode) else "" for node in operation.selection_set.selections
    }  # fmt: skip
    asks = bool(names & {"__schema", "__type"}) and names <= {"__schema", "__type", "__typename"}
    return asks and operation.operation is OperationType.QUERY
