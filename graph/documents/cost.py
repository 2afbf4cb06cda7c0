"""The cost of an operation: its root fields, and the rows of its lists, multiplied by those of the lists around them.

`rows.py` says how many rows a field asks for. A search counts as rows, too, and as many again if its results are
counted.

Fragments are inserted and fields merged by their response key, as the executor does. The number of visited fields is
limited, so that fragments which spread each other cost no more than the same fields written out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from graph.documents.limits import LimitExceeded, Limits
from graph.documents.rows import FieldRows, Rows, is_page

_COUNTS = frozenset({"totalCount", "pageCount"})
"""Fields that count all results of a search."""

Variables = Mapping[str, Any] | None
Parent = GraphQLNamedType | None
Members = list[tuple[SelectionSetNode, Parent]]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a selection: a fixed number of rows, and lists with the cost of each of their rows."""

    fixed: int = 0
    lists: tuple[tuple["int | Rows", "Cost"], ...] = ()
    introspects: bool = False
    """Whether it selects `__schema` or `__type`."""
    counts: bool = False
    """Whether it selects the number of all results."""

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
        self._rows = FieldRows(limits)
        self._entered: set[str] = set()
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.by_name: dict[str, Cost] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._rows = FieldRows(limits, definition)
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
        lists: list[tuple[int | Rows, Cost]] = []
        pages = Counter[str]()
        if depth == 1:
            fixed = len(groups)
            if fixed > self._limits.root_fields:
                raise LimitExceeded("root_fields", self._limits.root_fields)
        for group in groups.values():
            rows, searched, below = self._field(group, pages)
            cost = self._selection_cost(below, depth + 1) if below else Cost()
            if searched:
                lists += [(searched, Cost())] * (2 if cost.counts else 1)
            if rows is None:
                fixed += cost.fixed
                lists += cost.lists
            elif isinstance(rows, int) and not cost.lists:
                fixed += rows * (1 + cost.fixed)
            else:
                lists.append((rows, cost))
        names = {node.name.value for group in groups.values() for node, _ in group}
        # The rows around include a page once; under other aliases it is built again.
        fixed += pages.total() - len(pages)
        return Cost(
            fixed,
            tuple(lists),
            introspects=not names.isdisjoint(("__schema", "__type")),
            counts=not names.isdisjoint(_COUNTS),
        )

    def _field(
        self, group: list[tuple[FieldNode, Parent]], pages: Counter[str]
    ) -> tuple[int | Rows | None, int | Rows, Members]:
        """The rows of one field, those that its search counts as, and its selections. `pages` counts pages."""
        below: Members = []
        rows: int | Rows | None = None
        searched: int | Rows = 0
        for node, parent in group:
            field = None if parent is None else self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]
            if field is not None and rows is None:
                rows, searched = self._rows.of(field, node), searched or self._rows.of_search(field, node)
                if node is group[0][0] and is_page(field):
                    pages[node.name.value] += 1
            if node.selection_set is not None:
                below.append((node.selection_set, None if field is None else get_named_type(field.type)))
        return rows, searched, below

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
