"""Reads the lock files."""

import re
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHON_CLIENT = ROOT / "client-examples/python"
LOCKS = [
    ROOT / "requirements.lock",
    ROOT / "requirements-dev.lock",
    PYTHON_CLIENT / "requirements.lock",
    PYTHON_CLIENT / "codegen.lock",
]
_ENTRY = re.compile(
    r"(?P<name>[a-z0-9-]+)(\[(?P<extras>[a-z0-9-]+(, [a-z0-9-]+)*)\])?==(?P<version>[\w.]+)( ; (?P<marker>[^\\@#]+))?"
    r"( \\\n    --hash=sha256:[0-9a-f]{64})+"
)


class Locked(NamedTuple):
    """One entry of a lock."""

    name: str
    version: str
    extras: frozenset[str]
    marker: str | None


def read_lock(path: Path) -> list[Locked]:
    """The entries of a lock; an assertion fails on one that is anything but a name, a version, a marker and hashes."""
    locked = []
    for entry in re.split(r"\n(?=\S)", path.read_text("utf-8").strip()):
        match = _ENTRY.fullmatch(entry)
        assert match, f"{path.name}: {entry.splitlines()[0]}"
        extras = frozenset((match["extras"] or "").split(", ")) - {""}
        locked.append(Locked(canonicalize_name(match["name"]), match["version"], extras, match["marker"]))
    return locked


def locked_here(path: Path) -> dict[str, Locked]:
    """The entries whose markers hold for this Python and platform, by name."""
    here = [one for one in read_lock(path) if one.marker is None or Marker(one.marker).evaluate()]
    by_name = {one.name: one for one in here}
    assert len(by_name) == len(here), f"{path.name} has two versions of one package for this Python"
    return by_name
