"""Installs the locks, by the commands that people type, from an index that has a newer release of every package."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.install.locks import LOCKS, ROOT, locked_here
from tests.install.newer_releases import newer_releases
from tests.support.server import free_port

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

OLDEST_PIP = "pip==23.2.1"  # what Python 3.11.7 brings; it does not apply a pin to a requirement with extras


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> str:
    """What the command prints; an assertion fails where it fails."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, (ended.stdout + ended.stderr)[-3000:]
    return ended.stdout


def download(folder: Path, *wanted: str | Path) -> None:
    """Fetch files from the index of this machine; skip, or fail, where there is none."""
    command = ["-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--dest", folder, *wanted]
    ended = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    if ended.returncode and not os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
        pytest.skip(f"no package index can be reached: {ended.stderr[-300:]}")
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="session")
def pip_wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pip to install with, as a wheel: the oldest unless the test says otherwise."""
    folder = tmp_path_factory.mktemp("pip")
    download(folder, getattr(request, "param", OLDEST_PIP))
    return next(folder.glob("pip-*.whl"))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the locks name. They are wheels: to build one would take the newest setuptools."""
    folder = tmp_path_factory.mktemp("wheels")
    for lock in LOCKS:
        download(folder, "--require-hashes", "-r", lock)
    return folder


@pytest.fixture
def index(wheels: Path) -> Iterator[dict[str, str]]:
    """The environment in which pip sees these files, and a newer release of each package."""
    with newer_releases(wheels) as address:
        others = {"PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
        yield {"PIP_INDEX_URL": address, **others, "PIP_NO_COMPILE": "1", "PIP_NO_CACHE_DIR": "1"}


def environment(folder: Path, pip_wheel: Path) -> Path:
    """A virtual environment with this pip; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    run(python, "-m", "pip", "install", "-q", "--no-index", "--force-reinstall", pip_wheel)
    assert json.loads(run(python, "-m", "pip", "list", "--format=json"))[0]["version"] in pip_wheel.name
    return python


def installed(python: Path) -> dict[str, str]:
    """Versions by name, without the project itself."""
    listed = json.loads(run(python, "-m", "pip", "list", "--format=json"))
    versions = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in listed}
    return {name: version for name, version in versions.items() if name != "saisine"}


def expected(lock: Path) -> dict[str, str]:
    return {name: one.version for name, one in locked_here(lock).items()}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The repository as it is after `git clone`, without the console."""
    folder = tmp_path / "clone"
    ignore = shutil.ignore_patterns(
        ".*", "__pycache__", "node_modules", "var", "build", "*.egg-info", "dist", "agent-console"
    )
    shutil.copytree(ROOT, folder, ignore=ignore)
    return folder


@pytest.fixture
def without_npm(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has Python and make, and no npm that works."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "npm").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    (folder / "npm").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_the_two_commands_of_the_readme_work(
    clone: Path, pip_wheel: Path, index: dict[str, str], without_npm: dict[str, str]
) -> None:
    python = environment(clone / ".venv", pip_wheel)
    own = {name: value for name, value in os.environ.items() if not name.startswith("SAISINE_")}
    port = free_port()
    with subprocess.Popen(
        ["make", "demo", f"PORT={port}"],
        cwd=clone,
        env={**own, **index, **without_npm},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        try:
            printed = list(takewhile(lambda line: not line.startswith("Ready"), demo.stdout))
            assert demo.poll() is None, "".join(printed)
            with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=30) as answer:
                assert answer.status == 200
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
    run("make", "test", "ARGS=tests/models/test_workflow.py", cwd=clone, **index, **without_npm)
    assert installed(python) == expected(clone / "requirements-dev.lock")


@pytest.mark.parametrize("pip_wheel", ["pip"], ids=["newest pip"], indirect=True)
def test_make_install_dev_installs_what_the_lock_names(clone: Path, pip_wheel: Path, index: dict[str, str]) -> None:
    python = environment(clone / ".venv", pip_wheel)
    run("make", "install-dev", cwd=clone, **index)
    assert installed(python) == expected(clone / "requirements-dev.lock")


def test_make_typed_installs_what_its_lock_names(clone: Path, pip_wheel: Path, index: dict[str, str]) -> None:
    client = clone / "client-examples/python"
    python = environment(client / ".codegen", pip_wheel)
    run("make", "typed", cwd=clone, **index)
    assert expected(client / "codegen.lock").items() <= installed(python).items()


def test_the_python_clients_command_installs_what_its_lock_names(
    clone: Path, pip_wheel: Path, index: dict[str, str]
) -> None:
    client = clone / "client-examples/python"
    python = environment(client / ".venv", pip_wheel)
    command = re.search(r"^pip (install .*)$", (client / "README.md").read_text("utf-8"), re.MULTILINE)
    assert command
    run(python, "-m", "pip", *command[1].split(), cwd=client, **index)
    assert expected(client / "requirements.lock").items() <= installed(python).items()
