"""Rows of a YAML file. Every value is a text as it is written: `01234`, `no` and `2026-01-01` are no number, no flag
and no date. Aliases are refused, since a short file of them makes a long one; so are keys that are there twice, of
which YAML keeps the last in silence.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from models.directory.entries import (
    CategoryEntry,
    Entry,
    NoProfilesEntry,
    ProfileEntry,
    ServiceEntry,
    StructureEntry,
    SubcategoryEntry,
    UserEntry,
    quoted,
)
from models.directory.read_csv import Row

# The lists of a YAML file: the entry, the list nested in it, the entry's key, the nested entry's field for that key,
# and the nested entry.
_LISTS: dict[str, tuple[type[Entry], str, str, str, type[Entry] | None]] = {
    "structures": (StructureEntry, "services", "identifier", "structure", ServiceEntry),
    "categories": (CategoryEntry, "subcategories", "code", "category", SubcategoryEntry),
    "users": (UserEntry, "profiles", "login", "login", ProfileEntry),
}


_STRING = "tag:yaml.org,2002:str"


class _Loader(yaml.SafeLoader):
    """YAML whose plain values are texts, or null; other tags are unknown."""

    yaml_constructors = {  # noqa: RUF012 - as in the base class
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.removeprefix("tag:yaml.org,2002:") in ("null", "str", "seq", "map")
    }
    yaml_implicit_resolvers = {  # noqa: RUF012 - as in the base class
        first: [("tag:yaml.org,2002:null", re.compile("(~|null|Null|NULL|)$"))] for first in ("~", "n", "N", "")
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are refused; write the rows out", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode) or key.tag != _STRING:
                raise yaml.constructor.ConstructorError(None, None, "a key is no text", key.start_mark)
            if key.value in seen:
                problem = f"{quoted(key.value)} is there twice; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(name: str, text: str) -> list[Row]:
    """The rows of a YAML file. Errors: ValueError if it can't be read."""
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ValueError(f"line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
    if not isinstance(document, dict) or not document.keys() <= _LISTS.keys():
        raise ValueError(f"a mapping of lists is expected: {', '.join(_LISTS)}")
    return [row for part, items in document.items() for row in _rows(name, part, items)]


def _rows(name: str, part: str, items: object) -> Iterator[Row]:
    kind, nested, key, parent, nested_kind = _LISTS[part]
    for where, item in _mappings(part, items):
        told = nested in item
        children = item.pop(nested, None)
        _check_columns(where, item, {*kind.columns()}, nested)
        yield Row(f"{name}: {where}", kind, item)
        if nested_kind is ProfileEntry and told and not children:
            if children != []:
                raise ValueError(f"{where}: profiles: write [] to withdraw them all, or remove the key")
            yield Row(f"{name}: {where}", NoProfilesEntry, {parent: item.get(key)})
        for child_where, child in _mappings(f"{where}: {nested}", children):
            if nested_kind is not None:
                _check_columns(child_where, child, {*nested_kind.columns()} - {parent})
                yield Row(f"{name}: {child_where}", nested_kind, {**child, parent: item.get(key)})


def _mappings(where: str, items: object) -> Iterator[tuple[str, dict[Any, Any]]]:
    if items is None:
        return
    if not isinstance(items, list):
        raise ValueError(f"{where}: a list is expected")
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise ValueError(f"{where} {number}: a mapping is expected")
        yield f"{where} {number}", item


def _check_columns(where: str, item: dict[Any, Any], columns: set[str], *more: str) -> None:
    if unknown := [key for key in item if key not in columns]:
        raise ValueError(f"{where}: unknown key {quoted(unknown[0])}; it has {', '.join([*sorted(columns), *more])}")
    for empty in [key for key, value in item.items() if value is None]:
        del item[empty]
