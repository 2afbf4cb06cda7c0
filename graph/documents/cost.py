"""What a document becomes once its fragments are put in, as it will be run: fields merged by their response name.

The walk has a budget, so a few fragments that multiply cost no more than a document that says it all. It also prices
each operation: the rows that its lists are asked for, multiplied down.
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

from graph.documents.limits import Limits, exceeded, too_deep

_SIZES = ("first", "last", "pageSize")
"""Arguments that say how many rows a list has."""
_IDS = "ids"
"""An argument whose values are a row each."""

Variables = Mapping[str, Any] | None
Parent = GraphQLNamedType | None
Members = list[tuple[SelectionSetNode, Parent]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Rows that a variable says: its number, or the number of its values."""

    variable: str
    otherwise: int
    most: int

    def rows(self, variables: Mapping[str, Any]) -> int:
        given = variables.get(self.variable, self.otherwise)
        if isinstance(given, list):
            given = len(given)
        return min(max(given, 0), self.most) if isinstance(given, int) else self.most


@dataclass(frozen=True, slots=True)
class Price:
    """What a selection costs: a fixed part, and what depends on variables."""

    fixed: int = 0
    parts: tuple[tuple["int | _Asked", "Price"], ...] = ()
    introspects: bool = False
    """Whether the schema is asked for here."""

    def of(self, variables: Variables) -> int:
        """The rows asked, with these variables."""
        cost = self.fixed
        for rows, below in self.parts:
            cost += (rows if isinstance(rows, int) else rows.rows(variables or {})) * (1 + below.of(variables))
        return cost


class Expansion:
    """The operations of a document that has no circular fragments, and the price of each by its name ("" for none).

    Errors: CodedError (LIMIT_EXCEEDED).
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
        self.prices: dict[str, Price] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._variables = _defaults(definition)
                root = schema.get_root_type(definition.operation)
                price = self._level([(definition.selection_set, root)], 1)
                self.prices[definition.name.value if definition.name else ""] = price
        for name, fragment in self._fragments.items():
            # Fragments that nothing spreads are an error, which validation tells; it looks into them all the same.
            if name not in self._entered:
                self._level([(fragment.selection_set, self._condition(fragment.type_condition, None))], 2)

    def _condition(self, condition: Any, parent: Parent) -> Parent:
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _level(self, members: Members, depth: int) -> Price:
        """The merged selections of one place in the answer."""
        if depth > self._limits.depth:
            raise too_deep(self._limits.depth)
        groups = self._collect(members)
        fixed = 0
        parts: list[tuple[int | _Asked, Price]] = []
        if depth == 1:
            fixed = len(groups)
            if fixed > self._limits.root_fields:
                raise exceeded(
                    self._limits.root_fields,
                    "champs à la racine d’une opération : faites plusieurs requêtes.",
                    "fields at the root of an operation: make several requests.",
                )
        for group in groups.values():
            below: Members = []
            rows: int | _Asked | None = None
            for node, parent in group:
                field = None if parent is None else self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]
                if field is not None and rows is None:
                    rows = self._rows(field, node)
                if node.selection_set is not None:
                    below.append((node.selection_set, None if field is None else get_named_type(field.type)))
            price = self._level(below, depth + 1) if below else Price()
            if rows is None:
                fixed += price.fixed
                parts += price.parts
            elif isinstance(rows, int) and not price.parts:
                fixed += rows * (1 + price.fixed)
            else:
                parts.append((rows, price))
        asked = {node.name.value for group in groups.values() for node, _ in group}
        return Price(fixed, tuple(parts), introspects=not asked.isdisjoint(("__schema", "__type")))

    def _collect(self, members: Members) -> dict[str, list[tuple[FieldNode, Parent]]]:
        """The fields of some selections by response name, each fragment looked into once, as they will be run."""
        groups: dict[str, list[tuple[FieldNode, Parent]]] = {}
        seen: set[str] = set()
        waiting: list[tuple[Any, Parent]] = [
            (selection, parent) for selections, parent in members for selection in selections.selections
        ]
        self._spend(len(waiting))
        while waiting:
            node, parent = waiting.pop()
            if isinstance(node, FieldNode):
                if node.alias is not None:
                    self._count_alias()
                group = groups.setdefault(node.alias.value if node.alias else node.name.value, [])
                group.append((node, parent))
                if len(group) > self._limits.repeats:
                    raise exceeded(
                        self._limits.repeats,
                        "fois le même champ au même endroit : demandez-le une fois.",
                        "times the same field at the same place: ask for it once.",
                    )
                continue
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in seen or name not in self._fragments:
                    continue
                seen.add(name)
                self._entered.add(name)
                node = self._fragments[name]
            self._spend(len(node.selection_set.selections))
            inner = self._condition(node.type_condition, parent)
            waiting += [(selection, inner) for selection in node.selection_set.selections]
        return groups

    def _spend(self, count: int) -> None:
        self._fields += count
        if self._fields > self._limits.fields:
            raise exceeded(
                self._limits.fields,
                "champs par document, fragments compris : demandez moins, ou faites plusieurs requêtes.",
                "fields in a document, fragments included: ask for less, or make several requests.",
            )

    def _count_alias(self) -> None:
        self._aliases += 1
        if self._aliases > self._limits.aliases:
            raise exceeded(
                self._limits.aliases,
                "alias par document, fragments compris : faites plusieurs requêtes.",
                "aliases in a document, fragments included: make several requests.",
            )

    def _rows(self, field: GraphQLField, node: FieldNode) -> int | _Asked | None:
        """The rows that a field is asked for; None for one that has no such argument."""
        if not (sizes := [name for name in _SIZES if name in field.args]) and _IDS not in field.args:
            return None
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in sizes:
            if (rows := self._size(given.get(name))) is not None:
                return rows
        if not sizes:
            return self._size(given.get(_IDS)) or 0
        usual = (field.args[name].default_value for name in sizes)
        return next((size for size in usual if isinstance(size, int)), self._limits.rows_default)

    def _size(self, value: ValueNode | None) -> int | _Asked | None:
        most = self._limits.rows_max
        match value:
            case IntValueNode():
                return min(max(int(value.value[:10]), 0), most)
            case ListValueNode():
                return min(len(value.values), most)
            case VariableNode():
                name = value.name.value
                return _Asked(name, self._variables.get(name, most), most)
        return None


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    """The numbers that variables have where none is given."""
    given: Sequence[Any] = operation.variable_definitions or ()
    return {
        one.variable.name.value: int(one.default_value.value[:10])
        for one in given
        if isinstance(one.default_value, IntValueNode)
    }
