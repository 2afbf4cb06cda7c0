"""The lock files: they name all that is installed, with hashes, and no command resolves anything beside them."""

import importlib.metadata
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.install.locks import LOCKS, PYTHON_CLIENT, ROOT, locked_here, read_lock

FOLDERS = [".", ".ci", ".github", ".github/workflows", ".readme", "client-examples", "client-examples/python"]
COMMANDS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*")) if path.is_file()]
NPM_LOCKS = [path for path in ROOT.rglob("package-lock.json") if "node_modules" not in path.parts]
EVERY_LOCK = pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))


@EVERY_LOCK
def test_a_lock_holds_only_names_versions_markers_and_hashes(path: Path) -> None:
    assert read_lock(path)


@pytest.mark.parametrize(
    ("project", "lock", "extras"),
    [
        (ROOT, "requirements.lock", ("build",)),
        (ROOT, "requirements-dev.lock", ("build", "test", "dev")),
        (PYTHON_CLIENT, "requirements.lock", ()),
    ],
)
def test_a_lock_holds_the_versions_that_the_project_asks_for(project: Path, lock: str, extras: tuple[str, ...]) -> None:
    wanted = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    locked = locked_here(project / lock)
    for text in wanted["dependencies"] + [one for extra in extras for one in wanted["optional-dependencies"][extra]]:
        requirement = Requirement(text)
        found = locked[canonicalize_name(requirement.name)]
        assert f"=={found.version}" == str(requirement.specifier), "run `make lock`"
        assert requirement.extras <= found.extras, "run `make lock`"


def test_the_developers_lock_holds_the_versions_of_the_servers_lock() -> None:
    server, developer = (read_lock(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert {(one.name, one.version) for one in server} <= {(one.name, one.version) for one in developer}


@EVERY_LOCK
def test_a_lock_names_every_extra_that_a_locked_package_asks_for(path: Path) -> None:
    """pip before 23.3 does not apply the pin of `coverage` to `coverage[toml]`: it took the newest release."""
    locked = locked_here(path)
    for name, entry in locked.items():
        try:
            requires = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of the generator's lock, or for another platform
        for requirement in map(Requirement, requires):
            extras = [{"extra": extra} for extra in ["", *entry.extras]]
            if requirement.marker is None or any(requirement.marker.evaluate(extra) for extra in extras):
                assert requirement.extras <= locked[canonicalize_name(requirement.name)].extras, (
                    f"{name}: {requirement}"
                )


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_installs_a_lock_resolves_nothing(path: Path) -> None:
    for line in path.read_text("utf-8", errors="replace").splitlines():
        if re.search(r"pip install\b.* -r\b|pip install\b.*\.lock\b|:= .*pip install.* -r$", line):
            assert "--no-deps" in line, line
            assert "--require-hashes" in line, line


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_npm_lock_has_a_hash_for_each_package_and_no_address(path: Path) -> None:
    packages = json.loads(path.read_text("utf-8"))["packages"]
    installed = {name: one for name, one in packages.items() if name and not one.get("link")}
    assert [name for name, one in installed.items() if "integrity" not in one] == []
    assert [name for name, one in installed.items() if "resolved" in one] == []


def test_every_image_is_named_by_a_full_version() -> None:
    named = [
        *re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE),
        *re.findall(r"^ *image: (\S+)", (ROOT / "compose.yaml").read_text("utf-8"), re.MULTILINE),
    ]
    assert len(named) == 5
    for image in named:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)*(@sha256:[0-9a-f]{64})?", image), image


def test_every_container_is_confined_and_its_ports_are_for_this_machine_only() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    for name, service in services.items():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert all("size=" in tmpfs for tmpfs in service["tmpfs"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
    exposed = {name for name, service in services.items() if service["networks"] != ["back"]}
    assert exposed == {"saisine-1", "saisine-2"}
