"""Rows of a CSV file, however a spreadsheet wrote it: with `,`, `;`, a tab or `|`, header names in any case.

Row numbers are those that a spreadsheet shows: a cell may have line breaks, and blank rows count.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from models.directory.entries import (
    CategoryEntry,
    Entry,
    NoProfilesEntry,
    ProfileEntry,
    ServiceEntry,
    StructureEntry,
    SubcategoryEntry,
    UserEntry,
    quoted,
)

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
"""The delimiters that are recognised, with their names."""
NO_PROFILE = "NONE"
"""In the column `profile`: the user holds no profile."""
_DECLARED = re.compile(r'"?sep=(.)"?(\r\n|\r|\n|$)', re.IGNORECASE)
"""The line that Excel reads before the header."""

# The entry of a CSV file, by the first of these columns that it has.
_KINDS: tuple[tuple[str, type[Entry]], ...] = (
    ("profile", ProfileEntry),
    ("destination", SubcategoryEntry),
    ("login", UserEntry),
    ("identifier", StructureEntry),
    ("structure", ServiceEntry),
    ("label_fr", CategoryEntry),
)
_COLUMNS = {column for _, kind in _KINDS for column in kind.columns()}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by column, the kind of entry that they are, and the file and row for messages."""

    where: str
    kind: type[Entry]
    cells: dict[str, object]


def read_csv(name: str, text: str, delimiter: str | None, problems: list[str]) -> tuple[list[Row], str]:
    """The rows of a CSV file, and its delimiter, which is found by the header if it is None.

    Rows that don't fit the header are added to `problems`. Errors: ValueError if the file can't be read.
    """
    if not text.strip():
        raise ValueError("is empty")
    declared = _DECLARED.match(text)
    text, first = (text[declared.end() :], 2) if declared else (text, 1)
    delimiter = delimiter or (declared[1] if declared else _delimiter_of(text))
    records = _records(text, delimiter, first)
    header: list[str] = []
    for _, cells in records:
        header = [_column(cell) for cell in cells]
        break
    kind = _kind(header, delimiter)
    rows = [_row(f"{name}: row {number}", kind, header, cells, problems) for number, cells in records]
    return [row for row in rows if row is not None], delimiter


def _delimiter_of(text: str) -> str:
    """The delimiter that makes the most known columns of the header."""

    def known(delimiter: str) -> int:
        try:
            _, cells = next(_records(text, delimiter, 1))
        except (ValueError, StopIteration):
            return 0
        return len(_COLUMNS.intersection(map(_column, cells)))

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """The records with something in them, numbered from `first`. A quotation mark that is not closed is an error."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, first):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        line = reader.line_num + first - 1
        raise ValueError(f"line {line}: {error}; look for a quotation mark that is not closed or doubled") from error


def _column(cell: str) -> str:
    """The column's name: « Label FR » and « LABEL_FR » are `label_fr`, « e-mail » is `email`."""
    letters = unicodedata.normalize("NFKD", cell.replace("\ufeff", "").strip().casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\s-]+", "_", plain) if plain not in ("e-mail", "e_mail") else "email"


def _kind(header: list[str], delimiter: str) -> type[Entry]:
    """The entry of the rows under this header. Errors: ValueError if it lacks a column or has one too many."""
    kind = next((kind for column, kind in _KINDS if column in header), None)
    if kind is None:
        columns = ", ".join(column for column, _ in _KINDS)
        raise ValueError(
            f"unknown kind of rows: there must be a column {columns}; the header, read with the delimiter "
            f"{quoted(delimiter)}, is {quoted(', '.join(header))}"
        )
    known, rows = kind.columns(), f"its rows are of {', '.join(kind.columns())}"
    needed = {column for column, field in kind.model_fields.items() if field.is_required()} - {"where"}
    if kind is ProfileEntry:
        needed -= {"structure"}  # a row of NO_PROFILE has none
    if unknown := [column for column in header if column and column not in known]:
        raise ValueError(f"row 1: unknown column {quoted(unknown[0])}; {rows}")
    if twice := [column for column in known if header.count(column) > 1]:
        raise ValueError(f"row 1: the column {twice[0]} is there twice; keep one")
    if missing := [column for column in known if column in needed and column not in header]:
        raise ValueError(f"row 1: there is no column {missing[0]}; {rows}")
    return kind


def _row(where: str, kind: type[Entry], header: list[str], cells: list[str], problems: list[str]) -> Row | None:
    filled = {number: cell for number, cell in enumerate(cells) if cell.strip()}
    nameless = [number + 1 for number in filled if number >= len(header) or not header[number]]
    if nameless:
        problems.append(
            f"{where}: column {nameless[0]} has no name in the header; empty its cells, and put a cell that has a "
            "delimiter in quotation marks"
        )
        return None
    row: dict[str, object] = {header[number]: cell for number, cell in filled.items()}
    if kind is ProfileEntry and str(row.get("profile", "")).strip().upper() == NO_PROFILE:
        del row["profile"]
        return Row(where, NoProfilesEntry, row)
    return Row(where, kind, row)
