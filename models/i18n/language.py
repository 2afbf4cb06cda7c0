"""The two languages, French and English, and texts in both. French is the default."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Language(StrEnum):
    """A language of labels and messages."""

    FR = "fr"
    EN = "en"


class Text(NamedTuple):
    """A text in French and in English. It may have placeholders, as `str.format` has them."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return self.en if language is Language.EN else self.fr

    def with_(self, **values: object) -> "Text":
        """The text with values for its placeholders."""
        return Text(self.fr.format(**values), self.en.format(**values))


@lru_cache(maxsize=256)
def preferred(header: str | None) -> Language:
    """The language with the highest weight in `Accept-Language` (RFC 9110, 12.5.4); French if it names neither."""
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
