"""Common tools on the schema: introspection, GraphQL-ESLint, relay-compiler, graphql-inspector."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.documents import EXAMPLES
from tests.clients.nodes import installed, node
from tests.support.server import Server

pytestmark = pytest.mark.long

FOLDER = EXAMPLES / "introspection"
SCHEMA = EXAMPLES.parent / "schema.graphql"


@pytest.fixture(scope="module")
def tools() -> Path:
    return installed(FOLDER)


def changes(before: Path, after: Path) -> subprocess.CompletedProcess[str]:
    return node(FOLDER, "changes.js", str(before), str(after))


def variant(folder: Path, old: str, new: str) -> Path:
    """Writes a copy of the schema with one text replaced."""
    text = SCHEMA.read_text("utf-8")
    assert text.count(old) == 1, old
    file = folder / f"{abs(hash((old, new)))}.graphql"
    file.write_text(text.replace(old, new), "utf-8")
    return file


def test_introspection_prints_the_committed_schema(server: Server) -> None:
    command: list[str | Path] = [sys.executable, "-W", "error", FOLDER / "introspect.py", f"{server.url}/graphql"]
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout
    assert printed.strip() == SCHEMA.read_text("utf-8").strip()


def test_eslint_accepts_the_schema_and_rejects_a_type_without_description(tools: Path) -> None:
    lint = ("node_modules/eslint/bin/eslint.js", "--stdin", "--stdin-filename", "schema.graphql")
    ended = node(FOLDER, *lint, stdin=SCHEMA.read_text("utf-8"))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    bare = node(FOLDER, *lint, stdin="type Query { a: Int }\n")
    assert bare.returncode == 1
    assert "require-description" in bare.stdout


def test_relay_compiler_accepts_lists_actions_and_subscriptions(tools: Path) -> None:
    ended = node(FOLDER, "node_modules/relay-compiler/cli.js", "relay.config.json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    made = {path.name.split(".")[0] for path in (FOLDER / "relay/__generated__").iterdir()}
    assert made >= {"TicketListMoreQuery", "TicketListTakeMutation", "TicketListSubscription", "TicketListRowQuery"}


def test_schema_breaks_no_caller_of_the_last_release(tools: Path) -> None:
    ended = changes(FOLDER / "released.graphql", SCHEMA)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_only_deprecated_fields_may_be_removed(tools: Path, tmp_path: Path) -> None:
    field = '  """The SIRET, 14 digits; null if the structure has none (« SIRET »)."""\n  siret: String\n'
    gone = variant(tmp_path, field, "")
    ended = changes(SCHEMA, gone)
    assert ended.returncode == 1
    assert "BREAKING: Field 'siret' was removed from object type 'Structure'" in ended.stdout
    announced = variant(tmp_path, field, field[:-1] + ' @deprecated(reason: "0.2.0: use `identifier`.")\n')
    assert changes(SCHEMA, announced).returncode == 0
    assert changes(announced, gone).returncode == 0
