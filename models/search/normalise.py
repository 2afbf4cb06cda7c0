"""The normaliser: text into words to index, keywords into terms to ask, and whether words answer terms. Pure.

Indexing and asking share it, so no engine's own idea of a word, an accent or an operator ever counts (contract,
"Search"). A word is letters and digits only; marks that begin with "~" can't come from anybody's text.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

NUMBER_MARK = "~n"
"""Opens the index words by which a part of a ticket number is found."""

NUMBER_PART_MIN = 4
"""Characters from which a part of a ticket number matches."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether a text can be put to every database: NUL and halves of surrogate pairs can't."""
    return _UNSTORABLE.search(text) is None


_APOSTROPHES = "'’‘‛ʼʻ`´′＇"
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th"}


class _Folding(dict[int, str]):
    """What each character becomes, found out at its first appearance: `str.translate` then folds in one pass."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _APOSTROPHES:
            folded = "'"
        elif unicodedata.category(character) == "Cf":
            folded = ""
        else:
            decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
            folded = "".join(map(_piece, decomposed))
        self[code] = folded
        return folded


def _piece(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    kind = unicodedata.category(character)[0]
    if kind == "M":
        return ""
    return _LETTERS.get(character, character) if kind in "LN" else " "


_FOLDING = _Folding()


WORD_MAX = 500
"""Characters of a word that count; the rest of a longer one is left out: no search is that long."""


def words(text: str) -> list[str]:
    """The words of a text, in order. A word with an apostrophe gives its parts and itself without it:
    « L’État » gives `l`, `etat`, `letat`."""
    folded = text.translate(_FOLDING)
    if "'" not in folded:
        return [word[:WORD_MAX] for word in folded.split()]
    found: list[str] = []
    for word in folded.split():
        parts = word.replace("'", " ").split() if "'" in word else [word]
        found += parts
        if len(parts) > 1:
            found.append("".join(parts))
    return [word[:WORD_MAX] for word in found]


def number_words(number: str) -> list[str]:
    """The words of a ticket number: itself, and each of its ends that a part of it can begin."""
    whole = "".join(words(number))
    ends = range(max(1, len(whole) - NUMBER_PART_MIN + 1))
    return [whole, *(NUMBER_MARK + whole[start:] for start in ends)]


def sort_key(text: str) -> str:
    """By what a label is put in order, the same on every database."""
    return " ".join(words(text))[:255]


class Term(NamedTuple):
    """One keyword: any of `choices` answers it; a choice is prefixes that must all begin some word."""

    choices: tuple[tuple[str, ...], ...]


def terms(keywords: str | None) -> tuple[Term, ...]:
    """What `keywords` ask; every term must be answered. None, blank or punctuation alone ask nothing."""
    found: dict[Term, None] = {}
    for word in (keywords or "").translate(_FOLDING).split():
        parts = tuple(part[:WORD_MAX] for part in word.replace("'", " ").split())
        joined = "".join(word.split("'"))[:WORD_MAX]
        if not parts:
            continue
        choices = [parts] if len(parts) == 1 else [parts, (joined,)]
        if len(joined) >= NUMBER_PART_MIN:
            choices.append((NUMBER_MARK + joined,))
        found[Term(tuple(choices))] = None
    return tuple(found)


def answer(ordered_words: Sequence[str], asked: Sequence[Term]) -> bool:
    """Whether a document, given as its sorted words, answers all terms: in memory what the index says in SQL."""
    return all(any(all(_begins(ordered_words, p) for p in choice) for choice in term.choices) for term in asked)


def _begins(ordered_words: Sequence[str], prefix: str) -> bool:
    at = bisect_left(ordered_words, prefix)
    return at < len(ordered_words) and ordered_words[at].startswith(prefix)
