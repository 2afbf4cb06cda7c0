"""Limits on the size of a document as written, checked in one linear pass before validation, whose cost they bound.

The size after fragments are inserted is limited in `cost.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectValueNode,
    SelectionSetNode,
)

LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum of what a document may contain; the settings describe each."""

    characters: int = 50_000
    tokens: int = 1_000
    definitions: int = 50
    depth: int = 20
    spreads: int = 100
    directives: int = 50
    directives_per_place: int = 4
    values: int = 500
    fields: int = 500
    root_fields: int = 20
    aliases: int = 30
    repeats: int = 50
    rows_default: int = 20
    """Rows of a list that is selected without a size and has no default in the schema."""
    rows_max: int = 100
    """The maximum size of a list in the schema; a size that is unknown counts as this one."""
    search_cost: int = 100
    """Rows that a search costs."""


class LimitExceeded(GraphQLError):
    """Something has more than `maximum` of what `name` says: a field of Limits, or another limit of a request.

    `requested` is the actual number, if it is known. The caller writes the text for people.
    """

    def __init__(self, name: str, maximum: int, requested: int | None = None) -> None:
        super().__init__(f"{name} > {maximum}", extensions={"code": LIMIT_EXCEEDED})
        self.name = name
        self.maximum = maximum
        self.requested = requested


class DocumentSize:
    """Counts what a document contains, and records which fragment spreads which. Errors: LimitExceeded."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._limits = limits
        self._directives = self._values = self._spreads = 0
        self.nodes = 0
        self._spread_names: dict[str, list[str]] = {}
        self._has_duplicates = False
        _check("definitions", len(document.definitions), limits.definitions)
        for definition in document.definitions:
            name = definition.name.value if isinstance(definition, FragmentDefinitionNode) else ""
            self._has_duplicates |= name in self._spread_names and name != ""
            self._count(definition, self._spread_names.setdefault(name, []))

    def _count(self, definition: Node, spread_names: list[str]) -> None:
        """Count all nodes of a definition; with a stack instead of recursion, since clients choose the depth."""
        limits = self._limits
        waiting = [(definition, 0, 0)]
        while waiting:
            node, braces, brackets = waiting.pop()
            self.nodes += 1
            directives = getattr(node, "directives", None)
            if directives:
                self._directives += len(directives)
                _check("directives_per_place", len(directives), limits.directives_per_place)
                _check("directives", self._directives, limits.directives)
            if isinstance(node, SelectionSetNode):
                braces += 1
            elif isinstance(node, ListValueNode | ObjectValueNode):
                brackets += 1
                self._count_values(len(node.values if isinstance(node, ListValueNode) else node.fields))
            elif isinstance(node, FragmentSpreadNode):
                spread_names.append(node.name.value)
                self._spreads += 1
                _check("spreads", self._spreads, limits.spreads)
            elif isinstance(node, FieldNode) and node.arguments:
                self._count_values(len(node.arguments))
            _check("depth", max(braces, brackets), limits.depth)
            waiting += [(child, braces, brackets) for child in _children(node)]

    def _count_values(self, count: int) -> None:
        self._values += count
        _check("values", self._values, self._limits.values)

    @property
    def has_proper_fragments(self) -> bool:
        """Whether every fragment is defined once and none spreads itself."""
        return not self._has_duplicates and not self._has_cycle()

    def _has_cycle(self) -> bool:
        visiting: dict[str, bool] = {}  # True: on the current path; False: visited, without a cycle
        for start in self._spread_names:
            path: list[tuple[str, Iterator[str]]] = []
            name: str | None = start
            while True:
                if name is not None and name in self._spread_names and name not in visiting:
                    visiting[name] = True
                    path.append((name, iter(self._spread_names[name])))
                elif name is not None and visiting.get(name):
                    return True
                if not path:
                    break
                name = next(path[-1][1], None)
                if name is None:
                    visiting[path.pop()[0]] = False
        return False


def _check(name: str, count: int, maximum: int) -> None:
    if count > maximum:
        raise LimitExceeded(name, maximum)


def _children(node: Node) -> Iterator[Node]:
    for key in node.keys:
        if key != "loc":
            child = getattr(node, key, None)
            if isinstance(child, Node):
                yield child
            elif isinstance(child, list | tuple):
                yield from child


def check_variable_values(variables: Mapping[str, Any] | None, maximum: int, depth: int) -> None:
    """Check that variables hold at most `maximum` values in at most `depth` levels. Errors: LimitExceeded."""
    count = 0
    waiting: list[tuple[Any, int]] = [(variables, 1)]
    while waiting:
        container, level = waiting.pop()
        if isinstance(container, dict):
            inner: Any = container.values()
        else:
            inner = container if isinstance(container, list) else ()
        count += len(inner)
        _check("variable_values", count, maximum)
        waiting += [(value, level + 1) for value in inner if isinstance(value, dict | list)]
        _check("variable_depth", level, depth)
