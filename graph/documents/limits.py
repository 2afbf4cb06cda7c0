"""How large a document may be as it is written: one linear pass before validation, whose own cost it bounds.

What a document becomes once its fragments are put in is in `documents/cost.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    SelectionSetNode,
)

from graph.errors import CodedError
from models.i18n.language import Text

LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a document may have; each is described where it is set."""

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
    """Rows of a list that is asked without a size, where the schema names none."""
    rows_max: int = 100
    """Rows that no list gives more of at a time, whatever is asked; what an unknown size counts for."""


def exceeded(maximum: int, fr: str, en: str) -> CodedError:
    """A limit that a document breaks. `fr` and `en` say of what there is too much, and what to do."""
    return CodedError(LIMIT_EXCEEDED, Text(f"Au plus {maximum} {fr}", f"At most {maximum} {en}"))


def too_long(maximum: int) -> CodedError:
    """A text that is not even parsed."""
    return exceeded(
        maximum,
        "caractères par document : passez les longs textes en variables.",
        "characters in a document: pass long texts as variables.",
    )


def too_many_tokens(maximum: int) -> CodedError:
    """A text whose parsing was given up."""
    return exceeded(
        maximum,
        "éléments lexicaux par document : passez les valeurs en variables, ou faites plusieurs requêtes.",
        "tokens in a document: pass values as variables, or make several requests.",
    )


def too_deep(maximum: int) -> CodedError:
    """A document, or a value in it, that is nested too deeply."""
    return exceeded(
        maximum,
        "niveaux d’imbrication : demandez moins profond, ou passez la valeur en variable.",
        "levels of nesting: ask less deeply, or pass the value as a variable.",
    )


class Survey:
    """A document as it is written: counted, and which fragment spreads which. Errors: CodedError (LIMIT_EXCEEDED)."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._limits = limits
        self._directives = self._values = self._spreads = 0
        self._spread: dict[str, list[str]] = {}
        if len(document.definitions) > limits.definitions:
            raise exceeded(
                limits.definitions,
                "opérations et fragments par document : n’envoyez que ceux qui servent.",
                "operations and fragments in a document: send only those that are used.",
            )
        self._twice = False
        for definition in document.definitions:
            name = definition.name.value if isinstance(definition, FragmentDefinitionNode) else ""
            self._twice |= name in self._spread and name != ""
            self._read(definition, self._spread.setdefault(name, []))

    def _read(self, definition: Node, spread: list[str]) -> None:
        """Everything below a definition, by a stack of its own: nesting costs no recursion."""
        waiting = [(definition, 0, 0)]
        while waiting:
            node, braces, brackets = waiting.pop()
            directives = getattr(node, "directives", None)
            if directives:
                self._count_directives(len(directives))
            if isinstance(node, SelectionSetNode):
                braces += 1
            elif isinstance(node, ListValueNode | ObjectValueNode):
                brackets += 1
                self._count_values(len(node.values if isinstance(node, ListValueNode) else node.fields))
            elif isinstance(node, FragmentSpreadNode):
                spread.append(node.name.value)
                self._count_spread()
            elif isinstance(node, FieldNode) and node.arguments:
                self._count_values(len(node.arguments))
            if max(braces, brackets) > self._limits.depth:
                raise too_deep(self._limits.depth)
            waiting += [(child, braces, brackets) for child in _children(node)]

    def _count_spread(self) -> None:
        self._spreads += 1
        if self._spreads > self._limits.spreads:
            raise exceeded(
                self._limits.spreads,
                "emplois de fragments par document : écrivez les champs, ou faites plusieurs requêtes.",
                "uses of fragments in a document: write the fields, or make several requests.",
            )

    def _count_directives(self, count: int) -> None:
        self._directives += count
        if count > self._limits.directives_per_place:
            raise exceeded(
                self._limits.directives_per_place, "directives à un même endroit.", "directives at one place."
            )
        if self._directives > self._limits.directives:
            raise exceeded(self._limits.directives, "directives par document.", "directives in a document.")

    def _count_values(self, count: int) -> None:
        self._values += count
        if self._values > self._limits.values:
            raise exceeded(
                self._limits.values,
                "valeurs écrites dans un document : passez-les en variables.",
                "values written in a document: pass them as variables.",
            )

    @property
    def can_be_expanded(self) -> bool:
        """Whether every fragment is defined once and none leads back to itself."""
        return not self._twice and not self._circular()

    def _circular(self) -> bool:
        state: dict[str, bool] = {}  # True: led through at present; False: leads nowhere back
        for name in self._spread:
            way: list[tuple[str, Iterator[str]]] = []
            following: str | None = name
            while True:
                if following is not None and following in self._spread and following not in state:
                    state[following] = True
                    way.append((following, iter(self._spread[following])))
                elif following is not None and state.get(following):
                    return True
                if not way:
                    break
                following = next(way[-1][1], None)
                if following is None:
                    state[way.pop()[0]] = False
        return False


def _children(node: Node) -> Iterator[Node]:
    for key in node.keys:
        if key != "loc":
            child = getattr(node, key, None)
            if isinstance(child, Node):
                yield child
            elif isinstance(child, list | tuple):
                yield from child


def expect_few_values(variables: Mapping[str, Any] | None, maximum: int, depth: int) -> None:
    """Stop at variables that hold more values than this, or in more levels. Errors: CodedError (LIMIT_EXCEEDED)."""
    count = 0
    waiting: list[tuple[Any, int]] = [(variables, 1)]
    while waiting:
        held, level = waiting.pop()
        inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
        count += len(inner)
        if count > maximum:
            raise exceeded(
                maximum,
                "valeurs dans les variables d’une requête : faites plusieurs requêtes.",
                "values in the variables of a request: make several requests.",
            )
        waiting += [(value, level + 1) for value in inner if isinstance(value, dict | list)]
        if level > depth:
            raise exceeded(depth, "niveaux dans les variables : aplatissez-les.", "levels in variables: flatten them.")
