"""The two languages that people read, and text in both. French is first and the default."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Language(StrEnum):
    """A language that labels and messages come in."""

    FR = "fr"
    EN = "en"


class Text(NamedTuple):
    """The same text in French and in English; `{}` places are filled by `format`."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return self.en if language is Language.EN else self.fr

    def with_(self, **values: object) -> "Text":
        """The text with its places filled."""
        return Text(self.fr.format(**values), self.en.format(**values))


@lru_cache(maxsize=256)
def preferred(header: str | None) -> Language:
    """The language that an `Accept-Language` header (RFC 9110, 12.5.4) likes best; French where it names neither."""
    best, weight = Language.FR, 0.0
    for part in (header or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        name, _, value = parameters.strip().partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        named = next((language for language in Language if language == tag.strip().split("-")[0].lower()), None)
        if named is not None and quality > weight:
            best, weight = named, quality
    return best
