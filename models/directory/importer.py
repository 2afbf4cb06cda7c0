"""Rows of the directory from CSV or YAML files: structures, services, users with profiles, categories.

All or nothing, by the keys that people know (identifier, code, login): what is there is updated, what is new is added,
nothing is deleted but the profiles of the users named, which are replaced by those given. A ticket is found by the
labels and names that were in force when it was submitted.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator
from tortoise.exceptions import IntegrityError

from models.database import Transaction, fetch, transaction
from models.directory.tables import Destination, Profile
from models.search.normalise import sort_key, storable

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Login = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^\S+@\S+$")]


class Entry(BaseModel):
    """One row of a file; `where` names it to people."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    where: str

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: object) -> object:
        if isinstance(value, str) and not storable(value):
            raise ValueError("a character that no text has")
        return value


class StructureEntry(Entry):
    """A structure: whether tickets may be addressed to it as a whole, whether it is the Chorus Pro support."""

    identifier: Key
    name: Name
    receives: bool = False
    support: bool = False


class ServiceEntry(Entry):
    """A service of a structure."""

    structure: Key
    code: Key
    name: Name
    receives: bool = True


class CategoryEntry(Entry):
    """A category."""

    code: Key
    label_fr: Name
    label_en: Name


class SubcategoryEntry(Entry):
    """A subcategory of a category."""

    category: Key
    code: Key
    label_fr: Name
    label_en: Name
    destination: Destination


class UserEntry(Entry):
    """A user."""

    login: Login
    name: Name
    email: Email


class ProfileEntry(Entry):
    """A profile of a user on a structure, or on one service of it."""

    login: Login
    profile: Profile
    structure: Key
    service: Key | None = None


class BadRoster(ValueError):
    """Files that can't be imported: a line for each bad row, naming file and row; nothing was changed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


# The lists of a YAML file: what is nested in an entry, under which key, and what there names the parent.
_YAML: dict[str, tuple[type[Entry], str, str, str, type[Entry] | None]] = {
    "structures": (StructureEntry, "services", "identifier", "structure", ServiceEntry),
    "categories": (CategoryEntry, "subcategories", "code", "category", SubcategoryEntry),
    "users": (UserEntry, "profiles", "login", "login", ProfileEntry),
}
# A CSV file is told by the first of these columns that it has.
_CSV: tuple[tuple[str, type[Entry]], ...] = (
    ("profile", ProfileEntry),
    ("destination", SubcategoryEntry),
    ("login", UserEntry),
    ("identifier", StructureEntry),
    ("structure", ServiceEntry),
    ("label_fr", CategoryEntry),
)


def read_files(paths: list[Path]) -> list[Entry]:
    """The rows of YAML and CSV files. Errors: BadRoster."""
    entries: list[Entry] = []
    problems: list[str] = []
    for path in paths:
        reader = _yaml_rows if path.suffix.lower() in (".yaml", ".yml") else _csv_rows
        try:
            for where, kind, raw in reader(path):
                try:
                    entries.append(kind.model_validate({**raw, "where": where}))
                except ValidationError as error:
                    problems += [f"{where}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        except (OSError, ValueError, yaml.YAMLError, csv.Error) as error:
            problems.append(f"{path.name}: {error}")
    if problems:
        raise BadRoster(problems)
    return entries


def _yaml_rows(path: Path) -> Iterator[tuple[str, type[Entry], Mapping[str, Any]]]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or not document.keys() <= _YAML.keys():
        raise ValueError(f"a mapping of lists is expected: {', '.join(_YAML)}")
    for name, items in document.items():
        kind, nested, key, parent, nested_kind = _YAML[name]
        if not isinstance(items or [], list):
            raise ValueError(f"{name}: a list is expected")
        for number, item in enumerate(items or [], 1):
            where = f"{path.name}: {name} {number}"
            if not isinstance(item, dict):
                raise ValueError(f"{name} {number}: a mapping is expected")
            children = item.pop(nested, None) or []
            if not isinstance(children, list):
                raise ValueError(f"{name} {number}: {nested}: a list is expected")
            yield where, kind, item
            for place, child in enumerate(children, 1):
                if nested_kind is not None and isinstance(child, dict):
                    yield f"{where}: {nested} {place}", nested_kind, {**child, parent: item.get(key)}
                else:
                    raise ValueError(f"{name} {number}: {nested} {place}: a mapping is expected")


def _csv_rows(path: Path) -> Iterator[tuple[str, type[Entry], Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictReader(file)
        kind = next((kind for column, kind in _CSV if column in (sheet.fieldnames or ())), None)
        if kind is None:
            raise ValueError(f"no column tells what it is; one of {', '.join(column for column, _ in _CSV)} does")
        for number, row in enumerate(sheet, 2):
            yield f"{path.name}: row {number}", kind, {str(k): v for k, v in row.items() if v not in ("", None)}


async def import_entries(entries: list[Entry]) -> int:
    """Put the rows into the directory, in one transaction; how many there were. Errors: BadRoster."""

    async def work(connection: Transaction) -> int:
        problems: list[str] = []
        # Parents before children, whatever the order of the files.
        for kind in (StructureEntry, ServiceEntry, CategoryEntry, SubcategoryEntry, UserEntry):
            some = [entry for entry in entries if type(entry) is kind]
            # The support last: where it moves, the old one has stepped back before the new one comes.
            for entry in sorted(some, key=lambda entry: isinstance(entry, StructureEntry) and entry.support):
                if not await _put(connection, entry):
                    problems.append(f"{entry.where}: no such {'structure' if kind is ServiceEntry else 'category'}")
        problems += await _replace_profiles(connection, entries)
        supports = len(await fetch("SELECT id FROM structures WHERE support", (), connection))
        if supports != 1:
            problems.append(f"one structure is the support (support: true); there are {supports}")
        if problems:
            raise BadRoster(problems)
        await connection.execute_query("UPDATE desk SET rights_version = rights_version + 1")
        return len(entries)

    try:
        return await transaction(work)
    except IntegrityError as error:
        # The database allows one support, and says so before it could be counted here.
        raise BadRoster([f"one structure is the support (support: true), no more ({error})"]) from error


async def _put(connection: Transaction, entry: Entry) -> bool:
    """Add or update one row; whether its parent is there."""
    key, columns, values, parent = "code", ["code"], [], None
    match entry:
        case StructureEntry():
            table, key, columns = "structures", "identifier", ["identifier", "name", "receives", "support"]
            values = [entry.identifier, entry.name, entry.receives, entry.support]
        case ServiceEntry():
            table, key, columns = "services", "structure_id, code", ["structure_id", "code", "name", "receives"]
            parent = ("structures", "identifier", entry.structure)
            values = [entry.code, entry.name, entry.receives]
        case CategoryEntry():
            table, columns = "categories", ["code", "label_fr", "label_en", "sort_key"]
            values = [entry.code, entry.label_fr, entry.label_en, sort_key(entry.label_fr)]
        case SubcategoryEntry():
            table, columns = "subcategories", ["category_id", "code", "label_fr", "label_en", "destination"]
            parent = ("categories", "code", entry.category)
            values = [entry.code, entry.label_fr, entry.label_en, entry.destination]
        case UserEntry():
            table, key, columns = "users", "login", ["login", "display_name", "email", "sort_key"]
            values = [entry.login, entry.name, entry.email, sort_key(entry.name)]
        case _:  # pragma: no cover - profiles are replaced as a whole
            raise TypeError(type(entry))
    if parent is not None:
        parent_id = await _id(connection, *parent)
        if parent_id is None:
            return False
        values = [parent_id, *values]
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns)
    await connection.execute_query(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
        f"ON CONFLICT ({key}) DO UPDATE SET {updates}",
        values,
    )
    return True


async def _replace_profiles(connection: Transaction, entries: list[Entry]) -> list[str]:
    problems = []
    named = {entry.login for entry in entries if isinstance(entry, (UserEntry, ProfileEntry))}
    for login in sorted(named):
        user_id = await _id(connection, "users", "login", login)
        await connection.execute_query("DELETE FROM entitlements WHERE user_id = ?", [user_id])
        for entry in entries:
            if not isinstance(entry, ProfileEntry) or entry.login != login:
                continue
            structure_id = await _id(connection, "structures", "identifier", entry.structure)
            service_id = entry.service and await _id(
                connection, "services", "code", entry.service, " AND structure_id = ?", [structure_id]
            )
            missing = {"login": user_id, "structure": structure_id, "service": service_id or not entry.service}
            problems += [f"{entry.where}: no such {name}" for name, found in missing.items() if not found]
            if all(missing.values()):
                await connection.execute_query(
                    "INSERT INTO entitlements (user_id, structure_id, service_id, profile) VALUES (?, ?, ?, ?)",
                    [user_id, structure_id, service_id, entry.profile],
                )
    return problems


async def _id(
    connection: Transaction, table: str, key: str, value: str, also: str = "", values: list[Any] | None = None
) -> int | None:
    found = await fetch(f"SELECT id FROM {table} WHERE {key} = ?{also}", [value, *(values or [])], connection)
    return found[0][0] if found else None
