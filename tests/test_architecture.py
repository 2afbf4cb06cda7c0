"""The rules of the house, held by the sources themselves: who imports whom, names that match, described fields."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    build_schema,
)

from models.workflow import TicketAction

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for room in ("models", "graph") for path in (ROOT / room).rglob("*.py"))
WRITTEN = [path for path in SOURCES if "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in SOURCES}


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports; ours by their full names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [name for name in inner if name in MODULES]
            yield from named
            if len(named) < len(inner):
                yield node.module


def test_the_top_level_holds_what_the_contract_names_and_nothing_else() -> None:
    allowed = {
        "pyproject.toml", "graph", "schema.graphql", "models", "tests", "client-examples", "README.md", "Makefile",
        "CHANGELOG.md", "LICENSE", "Dockerfile", "compose.yaml", "requirements.lock", "requirements-dev.lock",
    }  # fmt: skip
    made = {"var", "build", "saisine.egg-info", "node_modules", "__pycache__"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - made <= allowed


def test_models_know_neither_graph_nor_the_web_nor_graphql() -> None:
    barred = {"graph", "strawberry", "graphql", "starlette", "uvicorn", "websockets"}
    for path in SOURCES:
        if name_of(path).startswith("models"):
            assert not {name.split(".")[0] for name in imports(path)} & barred, path


def test_the_rules_of_a_ticket_import_nothing_but_the_standard_library() -> None:
    assert set(imports(ROOT / "models/workflow.py")) <= {"collections.abc", "dataclasses", "enum"}


def test_there_is_no_circle_of_imports_and_no_import_inside_a_function() -> None:
    TopologicalSorter({name: set(imports(path)) & set(MODULES) - {name} for name, path in MODULES.items()}).prepare()
    for path in WRITTEN:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))]
                assert not inner, f"{path}: an import inside {node.name}"


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_file_says_what_belongs_there_and_is_no_longer_than_one_can_hold_in_mind(path: Path) -> None:
    source = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert len(source.splitlines()) <= 340


def test_only_actions_the_scanner_and_the_generator_write_tickets() -> None:
    for path in SOURCES:
        if re.search(r"\b(INSERT_TICKET|UPDATE_TICKET|INSERT_ACTIVITY)\b", path.read_text("utf-8")):
            assert name_of(path) in {
                "models.tickets.writes",
                "models.actions",
                "models.scanning",
                "models.demo.generate",
            }, path
        assert not re.search(r"(INSERT INTO|UPDATE|DELETE FROM) (tickets|activities)\b", path.read_text("utf-8")) or (
            name_of(path) == "models.tickets.writes"
        ), path


SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
CAPITAL = re.compile("(?=[A-Z])")


def snake(name: str) -> str:
    return CAPITAL.sub("_", name).lower()


def test_a_mutation_has_one_word_in_schema_file_and_verb() -> None:
    assert SCHEMA.mutation_type is not None
    fields = {snake(name) for name in SCHEMA.mutation_type.fields}
    files = {path.stem for path in (ROOT / "graph/mutations").glob("*.py")} - {"__init__", "perform"}
    tree = ast.parse((ROOT / "models/actions.py").read_text("utf-8"))
    verbs = {n.name for n in tree.body if isinstance(n, ast.AsyncFunctionDef) and not n.name.startswith("_")}
    assert fields == files == verbs
    assert len(verbs) == len(TicketAction) + 1, "every action and the submission"


def test_a_subscription_has_a_file_of_its_name() -> None:
    assert SCHEMA.subscription_type is not None
    files = {path.stem for path in (ROOT / "graph/subscriptions").glob("*.py")} - {"__init__"}
    assert {snake(name) for name in SCHEMA.subscription_type.fields} == files


def described() -> Iterator[tuple[str, str | None]]:
    """Every element of the schema that tools show, and its description."""
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__") or name in ("ID", "String", "Int", "Boolean", "Float"):
            continue
        yield name, kind.description
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for field_name, field in kind.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument_name, argument in field.args.items():
                    yield f"{name}.{field_name}({argument_name}:)", argument.description
        elif isinstance(kind, GraphQLInputObjectType):
            for input_name, input_field in kind.fields.items():
                yield f"{name}.{input_name}", input_field.description
        elif isinstance(kind, GraphQLEnumType):
            for value_name, value in kind.values.items():
                yield f"{name}.{value_name}", value.description
        else:
            assert isinstance(kind, (GraphQLScalarType, GraphQLUnionType))


@pytest.mark.parametrize(("element", "description"), list(described()), ids=[name for name, _ in described()])
def test_every_element_of_the_schema_is_described(element: str, description: str | None) -> None:
    assert description, element
    assert len(description) > 5


def test_enum_values_say_the_french_term_of_the_screens() -> None:
    for element, description in described():
        kind, _, value = element.partition(".")
        if value.isupper() and isinstance(SCHEMA.type_map[kind], GraphQLEnumType):
            assert "«" in (description or ""), element
