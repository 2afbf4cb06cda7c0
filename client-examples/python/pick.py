"""Which of several things a person means by some words."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class NotThere(Exception):
    """What was named is not there, or not alone."""


def the(wanted: str, things: Sequence[Thing], name: Callable[[Thing], str]) -> Thing:
    """The one thing of that name, or else the only one with these words in its name. Errors: NotThere."""
    words = folded(wanted).split()
    found = [one for one in things if name(one) == wanted]
    found = found or [one for one in things if all(word in folded(name(one)) for word in words)]
    if len(found) != 1:
        names = ", ".join(name(one) for one in found or things)
        raise NotThere(f"« {wanted} » ne désigne pas un seul de : {names}.")
    return found[0]


def folded(text: str) -> str:
    """Without case or accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
