"""How many rows a field asks for: by an argument, by its declaration, or by a search.

The rows of a list are those that an argument asks for, or those that its declaration assumes (`assumes`); a list
without either, such as those of introspection, counts as 20. A search counts as `Limits.search_cost` rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_nullable_type,
)

from graph.documents.limits import Limits

_SIZES = ("first", "last", "pageSize")
"""Arguments that limit the rows of a list."""
_IDS = "ids"
"""An argument with one value for each row."""
_SEARCH = "search"
"""An argument with keywords."""
_ASSUMED_ROWS = "assumed_rows"
_UNDECLARED_ROWS = 20
PAGE = 0
"""The assumed rows of a list that is a page of the object around it, whose argument says how many rows it has."""


def assumes(rows: int) -> dict[str, int]:
    """The metadata of a Strawberry field that is a list without an argument for its size: the rows that it costs."""
    return {_ASSUMED_ROWS: rows}


class Rows(Protocol):
    """A number of rows that depends on variables."""

    def rows(self, variables: Mapping[str, Any]) -> int:
        """The rows with these variables."""


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
class _VariableSearch:
    """The rows that a search counts as if a variable has keywords."""

    variable: str
    default: object
    cost: int

    def rows(self, variables: Mapping[str, Any]) -> int:
        return self.cost if _has_keywords(variables.get(self.variable, self.default)) else 0


class FieldRows:
    """The rows that the fields of one operation ask for."""

    def __init__(self, limits: Limits, operation: OperationDefinitionNode | None = None) -> None:
        self._limits = limits
        definitions: Sequence[Any] = (operation.variable_definitions if operation else None) or ()
        self._defaults = {each.variable.name.value: _literal(each.default_value) for each in definitions}

    def of(self, field: GraphQLField, node: FieldNode) -> int | Rows | None:
        """The rows that a field returns at most, or is assumed to return; None for one that is no list of its own."""
        if not (sizes := [name for name in _SIZES if name in field.args]) and _IDS not in field.args:
            return self._assumed(field)
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in sizes:
            if (rows := self._size(given.get(name))) is not None:
                return rows
        if not sizes:
            return self._size(given.get(_IDS)) or 0
        defaults = (field.args[name].default_value for name in sizes)
        return next((size for size in defaults if isinstance(size, int)), self._limits.rows_default)

    def _assumed(self, field: GraphQLField) -> int | None:
        if is_page(field) or not isinstance(get_nullable_type(field.type), GraphQLList):
            return None
        declared = declared_rows(field)
        return _UNDECLARED_ROWS if declared is None else declared

    def _size(self, value: ValueNode | None) -> int | Rows | None:
        maximum = self._limits.rows_max
        match value:
            case IntValueNode():
                return min(max(int(value.value[:10]), 0), maximum)
            case ListValueNode():
                return min(len(value.values), maximum)
            case VariableNode():
                default = self._defaults.get(value.name.value)
                return _VariableRows(value.name.value, default if isinstance(default, int) else maximum, maximum)
        return None

    def of_search(self, field: GraphQLField, node: FieldNode) -> int | Rows:
        """The rows that the search of a field counts as; 0 if it does not search."""
        if _SEARCH not in field.args:
            return 0
        value = next((each.value for each in node.arguments or () if each.name.value == _SEARCH), None)
        if isinstance(value, VariableNode):
            name = value.name.value
            return _VariableSearch(name, self._defaults.get(name), self._limits.search_cost)
        return self._limits.search_cost if _has_keywords(_literal(value)) else 0


def is_page(field: GraphQLField) -> bool:
    """Whether a field is declared a page of the object around it."""
    return declared_rows(field) == PAGE


def declared_rows(field: GraphQLField) -> int | None:
    """The rows that the declaration of a field assumes, if any."""
    metadata: Mapping[str, int] = getattr(field.extensions.get("strawberry-definition"), "metadata", None) or {}
    return metadata.get(_ASSUMED_ROWS)


def _has_keywords(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and (not value or value.isspace()))


def _literal(value: ValueNode | None) -> object:
    """The value of an integer or a text in a document; None for null and for no value."""
    match value:
        case IntValueNode():
            return int(value.value[:10])
        case StringValueNode():
            return value.value
        case None | NullValueNode():
            return None
    return value
