"""What a document asks for below a field, so that a read selects that and nothing else."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import strawberry
from graphql import FieldNode, FragmentSpreadNode

_CAPITAL = re.compile("(?=[A-Z])")


def selected(info: strawberry.Info[Any, Any], *path: str) -> frozenset[str]:
    """The names, as Python writes them, of the fields selected under the given path below the present field.

    Aliases count by the field, fragments by what they hold; `@skip` and `@include` are not looked at.
    """
    raw = info._raw_info
    nodes: Iterable[FieldNode] = raw.field_nodes
    for name in path:
        nodes = [node for node in _fields(nodes, raw.fragments) if node.name.value == name]
    return frozenset(_CAPITAL.sub("_", node.name.value).lower() for node in _fields(nodes, raw.fragments))


def _fields(nodes: Iterable[Any], fragments: Any) -> Iterator[FieldNode]:
    """The fields right below the nodes; each fragment is looked into once, however often it is spread."""
    seen: set[str] = set()
    waiting = list(nodes)
    for node in waiting:
        for child in node.selection_set.selections if node.selection_set else ():
            if isinstance(child, FieldNode):
                yield child
            elif isinstance(child, FragmentSpreadNode):
                if child.name.value not in seen:
                    seen.add(child.name.value)
                    waiting.append(fragments[child.name.value])
            else:
                waiting.append(child)
