"""Generates random valid documents from a schema, of every shape that the engine compiles."""

import re
import string
from collections.abc import Callable
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_non_null_type,
    print_ast,
)
from graphql.utilities import ast_from_value

HOSTILE = (
    "class", "None", "print", "source", "v0", "select", "pending", "_", "x" * 1000, "__import__", "True", "self",
    "execution", "path", "value", "error", "add_pending",
)  # fmt: skip
"""Aliases that have a meaning in Python, or in the source that the engine writes."""
Value = Callable[[Random, GraphQLInputType], Any]


class Author:
    """Generates one document and the values of its variables."""

    def __init__(self, schema: GraphQLSchema, random: Random, value: Value, *, depth: int = 3) -> None:
        self.schema = schema
        self.random = random
        self.value = value
        self.depth = depth
        self.variables: dict[str, Any] = {}
        self._defined: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._fragments: dict[str, tuple[GraphQLNamedType, str]] = {}

    def write(self, kind: OperationType = OperationType.QUERY) -> str:
        """The text of a document with one operation."""
        root = self.schema.get_root_type(kind)
        assert root is not None
        for _ in range(self.random.randrange(3)):
            composite = [t for t in self.schema.type_map.values() if is_composite_type(t) and t.name[0] != "_"]
            on = self.random.choice(composite)
            text = self._selection(on, self.depth - 1)
            self._fragments[f"F{len(self._fragments)}"] = (on, f"on {on.name} {text}")
        text = self._selection(root, self.depth, fields=1 if kind is OperationType.SUBSCRIPTION else None)
        spread: dict[str, None] = {}
        waiting = [text]
        for part in waiting:
            for name in re.findall(r"\.\.\.(F\d)", part):
                if name not in spread:
                    spread[name] = None
                    waiting.append(self._fragments[name][1])
        whole = " fragment ".join([text, *(f"{name} {self._fragments[name][1]}" for name in spread)])
        # Fragments that are not spread may have had variables of their own.
        self._defined = {name: text for name, text in self._defined.items() if re.search(rf"\${name}\b", whole)}
        defined = f"({', '.join(self._defined.values())})" if self._defined else ""
        return f"{kind.value} Q{defined} {whole}"

    def _selection(self, on: Any, depth: int, fields: int | None = None) -> str:
        random = self.random
        if not hasattr(on, "fields"):  # a union
            return "{ __typename " + "".join(self._fragment(on, depth) for _ in range(random.randrange(4))) + "}"
        below = [
            (name, field) for name, field in on.fields.items() if depth > 0 or is_leaf_type(get_named_type(field.type))
        ]
        if not below:
            return "{ __typename }"
        chosen = random.choices(below, k=fields or random.choice([1, 2, 2, 3, 4]))
        parts = [self._field(name, field, depth, plain=fields is not None) for name, field in chosen]
        if fields is None:
            parts += [self._fragment(on, depth) for _ in range(random.choice([0, 0, 1, 2]))]
            if random.random() < 0.3:
                parts.append(self._keyed("__typename", "__typename", "String!") + self._condition())
            random.shuffle(parts)
        return "{ " + " ".join(parts) + " }"

    def _field(self, name: str, field: GraphQLField, depth: int, plain: bool = False) -> str:
        given = []
        for argument_name, argument in field.args.items():
            required = is_non_null_type(argument.type) and argument.default is None
            if required or self.random.random() < 0.6:
                given.append(f"{argument_name}: {self._given(argument.type)}")
        call = f"{name}({', '.join(given)})" if given else name
        text = self._keyed(call, name, str(field.type)) + ("" if plain else self._condition())
        below = get_named_type(field.type)
        return f"{text} {self._selection(below, depth - 1)}" if is_composite_type(below) else text

    def _keyed(self, call: str, name: str, type_: str) -> str:
        """The field under a response key that no other field of the document has."""
        signature, key = f"{call}:{type_}", name
        if self.random.random() < 0.25:
            key = self.random.choice(HOSTILE)
        while self._keys.setdefault(key, signature) != signature:
            key = "a" + "".join(self.random.choices(string.ascii_letters, k=6))
        return call if key == name else f"{key}: {call}"

    def _condition(self) -> str:
        if self.random.random() > 0.2:
            return ""
        name = self.random.choice(["skip", "include"])
        if self.random.random() < 0.4:
            return f" @{name}(if: {self.random.choice(['true', 'false'])})"
        variable = f"if{self.random.randrange(2)}"
        if variable not in self.variables:
            self.variables[variable] = self.random.random() < 0.5
            self._defined[variable] = f"${variable}: Boolean!"
        return f" @{name}(if: ${variable})"

    def _fragment(self, on: Any, depth: int) -> str:
        possible = [
            on,
            *(self.schema.get_possible_types(on) if is_abstract_type(on) else getattr(on, "interfaces", ())),
        ]
        fitting = [name for name, (of, _) in self._fragments.items() if of in possible]
        if fitting and self.random.random() < 0.5:
            return f"...{self.random.choice(fitting)}{self._condition()} "
        of = self.random.choice(possible)
        condition = "" if of is on and self.random.random() < 0.5 else f" on {of.name}"
        return f"...{condition}{self._condition()} {self._selection(of, depth - 1)} "

    def _given(self, type_: GraphQLInputType) -> str:
        """A literal, or a variable."""
        if self.random.random() < 0.5:
            name = f"v{len(self.variables)}"
            chance = self.random.random()
            self.variables[name] = self.value(self.random, type_)
            default = ""
            if not is_non_null_type(type_) and chance < 0.3:
                default = f" = {self._literal(type_)}"
            if chance < 0.15 and not is_non_null_type(type_):
                self.variables[name] = Undefined
            elif chance > 0.98:
                self.variables[name] = self.random.choice([{"wrong": ["value"]}, 8, "GREY"])
            self._defined[name] = f"${name}: {type_}{default}"
            return f"${name}"
        return self._literal(type_)

    def _literal(self, type_: GraphQLInputType) -> str:
        return _printed(self.value(self.random, type_), type_)

    def values(self) -> dict[str, Any]:
        """The values of the variables."""
        return {name: self.variables[name] for name in self._defined if self.variables[name] is not Undefined}


def _printed(value: Any, type_: GraphQLInputType) -> str:
    """A value as a literal; an enum value as its name."""
    if isinstance(type_, GraphQLNonNull):
        return _printed(value, type_.of_type)
    if value is None:
        return "null"
    if isinstance(type_, GraphQLList):
        return f"[{', '.join(_printed(one, type_.of_type) for one in value)}]"
    if isinstance(type_, GraphQLInputObjectType):
        return f"{{{', '.join(f'{name}: {_printed(one, type_.fields[name].type)}' for name, one in value.items())}}}"
    if isinstance(type_, GraphQLEnumType):
        return str(value)
    node = ast_from_value(value, type_) if type_.name in ("Int", "Float", "String", "ID", "Boolean") else None
    return print_ast(node) if node is not None else _json(value)


def _json(value: Any) -> str:
    return str(value) if isinstance(value, int) else '"' + str(value).replace('"', '\\"') + '"'


def any_value(random: Random, type_: GraphQLInputType, leaf: Callable[[Random, str], Any]) -> Any:
    """A random value of an input type; `leaf` gives those of scalars, by the name of the scalar."""
    if not is_non_null_type(type_) and random.random() < 0.15:
        return None
    return _present(random, type_, leaf)


def _present(random: Random, type_: Any, leaf: Callable[[Random, str], Any]) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return _present(random, type_.of_type, leaf)
    if isinstance(type_, GraphQLList):
        return [any_value(random, type_.of_type, leaf) for _ in range(random.randrange(3))]
    if isinstance(type_, GraphQLEnumType):
        return random.choice(list(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: any_value(random, field.type, leaf)
            for name, field in type_.fields.items()
            if (is_non_null_type(field.type) and field.default is None) or random.random() < 0.3
        }
    return leaf(random, type_.name)
