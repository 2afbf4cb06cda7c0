"""Node.js for the tests: installs packages from a client's lock file, builds its programs and runs them."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

OLDEST = 20


def missing(why: str) -> NoReturn:
    """Skips the test, or fails it where SAISINE_TEST_REQUIRE_ALL is set."""
    if os.environ.get("SAISINE_TEST_REQUIRE_ALL"):
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lets one process at a time install or build: tests run in several."""
    with (folder / "package.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@cache
def built(folder: Path) -> Path:
    """Runs `npm run build` where a source is newer than the last build, and returns the folder."""
    installed(folder)
    sources = [
        file
        for file in (
            folder.parents[1] / "schema.graphql",
            *folder.glob("*"),
            *folder.rglob("documents/*"),
            *folder.glob("src/*"),
        )
        if file.is_file()
    ]
    with locked(folder):
        made = folder / "dist/.built"
        if not made.exists() or any(file.stat().st_mtime > made.stat().st_mtime for file in sources):
            shutil.rmtree(folder / "dist", ignore_errors=True)
            ended = subprocess.run(
                ["npm", "run", "build"], cwd=folder, capture_output=True, text=True, timeout=100, check=False
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr
            made.touch()
    return folder


def installed(folder: Path) -> Path:
    """Runs `npm ci` where the lock file has changed since the last install, and returns the folder."""
    found = shutil.which("node") and shutil.which("npm")
    version = (
        subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout if found else "v0"
    )
    if int(version[1:].split(".")[0]) < OLDEST:
        missing(f"needs Node.js {OLDEST} or newer and npm (Debian has it from 13 on; else nodejs.org)")
    lock, stamp = folder / "package-lock.json", folder / "node_modules/.installed-lock"
    with locked(folder):
        if not stamp.exists() or stamp.read_text("utf-8") != lock.read_text("utf-8"):
            command = ["npm", "ci", "--no-audit", "--no-fund"]
            ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
            if ended.returncode:
                missing(f"`npm ci` failed in {folder.name}: {ended.stderr[-500:]}")
            stamp.write_text(lock.read_text("utf-8"), "utf-8")
    return folder


def node(folder: Path, script: str, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a script to its end."""
    return subprocess.run(
        ["node", script, *arguments], cwd=folder, input=stdin,
        capture_output=True, encoding="utf-8", timeout=100, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
