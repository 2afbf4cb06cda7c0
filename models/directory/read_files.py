"""Reads the files of an import: their encoding, their rows, and every invalid row.

The encoding is the one that is told, or that of the byte-order mark, or UTF-8, or Windows-1252, in which French
spreadsheets save CSV; it is reported, as a wrong guess spoils accents.
"""

import codecs
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from models.directory.entries import Entry, InvalidImport, validated
from models.directory.read_csv import DELIMITERS, Row, read_csv
from models.directory.read_yaml import read_yaml

_MARKS = ((codecs.BOM_UTF8, "UTF-8"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How OpenDocument, XLSX and XLS files begin."""


class Files(NamedTuple):
    """The valid rows of files, and a line for each file: its rows, its encoding and its delimiter."""

    entries: list[Entry]
    reports: list[str]


def read_files(paths: list[Path], *, delimiter: str | None = None, encoding: str | None = None) -> Files:
    """The rows of YAML (`.yaml`, `.yml`) and CSV files (any other). Errors: InvalidImport."""
    files = Files([], [])
    problems: list[str] = []
    names = Counter(path.name for path in paths)
    for path in paths:
        name = path.name if names[path.name] == 1 else str(path)
        try:
            rows, report = _read(path, name, delimiter, encoding, problems)
        except OSError as error:
            problems.append(f"{name}: can't be read: {error.strerror or error}")
        except ValueError as error:
            problems.append(f"{name}: {error}")
        else:
            found = [validated(row.where, row.kind, row.cells, problems) for row in rows]
            files.entries.extend(entry for entry in found if entry is not None)
            files.reports.append(f"{name}: {len(rows)} rows, {report}")
    if problems:
        raise InvalidImport(problems)
    return files


def _read(
    path: Path, name: str, delimiter: str | None, encoding: str | None, problems: list[str]
) -> tuple[list[Row], str]:
    text, used = _decoded(path.read_bytes(), encoding)
    if path.suffix.lower() in (".yaml", ".yml"):
        return read_yaml(name, text), used
    rows, delimiter = read_csv(name, text, delimiter, problems)
    return rows, f"{used}, delimiter {DELIMITERS.get(delimiter, delimiter)}"


def _decoded(content: bytes, encoding: str | None) -> tuple[str, str]:
    """The text of a file, and the name of its encoding. Errors: ValueError."""
    if content.startswith(_SPREADSHEETS):
        raise ValueError("is a file of a spreadsheet program; save its sheet as CSV")
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    told = encoding or marked
    for name in [told] if told else ["UTF-8", "Windows-1252"]:
        try:
            text = content.decode(name)
        except LookupError:
            raise ValueError(f"--encoding: {name} is unknown; write utf-8, windows-1252 or another one") from None
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text.removeprefix("\ufeff"), name
    raise ValueError(
        f"is not a text in {told or 'UTF-8 or Windows-1252'}; save it as « CSV UTF-8 », or name its "
        "encoding with --encoding"
    )
