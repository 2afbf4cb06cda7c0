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
        """The text with values for its placeholders; of a value that is a Text, each language takes its own."""
        return Text(
            *(form.format(**{name: _of(value, n) for name, value in values.items()}) for n, form in enumerate(self))
        )


def _of(value: object, language: int) -> object:
    return value[language] if isinstance(value, Text) else value


def size_text(size: int) -> Text:
    """A number of bytes as people read it: « 10 Mio », “10 MiB”. It is rounded down, so that no more is promised."""
    for power, prefix in ((3, "G"), (2, "M"), (1, "K")):
        if size >= 1024**power:
            whole, tenth = divmod(size * 10 // 1024**power, 10)
            fr, en = (f"{whole}{mark}{tenth}" if tenth else str(whole) for mark in ",.")
            return Text(f"{fr}\N{NO-BREAK SPACE}{prefix}io", f"{en}\N{NO-BREAK SPACE}{prefix}iB")
    return Text(f"{size}\N{NO-BREAK SPACE}octets", f"{size}\N{NO-BREAK SPACE}bytes")


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
