"""The Python client's `api/` is what ariadne-codegen generates from its documents and the schema."""

import filecmp
import os
import re
import shutil
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest

from tests.clients.documents import EXAMPLES

pytestmark = pytest.mark.long

PYTHON = EXAMPLES / "python"
ROOT = EXAMPLES.parent


@pytest.fixture(scope="module")
def ariadne() -> Path:
    """ariadne-codegen in an environment of its own, installed again where its lock file has changed."""
    lock, made = PYTHON / "codegen.lock", PYTHON / ".codegen"
    stamp = made / "lock"
    if not stamp.exists() or stamp.read_text("utf-8") != lock.read_text("utf-8"):
        shutil.rmtree(made, ignore_errors=True)
        venv.create(made, with_pip=True)
        pip = [str(made / "bin/python"), "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", str(lock)]
        ended = subprocess.run(pip, capture_output=True, text=True, check=False)
        if ended.returncode and not os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
            pytest.skip(f"ariadne-codegen could not be installed; it needs the package index: {ended.stderr[-300:]}")
        assert ended.returncode == 0, ended.stderr
        stamp.write_text(lock.read_text("utf-8"))
    return made / "bin"


def generated(ariadne: Path, folder: Path, schema: str) -> Path:
    """Generates `api/` from this schema in a copy of the client, and returns its folder."""
    client = folder / "client-examples/python"
    shutil.copytree(PYTHON, client, ignore=shutil.ignore_patterns(".codegen", "__pycache__", "api"))
    (folder / "schema.graphql").write_text(schema, "utf-8")
    command: list[str | Path] = [ariadne / "python", "-m", "ariadne_codegen"]
    ended = subprocess.run(command, cwd=client, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return client / "api"


def test_generated_python_client_is_up_to_date(ariadne: Path, tmp_path: Path) -> None:
    made = generated(ariadne, tmp_path, (ROOT / "schema.graphql").read_text("utf-8"))
    names = sorted(path.name for path in made.glob("*.py"))
    assert names == sorted(path.name for path in (PYTHON / "api").glob("*.py"))
    _, other, broken = filecmp.cmpfiles(made, PYTHON / "api", names, shallow=False)
    assert (other, broken) == ([], []), "run `make typed` and commit what it made"


def test_python_client_runs_here_with_the_versions_of_its_lock() -> None:
    pins = tomllib.loads((PYTHON / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    ours = (ROOT / "requirements-dev.lock").read_text("utf-8")
    for pin in pins:
        name, version = re.fullmatch(r"([a-z]+)(?:\[.*\])?==(.+)", pin).groups()  # type: ignore[union-attr]
        for lock in (ours, (PYTHON / "requirements.lock").read_text("utf-8")):
            assert re.search(rf"^{name}(\[.*\])?=={re.escape(version)} ", lock, re.MULTILINE), pin
