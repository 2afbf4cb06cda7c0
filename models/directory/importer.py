"""Import of the directory from CSV or YAML files: structures, services, users with profiles, categories.

All or nothing. Rows are found by identifier, code or login: known ones are updated, new ones are added, and none is
deleted, except the profiles of the users named, which are replaced. Imported names do not change the search text of
old tickets: they are found by the names and labels of the day of their submission.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.utils import chunk

from models.database import Transaction, transaction
from models.directory.tables import (
    Category,
    Destination,
    Entitlement,
    Profile,
    Service,
    Structure,
    Subcategory,
    User,
)
from models.journal import Desk
from models.search.normalise import sort_key, storable

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Login = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^\S+@\S+$")]


class Entry(BaseModel):
    """One row of a file. `where` is the file and the row, for messages."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    where: str

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: object) -> object:
        if isinstance(value, str) and not storable(value):
            raise ValueError("NUL or half of a surrogate pair, which no database stores")
        return value


class StructureEntry(Entry):
    """A structure. `receives`: tickets can be addressed to it as a whole. `support`: it is the Chorus Pro support."""

    identifier: Key
    name: Name
    receives: bool = False
    support: bool = False


class ServiceEntry(Entry):
    """A service of the structure with this identifier."""

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
    """A subcategory of the category with this code."""

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
    """A profile of a user on a structure, or on one of its services by its code."""

    login: Login
    profile: Profile
    structure: Key
    service: Key | None = None


E = TypeVar("E", bound=Entry)
M = TypeVar("M", bound=Model)
_USERS_PER_STATEMENT = 1_000
"""Users that one statement names: databases limit its parameters."""


class InvalidImport(ValueError):
    """The files can't be imported, and nothing was changed. `problems`: a line for each bad row, with file and row."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


# The lists of a YAML file: the entry, the list nested in it, the entry's key, the nested entry's field for that key,
# and the nested entry.
_YAML: dict[str, tuple[type[Entry], str, str, str, type[Entry] | None]] = {
    "structures": (StructureEntry, "services", "identifier", "structure", ServiceEntry),
    "categories": (CategoryEntry, "subcategories", "code", "category", SubcategoryEntry),
    "users": (UserEntry, "profiles", "login", "login", ProfileEntry),
}
# The entry of a CSV file, by the first of these columns that it has.
_CSV: tuple[tuple[str, type[Entry]], ...] = (
    ("profile", ProfileEntry),
    ("destination", SubcategoryEntry),
    ("login", UserEntry),
    ("identifier", StructureEntry),
    ("structure", ServiceEntry),
    ("label_fr", CategoryEntry),
)


def read_files(paths: list[Path]) -> list[Entry]:
    """The rows of YAML (`.yaml`, `.yml`) and CSV files. Errors: InvalidImport."""
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
        raise InvalidImport(problems)
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
            for child_number, child in enumerate(children, 1):
                if nested_kind is not None and isinstance(child, dict):
                    yield f"{where}: {nested} {child_number}", nested_kind, {**child, parent: item.get(key)}
                else:
                    raise ValueError(f"{name} {number}: {nested} {child_number}: a mapping is expected")


def _csv_rows(path: Path) -> Iterator[tuple[str, type[Entry], Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictReader(file)
        kind = next((kind for column, kind in _CSV if column in (sheet.fieldnames or ())), None)
        if kind is None:
            raise ValueError(f"unknown kind of rows: there must be a column {', '.join(column for column, _ in _CSV)}")
        for number, row in enumerate(sheet, 2):
            yield f"{path.name}: row {number}", kind, {str(k): v for k, v in row.items() if v not in ("", None)}


async def import_entries(entries: list[Entry]) -> int:
    """Import rows into the directory, in one transaction: the number of rows. Errors: InvalidImport."""

    async def work(connection: Transaction) -> int:
        directory = _Import(entries, connection)
        problems = await directory.run()
        supports = await Structure.filter(support=True).using_db(connection).count()
        if supports != 1:
            problems.append(f"one structure is the support (support: true); there are {supports}")
        if problems:
            raise InvalidImport(problems)
        await Desk.all().using_db(connection).update(rights_version=F("rights_version") + 1)
        await directory.record_changed_rights()
        return len(entries)

    try:
        return await transaction(work)
    except IntegrityError as error:
        # A unique index allows one support, and refuses a second one before the count.
        raise InvalidImport([f"one structure is the support (support: true), no more ({error})"]) from error


class _Import:
    """One import: its rows, the transaction and the problems found so far."""

    def __init__(self, entries: list[Entry], connection: Transaction) -> None:
        self._entries = entries
        self._connection = connection
        self._problems: list[str] = []
        self._changed: list[int] = []
        """The users who received the tickets of other recipients before."""

    async def run(self) -> list[str]:
        """Write all rows, parents before children, whatever the order of the files: the problems."""
        structures = [
            Structure(identifier=row.identifier, name=row.name, receives=row.receives, support=row.support)
            # The support comes last: when another structure becomes it, the old one must stop being it first.
            for row in sorted(self._of(StructureEntry), key=lambda row: row.support)
        ]
        await self._upsert(structures, ["identifier"], ["name", "receives", "support"])
        structure_ids = await self._ids(Structure, "identifier")
        services = [
            Service(structure_id=parent_id, code=row.code, name=row.name, receives=row.receives)
            for row, parent_id in self._with_parent(ServiceEntry, "structure", structure_ids)
        ]
        await self._upsert(services, ["structure_id", "code"], ["name", "receives"])
        categories = [
            Category(code=row.code, label_fr=row.label_fr, label_en=row.label_en, sort_key=sort_key(row.label_fr))
            for row in self._of(CategoryEntry)
        ]
        await self._upsert(categories, ["code"], ["label_fr", "label_en", "sort_key"])
        subcategories = [
            Subcategory(
                category_id=parent_id,
                code=row.code,
                label_fr=row.label_fr,
                label_en=row.label_en,
                destination=row.destination,
            )
            for row, parent_id in self._with_parent(SubcategoryEntry, "category", await self._ids(Category, "code"))
        ]
        await self._upsert(subcategories, ["code"], ["category_id", "label_fr", "label_en", "destination"])
        users = [
            User(login=row.login, display_name=row.name, email=row.email, sort_key=sort_key(row.name))
            for row in self._of(UserEntry)
        ]
        await self._upsert(users, ["login"], ["display_name", "email", "sort_key"])
        await self._replace_profiles(structure_ids)
        return self._problems

    def _of(self, kind: type[E]) -> list[E]:
        return [entry for entry in self._entries if isinstance(entry, kind)]

    def _with_parent(self, kind: type[E], field: str, parent_ids: Mapping[str, int]) -> Iterator[tuple[E, int]]:
        """The rows of a kind with the id of their parent, which this field names."""
        for entry in self._of(kind):
            parent_id = parent_ids.get(getattr(entry, field))
            if parent_id is None:
                self._problems.append(f"{entry.where}: no such {field}")
            else:
                yield entry, parent_id

    async def _upsert(self, rows: list[M], key: list[str], others: list[str]) -> None:
        """Add the rows, or update those with the same key."""
        if rows:
            await type(rows[0]).bulk_create(rows, on_conflict=key, update_fields=others, using_db=self._connection)

    async def _ids(self, model: type[Model], *key: str) -> dict[Any, int]:
        """The ids of all rows of a table, by identifier, code or login."""
        found = await model.all().using_db(self._connection).values_list("id", *key)
        return {row[1] if len(key) == 1 else row[1:]: row[0] for row in found}

    async def _replace_profiles(self, structure_ids: Mapping[str, int]) -> None:
        """Replace the profiles of every user that a row names by the profiles of the rows."""
        profiles = self._of(ProfileEntry)
        user_ids = await self._ids(User, "login")
        service_ids = await self._ids(Service, "structure_id", "code")
        logins = {row.login for row in self._of(UserEntry)} | {row.login for row in profiles}
        before: list[Entitlement] = []
        for some in chunk([user_ids[login] for login in logins if login in user_ids], _USERS_PER_STATEMENT):
            named = Entitlement.filter(user_id__in=list(some)).using_db(self._connection)
            before += await named
            await named.delete()
        entitlements = []
        for row in profiles:
            structure_id = structure_ids.get(row.structure)
            service_id = service_ids.get((structure_id, row.service))
            user_id = user_ids.get(row.login)
            found = {"login": user_id, "structure": structure_id, "service": service_id or row.service is None}
            self._problems += [f"{row.where}: no such {name}" for name, known in found.items() if not known]
            if all(found.values()):
                entitlements.append(
                    Entitlement(user_id=user_id, structure_id=structure_id, service_id=service_id, profile=row.profile)
                )
        await Entitlement.bulk_create(entitlements, using_db=self._connection)
        self._changed = sorted({user_id for user_id, *_ in _received(before) ^ _received(entitlements)})

    async def record_changed_rights(self) -> None:
        """Take a position for the changes of rights: cursors from before it don't know of them.

        No action can take a position until this transaction ends, since it has changed the row of the desk.
        """
        desk = await Desk.get(using_db=self._connection)
        if not self._changed or not desk.position:
            return  # a desk without tickets has nothing that anybody could have missed, or seen too early
        desk.position += 1
        await desk.save(using_db=self._connection, update_fields=["position"])
        for some in chunk(self._changed, _USERS_PER_STATEMENT):
            changed = User.filter(id__in=list(some)).using_db(self._connection)
            await changed.update(rights_position=desk.position)


def _received(entitlements: Iterable[Entitlement]) -> set[tuple[int, int, int | None]]:
    """The users and the recipients (structure, service) whose tickets they receive."""
    return {
        (held.user_id, held.structure_id, held.service_id)
        for held in entitlements
        if held.profile != Profile.SENT_TICKETS
    }
