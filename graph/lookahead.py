"""The fields that a document selects below the current field, so that a query reads only their columns."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import strawberry
from graphql import FieldNode, FragmentSpreadNode, VariableNode

T = TypeVar("T")

_CAPITAL = re.compile("(?=[A-Z])")


def selected(info: strawberry.Info[Any, Any], *path: str) -> frozenset[str]:
    """The Python names of the fields that are selected at a path of response fields below the current field.

    Fragments count whatever their type condition; fields that `@skip` or `@include` leave out don't.
    """
    return cached(info, path, lambda: _selected(info._raw_info, *path))


def cached(info: strawberry.Info[Any, Any], key: Hashable, compute: Callable[[], T]) -> T:
    """The result of `compute`, which may depend on the current field's selection only; cached in a compiled field.

    For other values of the variables in `@skip` and `@include`, a field is compiled again.
    """
    memo = getattr(info, "memo", None)
    if memo is None:
        return compute()
    if key not in memo:
        memo[key] = compute()
    return memo[key]  # type: ignore[no-any-return]


def _selected(raw: Any, *path: str) -> frozenset[str]:
    nodes: Iterable[FieldNode] = raw.field_nodes
    for name in path:
        nodes = [node for node in _fields(nodes, raw) if node.name.value == name]
    return frozenset(_CAPITAL.sub("_", node.name.value).lower() for node in _fields(nodes, raw))


def _fields(nodes: Iterable[Any], raw: Any) -> Iterator[FieldNode]:
    """The fields directly below the nodes; each fragment is visited once."""
    seen: set[str] = set()
    waiting = list(nodes)
    for node in waiting:
        for child in node.selection_set.selections if node.selection_set else ():
            if not _included(child, raw.variable_values):
                continue
            if isinstance(child, FieldNode):
                yield child
            elif isinstance(child, FragmentSpreadNode):
                if child.name.value not in seen:
                    seen.add(child.name.value)
                    waiting.append(raw.fragments[child.name.value])
            else:
                waiting.append(child)


def _included(node: Any, variables: Mapping[str, Any]) -> bool:
    """Whether `@skip` and `@include` leave the node in."""
    for directive in node.directives or ():
        if (name := directive.name.value) in ("skip", "include"):
            value = directive.arguments[0].value
            condition = variables.get(value.name.value) if isinstance(value, VariableNode) else value.value
            if bool(condition) is (name == "skip"):
                return False
    return True
