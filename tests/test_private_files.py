"""The data folder and its files are for the user who runs Saisine, whatever the umask is."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import everybody
from tests.support.server import Server


@pytest.fixture
def wide_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("wide_umask")
async def test_only_the_owner_may_read_what_a_server_writes(tmp_path: Path) -> None:
    data = tmp_path / "a" / "var"
    server = Server(data).start()
    try:
        async with everybody(server) as people:
            await people.submit(attachments=[("a.txt", b"du texte", "text/plain")])
            rights = {path: path.stat().st_mode & 0o777 for path in [data.parent, data, *data.rglob("*")]}
    finally:
        server.stop()
    assert {path.name for path in rights} >= {"var", "attachments", "demo-key.json", "saisine.sqlite3-wal"}
    assert {path: oct(mode) for path, mode in rights.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}
    assert not any("other users" in line for line in server.printed)


def test_a_data_folder_that_others_may_read_is_told_and_its_rights_are_kept(tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.mkdir()
    data.chmod(0o755)
    with sqlite3.connect(data / "saisine.sqlite3"):
        pass
    server = Server(data).start()
    server.stop()
    assert data.stat().st_mode & 0o777 == 0o755
    assert any("other users may read the data directory" in line for line in server.printed)
