"""The rules of the code base, checked on the sources: imports, names, lengths, descriptions, and who writes tickets.

The floors of imports are import-linter's contracts, in pyproject.toml.
"""

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


def test_the_top_level_holds_the_agreed_names_only() -> None:
    allowed = {
        "pyproject.toml", "graph", "schema.graphql", "models", "tests", "client-examples", "README.md", "Makefile",
        "CHANGELOG.md", "LICENSE", "Dockerfile", "compose.yaml", "requirements.lock", "requirements-dev.lock",
    }  # fmt: skip
    made = {"var", "build", "saisine.egg-info", "node_modules", "__pycache__"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - made <= allowed


def test_models_import_neither_graph_nor_web_nor_graphql_packages() -> None:
    barred = {"graph", "strawberry", "graphql", "starlette", "uvicorn", "websockets"}
    for path in SOURCES:
        if name_of(path).startswith("models"):
            assert not {name.split(".")[0] for name in imports(path)} & barred, path


def test_workflow_imports_the_standard_library_only() -> None:
    assert set(imports(ROOT / "models/workflow.py")) <= {"collections.abc", "dataclasses", "enum"}


def test_imports_have_no_circle_and_stand_at_the_top_of_a_file() -> None:
    TopologicalSorter({name: set(imports(path)) & set(MODULES) - {name} for name, path in MODULES.items()}).prepare()
    for path in WRITTEN:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))]
                assert not inner, f"{path}: an import inside {node.name}"


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_module_has_a_docstring_and_at_most_340_lines(path: Path) -> None:
    source = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert len(source.splitlines()) <= 340


TICKET_SQL = re.compile(
    r"(INSERT INTO|UPDATE|DELETE FROM) (tickets|activities|attachments|ticket_counts|ticket_search)\b"
)
STATEMENTS = {
    "models.tickets.writes": {
        "INSERT_TICKET", "UPDATE_TICKET", "INSERT_ACTIVITY", "INSERT_ATTACHMENT", "activity_inserts",
    },
    "models.tickets.counters": {"ADD", "statements"},
    "models.search.index": {"INSERT", "inserted", "appended", "rescoped"},
}  # fmt: skip
"""The modules that hold the statements of actions, and the names of these."""
MODEL_WRITES = {
    "create", "save", "delete", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "select_for_update",
}  # fmt: skip


def test_only_actions_use_the_statements_that_write_tickets() -> None:
    holders = {module.rpartition(".")[2]: module for module in STATEMENTS}
    for path in WRITTEN:
        if name_of(path) == "models.actions" or name_of(path) in STATEMENTS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in STATEMENTS:
                assert not {alias.name for alias in node.names} & STATEMENTS[node.module], path
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in holders:
                assert node.attr not in STATEMENTS[holders[node.value.id]], f"{path}:{node.lineno}"


def test_sql_that_writes_tickets_stands_in_actions_only() -> None:
    for path in WRITTEN:
        if name_of(path) != "models.actions" and name_of(path) not in STATEMENTS:
            texts = [
                node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
            ]
            assert not [text for text in texts if isinstance(text, str) and TICKET_SQL.search(text)], path


def test_ticket_models_are_written_by_the_scan_queue_only() -> None:
    for path in WRITTEN:
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and node.module in {"models.tickets.tables", "models.attachments.tables"}
            for alias in node.names
        }
        for node in ast.walk(tree) if imported & {"Ticket", "Activity", "Attachment"} else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MODEL_WRITES:
                # The queue only postpones files that are due.
                assert name_of(path) == "models.scanning", path
                assert {keyword.arg for keyword in node.keywords} == {"scan_after"}


SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
CAPITAL = re.compile("(?=[A-Z])")


def snake(name: str) -> str:
    return CAPITAL.sub("_", name).lower()


NOT_MUTATIONS = {"record_scan_result", "record_history"}
"""The actions of the virus scanner and of the generator."""


def test_a_mutation_its_file_and_its_action_have_the_same_name() -> None:
    assert SCHEMA.mutation_type is not None
    fields = {snake(name) for name in SCHEMA.mutation_type.fields}
    files = {path.stem for path in (ROOT / "graph/mutations").glob("*.py")} - {"__init__", "perform"}
    tree = ast.parse((ROOT / "models/actions.py").read_text("utf-8"))
    actions = {n.name for n in tree.body if isinstance(n, ast.AsyncFunctionDef) and not n.name.startswith("_")}
    assert actions >= NOT_MUTATIONS
    assert fields == files == actions - NOT_MUTATIONS
    assert len(fields) == len(TicketAction) + 1, "every action and the submission"


def test_a_subscription_and_its_file_have_the_same_name() -> None:
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


def test_enum_values_name_the_french_term_of_the_screens() -> None:
    for element, description in described():
        kind, _, value = element.partition(".")
        if value.isupper() and isinstance(SCHEMA.type_map[kind], GraphQLEnumType):
            assert "«" in (description or ""), element


TEST_NAMES = sorted({name for path in (ROOT / "tests").rglob("test_*.py")
                     for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))})  # fmt: skip


def test_test_names_have_a_subject_and_at_most_80_characters() -> None:
    assert len(TEST_NAMES) > 500
    assert [name for name in TEST_NAMES if len(name) > 80 or re.match("test_(what|who|whom|whose|where)_", name)] == []
