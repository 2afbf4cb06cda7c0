"""The cost of an operation: its root fields, and the rows of its lists, multiplied by those of the lists around them.

Fragments are inserted and fields merged by their response key, as the executor does. The number of visited fields is
limited, so that fragments which spread each other cost no more than the same fields written out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from graph.documents.limits import LimitExceeded, Limits

_SIZES = ("first", "last", "pageSize")
"""Arguments that limit the rows of a list."""
_IDS = "ids"
"""An argument with one value for each row."""

Variables = Mapping[str, Any] | None
Parent = GraphQLNamedType | None
Members = list[tuple[SelectionSetNode, Parent]]


@dataclass(frozen=True, slots=True)
class _VariableRows:
    """A number of rows that a variable gives: its value, or the length of its list."""

    variable: str
    default: int
    maximum: int

    def rows(self, variables: Mapping[str, Any]) -> int:
        value = variables.get(self.variable, self.default)
        if isinstance(value, list):
            value = len(value)
        return min(max(value, 0), self.maximum) if isinstance(value, int) else self.maximum


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a selection: a fixed number of rows, and lists with the cost of each of their rows."""

    fixed: int = 0
    lists: tuple[tuple["int | _VariableRows", "Cost"], ...] = ()
    introspects: bool = False
    """Whether it selects `__schema` or `__type`."""

    def rows(self, variables: Variables) -> int:
        """The number of rows with these variables."""
        cost = self.fixed
        for rows, row in self.lists:
            cost += (rows if isinstance(rows, int) else rows.rows(variables or {})) * (1 + row.rows(variables))
        return cost


class OperationCosts:
    """Computes the cost of each operation of a document without fragment cycles, by its name ("" for none).

    Errors: LimitExceeded.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema, self._limits = schema, limits
        self._fields = self._aliases = 0
        self._variables: dict[str, int] = {}
        self._entered: set[str] = set()
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.by_name: dict[str, Cost] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._variables = _defaults(definition)
                root = schema.get_root_type(definition.operation)
                cost = self._selection_cost([(definition.selection_set, root)], 1)
                self.by_name[definition.name.value if definition.name else ""] = cost
        for name, fragment in self._fragments.items():
            # Validation refuses unused fragments, but visits them, too.
            if name not in self._entered:
                self._selection_cost([(fragment.selection_set, self._condition(fragment.type_condition, None))], 2)

    def _condition(self, condition: Any, parent: Parent) -> Parent:
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _selection_cost(self, members: Members, depth: int) -> Cost:
        """The cost of the merged selections of one object in the response."""
        if depth > self._limits.depth:
            raise LimitExceeded("depth", self._limits.depth)
        groups = self._collect(members)
        fixed = 0
        lists: list[tuple[int | _VariableRows, Cost]] = []
        if depth == 1:
            fixed = len(groups)
            if fixed > self._limits.root_fields:
                raise LimitExceeded("root_fields", self._limits.root_fields)
        for group in groups.values():
            below: Members = []
            rows: int | _VariableRows | None = None
            for node, parent in group:
                field = None if parent is None else self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]
                if field is not None and rows is None:
                    rows = self._rows(field, node)
                if node.selection_set is not None:
                    below.append((node.selection_set, None if field is None else get_named_type(field.type)))
            cost = self._selection_cost(below, depth + 1) if below else Cost()
            if rows is None:
                fixed += cost.fixed
                lists += cost.lists
            elif isinstance(rows, int) and not cost.lists:
                fixed += rows * (1 + cost.fixed)
            else:
                lists.append((rows, cost))
        names = {node.name.value for group in groups.values() for node, _ in group}
        return Cost(fixed, tuple(lists), introspects=not names.isdisjoint(("__schema", "__type")))

    def _collect(self, members: Members) -> dict[str, list[tuple[FieldNode, Parent]]]:
        """The fields of some selections by response key; each fragment is visited once, as in execution."""
        groups: dict[str, list[tuple[FieldNode, Parent]]] = {}
        seen: set[str] = set()
        waiting: list[tuple[Any, Parent]] = [
            (selection, parent) for selections, parent in members for selection in selections.selections
        ]
        self._count_fields(len(waiting))
        while waiting:
            node, parent = waiting.pop()
            if isinstance(node, FieldNode):
                if node.alias is not None:
                    self._count_alias()
                group = groups.setdefault(node.alias.value if node.alias else node.name.value, [])
                group.append((node, parent))
                if len(group) > self._limits.repeats:
                    raise LimitExceeded("repeats", self._limits.repeats)
                continue
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in seen or name not in self._fragments:
                    continue
                seen.add(name)
                self._entered.add(name)
                node = self._fragments[name]
            self._count_fields(len(node.selection_set.selections))
            inner = self._condition(node.type_condition, parent)
            waiting += [(selection, inner) for selection in node.selection_set.selections]
        return groups

    def _count_fields(self, count: int) -> None:
        self._fields += count
        if self._fields > self._limits.fields:
            raise LimitExceeded("fields", self._limits.fields)

    def _count_alias(self) -> None:
        self._aliases += 1
        if self._aliases > self._limits.aliases:
            raise LimitExceeded("aliases", self._limits.aliases)

    def _rows(self, field: GraphQLField, node: FieldNode) -> int | _VariableRows | None:
        """The rows that a field returns at most; None for a field without an argument that limits them."""
        if not (sizes := [name for name in _SIZES if name in field.args]) and _IDS not in field.args:
            return None
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in sizes:
            if (rows := self._size(given.get(name))) is not None:
                return rows
        if not sizes:
            return self._size(given.get(_IDS)) or 0
        defaults = (field.args[name].default_value for name in sizes)
        return next((size for size in defaults if isinstance(size, int)), self._limits.rows_default)

    def _size(self, value: ValueNode | None) -> int | _VariableRows | None:
        maximum = self._limits.rows_max
        match value:
            case IntValueNode():
                return min(max(int(value.value[:10]), 0), maximum)
            case ListValueNode():
                return min(len(value.values), maximum)
            case VariableNode():
                name = value.name.value
                return _VariableRows(name, self._variables.get(name, maximum), maximum)
        return None


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    """The integer defaults of an operation's variables."""
    definitions: Sequence[Any] = operation.variable_definitions or ()
    return {
        definition.variable.name.value: int(definition.default_value.value[:10])
        for definition in definitions
        if isinstance(definition.default_value, IntValueNode)
    }
