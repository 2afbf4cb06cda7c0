"""Folders and files that only the user who runs Saisine may read: the database, attachments, keys."""

import os
from pathlib import Path


def make_folder(path: Path) -> None:
    """Create a folder and its missing parents, for their owner only; one that exists keeps its rights."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def open_private(path: str, flags: int) -> int:
    """The `opener` of `open()` that creates a file for its owner only."""
    return os.open(path, flags, 0o600)


def readable_by_others(path: Path) -> bool:
    """Whether users other than the owner have any right on a folder or file that exists."""
    return path.exists() and bool(path.stat().st_mode & 0o077)
