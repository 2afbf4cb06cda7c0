"""Fixtures of the attacks on `saisine serve`."""

from collections.abc import Iterator

import pytest

from tests.support.attack import Target, attackable


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that the attacks of a file share: what one of them left there would be seen by the next."""
    with attackable(tmp_path_factory.mktemp("attacked")) as running:
        yield running
