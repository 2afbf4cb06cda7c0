"""Finds the one thing that some words of its name mean."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class NotFound(Exception):
    """Nothing has that name, or several things have it."""


def pick_one(wanted: str, things: Sequence[Thing], name: Callable[[Thing], str]) -> Thing:
    """The thing of exactly that name, or else the only one with all these words in its name. Errors: NotFound."""
    words = folded(wanted).split()
    found = [one for one in things if name(one) == wanted]
    found = found or [one for one in things if all(word in folded(name(one)) for word in words)]
    if len(found) != 1:
        names = ", ".join(name(one) for one in found or things)
        raise NotFound(f"« {wanted} » ne désigne pas un seul de : {names}.")
    return found[0]


def folded(text: str) -> str:
    """Without case or accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
