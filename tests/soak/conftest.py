"""Fixtures of the attacks on `saisine serve`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.support.attack import Target, attackable


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Target]]:
    """A function: the server of a file, another one if an attack has ended it."""
    with ExitStack() as stack:
        target: Target | None = None

        def current() -> Target:
            nonlocal target
            if target is None or not target.alive:
                # The attack that has ended it has failed: nothing more is said about it.
                with suppress(AssertionError):
                    stack.close()
                target = stack.enter_context(attackable(tmp_path_factory.mktemp("attacked")))
            return target

        yield current


@pytest.fixture
def target(running: Callable[[], Target]) -> Target:
    """A server that the attacks of a file share: what one of them left there would be seen by the next."""
    return running()
