"""An operation of a document with its compiled functions: when it is compiled, and what is kept of it.

It is compiled at its second use, or at the first if it asks for many rows. Other values of the variables in its `@skip`
and `@include` are other choices of its fields, which are compiled apart, after more uses.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values

from graph.documents.cost import Cost
from graph.documents.documents import Documents, Prepared
from graph.engine.arguments import ValueCache, cache_key
from graph.engine.compile import Compiler, Uncompilable
from graph.engine.plan import OperationPlan, SelectionFn

_MAX_CHOICES = 8
"""Compiled functions of one operation: one for each set of values of the variables in its `@skip` and `@include`."""
_COUNTED_CHOICES = 100
"""Choices whose uses are counted."""
_OTHER_CHOICE_USES = 4
"""How many times the uses of the first choice every other choice takes to be compiled."""
_CHOICE_BYTES = 500
_MAX_VARIABLE_ERRORS = 50
_NO_VARIABLES = VariableValues({}, {})

Choice = tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Compiling:
    """When and how much to compile.

    An operation is compiled after `after` uses; or at once if it asks for at least `rows` rows, for which graphql-core
    takes longer. At most `fields` of its fields are compiled; 0 compiles nothing. An operation waits `wait_seconds` at
    most; if it is not compiled by then, because others are, graphql-core executes it.
    """

    fields: int = 1_000
    after: int = 1
    rows: int = 200
    wait_seconds: float | None = None


DEFAULT = Compiling()


class Operation:
    """One operation of a document, with its compiled functions."""

    def __init__(self, schema: GraphQLSchema, prepared: Prepared, node: OperationDefinitionNode) -> None:
        assert prepared.document is not None  # noqa: S101 - callers have checked
        document: DocumentNode = prepared.document
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        details = {name: FragmentDetails(definition) for name, definition in fragments.items()}
        self.plan = OperationPlan(schema, node, fragments, details, prepared.weight)
        self._cost: Cost = prepared.operation_cost(node)
        self._weight = prepared.weight
        self._conditions = sorted(_condition_variables([node, *fragments.values()]))
        self._compiled: dict[Choice, tuple[SelectionFn | None, Compiler]] = {}
        self._compiling: dict[Choice, asyncio.Task[SelectionFn | None]] = {}
        self._uses: dict[Choice, int] = {}
        self._values = ValueCache[VariableValues](prepared.weight)

    def variable_values(self, given: Mapping[str, Any], hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        """The variables as graphql-core coerces them, or its errors."""
        definitions = self.plan.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        key = cache_key([*given, *given.values()])
        values = self._values.get(key)
        if values is None:
            coerced = get_variable_values(
                self.plan.schema, definitions, dict(given), _MAX_VARIABLE_ERRORS, hide_suggestions
            )
            if isinstance(coerced, list):
                return coerced
            values = coerced
            self._values.store(key, values)
        return values

    async def function(
        self, variables: VariableValues, compiling: Compiling, documents: Documents
    ) -> SelectionFn | None:
        """The compiled function for these variables; None where graphql-core executes the operation."""
        choice: Choice = tuple(variables.coerced.get(name) for name in self._conditions)
        if (found := self._compiled.get(choice)) is not None:
            return found[0]
        uses = self._count_use(choice)
        if None in choice:
            return None
        if self._cost.rows(variables.coerced) < compiling.rows:
            enough = compiling.after * (_OTHER_CHOICE_USES if self._compiled or self._compiling else 1)
            if uses <= enough or len(self._compiled) >= _MAX_CHOICES:
                return None
        task = self._compiling.get(choice)
        if task is None:
            task = self._compiling[choice] = asyncio.create_task(self._compile(choice, compiling, documents))
        # Not cancelled with this operation: others may wait for it, too.
        await asyncio.wait((task,), timeout=compiling.wait_seconds)
        return task.result() if task.done() and not task.cancelled() else None

    def _count_use(self, choice: Choice) -> int:
        """Count a use of a choice that is not compiled; returns how many there are."""
        if choice not in self._uses:
            if len(self._uses) >= _COUNTED_CHOICES:
                self._weight.add(-_CHOICE_BYTES * len(self._uses))
                self._uses.clear()
            self._weight.add(_CHOICE_BYTES)
        self._uses[choice] = uses = self._uses.get(choice, 0) + 1
        return uses

    async def _compile(self, choice: Choice, compiling: Compiling, documents: Documents) -> SelectionFn | None:
        """Compile a choice, in a thread, since that may take as long as many executions."""
        conditions = VariableValues({}, dict(zip(self._conditions, choice, strict=True)))
        compiler = Compiler(self.plan, conditions, compiling.fields)
        try:
            found = await documents.in_thread(compiler.compile)
        except Uncompilable:
            found = None
        finally:
            del self._compiling[choice]
        if len(self._compiled) >= _MAX_CHOICES:
            _, evicted = self._compiled.pop(next(iter(self._compiled)))
            evicted.weight = None
            self._weight.add(-evicted.bytes)
        self._compiled[choice] = found, compiler
        self._weight.add(compiler.bytes)
        compiler.weight = self._weight
        return found


def _condition_variables(nodes: list[Any]) -> set[str]:
    """The names of the variables in `@skip` and `@include`."""
    found: set[str] = set()
    while nodes:
        node = nodes.pop()
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                found |= {a.value.name.value for a in directive.arguments if isinstance(a.value, VariableNode)}
        if getattr(node, "selection_set", None):
            nodes.extend(node.selection_set.selections)
    return found
