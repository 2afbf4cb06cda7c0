"""Fixtures of the client tests: each example client in turn, and servers that a test may kill."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.programs import Example
from tests.support.server import Server


@pytest.fixture(params=["python", pytest.param("node", marks=pytest.mark.long)])
def example(request: pytest.FixtureRequest) -> Example:
    return Example(request.param)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a new demo desk, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    Server(folder).start().stop()
    return folder


@pytest.fixture
def own(filled: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that the test may kill."""
    running = Server(shutil.copytree(filled, tmp_path / "desk")).start()
    yield running
    running.stop(signal.SIGKILL)
