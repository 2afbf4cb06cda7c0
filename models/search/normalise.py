"""The normaliser: text to words, keywords to terms, and whether words match terms. Pure functions.

Indexing and searching both use it, so no database's own rules for words, accents or operators apply (contract,
"The rules of a ticket", search). A word has only letters and digits; tokens begin with "~", which no word contains.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

NUMBER_PREFIX = "~n"
"""The prefix of the index words that find a part of a ticket number."""

NUMBER_PART_MIN = 4
"""The fewest characters that a part of a ticket number needs to match."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether every database can store a text: NUL and halves of surrogate pairs can't be stored."""
    return _UNSTORABLE.search(text) is None


_APOSTROPHES = "'’‘‛ʼʻ`´′＇"
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th"}


_MAX_NORMAL_FORMS = 10_000


class _NormalForms(dict[int, str]):
    """Each character's normal form, computed at its first use; those of the first that are used are kept.

    `str.translate` then normalises a text in one pass.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _APOSTROPHES:
            normal = "'"
        elif unicodedata.category(character) == "Cf":
            normal = ""
        else:
            decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
            normal = "".join(map(_normal_character, decomposed))
        if len(self) < _MAX_NORMAL_FORMS:
            self[code] = normal
        return normal


def _normal_character(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    kind = unicodedata.category(character)[0]
    if kind == "M":
        return ""
    return _LETTERS.get(character, character) if kind in "LN" else " "


_NORMAL_FORMS = _NormalForms()


WORD_MAX = 500
"""The number of characters of a word that are indexed; no search is longer."""


def words(text: str) -> list[str]:
    """The words of a text, in order.

    A word with an apostrophe gives its parts, and itself without the apostrophe: « L’État » gives `l`, `etat`, `letat`.
    """
    normal = text.translate(_NORMAL_FORMS)
    if "'" not in normal:
        return [word[:WORD_MAX] for word in normal.split()]
    found: list[str] = []
    for word in normal.split():
        parts = word.replace("'", " ").split() if "'" in word else [word]
        found += parts
        if len(parts) > 1:
            found.append("".join(parts))
    return [word[:WORD_MAX] for word in found]


def number_words(number: str) -> list[str]:
    """The index words of a ticket number: itself, and each of its endings with NUMBER_PREFIX before it."""
    whole = "".join(words(number))
    ends = range(max(1, len(whole) - NUMBER_PART_MIN + 1))
    return [whole, *(NUMBER_PREFIX + whole[start:] for start in ends)]


def sort_key(text: str) -> str:
    """The key that names and labels are sorted by, the same on every database."""
    return " ".join(words(text))[:255]


class Term(NamedTuple):
    """One keyword. It matches if any of its choices does; a choice is prefixes that must each begin a word."""

    choices: tuple[tuple[str, ...], ...]


def terms(keywords: str | None) -> tuple[Term, ...]:
    """The terms of keywords, all of which must match. None, blanks or punctuation alone give no terms.

    Nothing is asked twice: each prefix costs a database as much as a search of its own.
    """
    found: dict[Term, None] = {}
    for word in (keywords or "").translate(_NORMAL_FORMS).split():
        parts: tuple[str, ...] = (word[:WORD_MAX],)
        if "'" in word:
            parts = _longest(part[:WORD_MAX] for part in word.replace("'", " ").split())
        joined = "".join(word.split("'"))[:WORD_MAX]
        if not parts:
            continue
        # What is joined begins with its first part: of « e'e », it finds nothing that the parts do not find.
        choices = [parts] if all(map(joined.startswith, parts)) else [parts, (joined,)]
        if len(joined) >= NUMBER_PART_MIN:
            choices.append((NUMBER_PREFIX + joined,))
        found[Term(tuple(choices))] = None
    return _required(tuple(found)) if len(found) > 1 else tuple(found)


def _longest(prefixes: Iterable[str]) -> tuple[str, ...]:
    """The prefixes, each once, without those that begin another one: a word that has the longer has the shorter."""
    ordered = sorted(set(prefixes))
    # In this order, a prefix that begins any other one begins the next one.
    return tuple(
        one for one, following in zip(ordered, [*ordered[1:], ""], strict=False) if not following.startswith(one)
    )


def _required(search_terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms without those of one prefix that another such term begins with."""
    longest = set(_longest(term.choices[0][0] for term in search_terms if _is_one_prefix(term)))
    return tuple(term for term in search_terms if not _is_one_prefix(term) or term.choices[0][0] in longest)


def _is_one_prefix(term: Term) -> bool:
    return len(term.choices) == 1 and len(term.choices[0]) == 1


def asked_words(search_terms: Sequence[Term]) -> list[str]:
    """The words that the terms ask for, one by one between apostrophes: they bound its cost."""
    return [part for term in search_terms for part in term.choices[0]]


def matches(ordered_words: Sequence[str], search_terms: Sequence[Term]) -> bool:
    """Whether a document, given as its sorted words, matches all terms: the same answer as the index, in memory."""
    return all(any(all(_begins(ordered_words, p) for p in choice) for choice in term.choices) for term in search_terms)


def _begins(ordered_words: Sequence[str], prefix: str) -> bool:
    at = bisect_left(ordered_words, prefix)
    return at < len(ordered_words) and ordered_words[at].startswith(prefix)
