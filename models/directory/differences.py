"""What an import would change: the rows of its files compared with the directory as it is. Pure, without a database.

A row is found by its key. What a row leaves out stays as it is. The profiles of a user are replaced only if a row of
profiles names the user; nothing else is ever removed.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from models.directory.entries import (
    CategoryEntry,
    Entry,
    InvalidImport,
    NoProfilesEntry,
    ProfileEntry,
    ServiceEntry,
    StructureEntry,
    SubcategoryEntry,
    UserEntry,
    quoted,
)

Key = tuple[str, ...]
Values = dict[str, object]
ProfileKey = tuple[str, str, str, str | None]
"""Login, profile, structure, service."""


@dataclass(frozen=True, eq=False, slots=True)
class Kind:
    """A kind of rows: its name, its entry, the columns of its key, and what a new row has where its entry says None.

    `parent`: the kind that the first column of the key, or the column `parent_column`, names.
    """

    name: str
    entry: type[Entry]
    key: tuple[str, ...]
    defaults: Values = field(default_factory=dict)
    parent: "Kind | None" = None
    parent_column: str = ""


STRUCTURES = Kind("structure", StructureEntry, ("identifier",), {"receives": False, "support": False})
SERVICES = Kind("service", ServiceEntry, ("structure", "code"), {"receives": True}, STRUCTURES, "structure")
CATEGORIES = Kind("category", CategoryEntry, ("code",))
SUBCATEGORIES = Kind("subcategory", SubcategoryEntry, ("code",), {}, CATEGORIES, "category")
USERS = Kind("user", UserEntry, ("login",))
KINDS = (STRUCTURES, SERVICES, CATEGORIES, SUBCATEGORIES, USERS)
"""Parents before children."""


@dataclass(slots=True)
class Directory:
    """The directory as it is: the rows of each kind by key, and the profiles with the ids of their rows."""

    rows: dict[Kind, dict[Key, Values]]
    profiles: dict[ProfileKey, list[int]]


@dataclass(slots=True)
class Difference:
    """What an import changes.

    `added`, `changed`: the rows of each kind by key, as they will be; `before`: those that change, as they are.
    `doubts`: rows that are probably mistakes. `rows`: the number of rows in the files. `held`: profiles before it.
    """

    rows: int
    held: int
    added: dict[Kind, dict[Key, Values]] = field(default_factory=dict)
    changed: dict[Kind, dict[Key, Values]] = field(default_factory=dict)
    before: dict[Kind, dict[Key, Values]] = field(default_factory=dict)
    granted: list[ProfileKey] = field(default_factory=list)
    withdrawn: list[ProfileKey] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((*self.added.values(), *self.changed.values(), self.granted, self.withdrawn))

    def lines(self) -> Iterator[str]:
        """A line for each change: `+` added, `~` changed, `-` withdrawn."""
        for kind in KINDS:
            for key, values in self.added[kind].items():
                yield f"+ {kind.name} {_shown(key)}: {', '.join(f'{n} {_value(v)}' for n, v in values.items())}"
            for key, values in self.changed[kind].items():
                old = self.before[kind][key]
                changes = (f"{n} {_value(old[n])} → {_value(v)}" for n, v in values.items() if old[n] != v)
                yield f"~ {kind.name} {_shown(key)}: {', '.join(changes)}"
        yield from (f"- profile {_shown(profile)}" for profile in self.withdrawn)
        yield from (f"+ profile {_shown(profile)}" for profile in self.granted)

    def summary(self) -> str:
        """The number of changes."""
        added, changed = (sum(map(len, rows.values())) for rows in (self.added, self.changed))
        return (
            f"{added} rows added, {changed} changed, {len(self.granted)} profiles granted, "
            f"{len(self.withdrawn)} withdrawn"
        )

    def questions(self, withdrawals_max_percent: float) -> list[str]:
        """Why this import needs a confirmation: doubts, and more profiles withdrawn than this part of all."""
        count = len(self.withdrawn)
        if count * 100 <= withdrawals_max_percent * self.held:
            return self.doubts
        return [
            *self.doubts,
            f"{count} of {self.held} profiles ({count / self.held:.0%}) would be withdrawn, which is more than "
            f"SAISINE_IMPORT_WITHDRAWALS_MAX_PERCENT ({withdrawals_max_percent:g})",
        ]


def _value(value: object) -> str:
    return quoted(value) if isinstance(value, str) else str(bool(value)).lower()


def _shown(key: Iterable[str | None]) -> str:
    return " ".join(part for part in key if part is not None)


def alike(key: Key) -> Key:
    """The key without what people and spreadsheets change in its last part: case, forms of letters, leading zeros."""
    last = unicodedata.normalize("NFKC", key[-1]).casefold().replace(" ", "")
    return *key[:-1], last.lstrip("0") or last


def compare(directory: Directory, entries: Sequence[Entry]) -> Difference:
    """What an import of these rows changes in the directory. Errors: InvalidImport, with a line for each bad row."""
    return _Comparison(directory, entries).run()


class _Comparison:
    """One comparison, and the problems found so far."""

    def __init__(self, directory: Directory, entries: Sequence[Entry]) -> None:
        self._directory = directory
        self._entries = entries
        self._problems: list[str] = []
        self._after = {kind: dict(rows) for kind, rows in directory.rows.items()}
        self._alike: dict[Kind, dict[Key, Key]] = {}
        """The rows that `_check` suggests, made at the first problem."""
        self._difference = Difference(rows=len(entries), held=len(directory.profiles))

    def run(self) -> Difference:
        for kind in KINDS:
            self._compare_rows(kind)
        supports = sum(bool(values["support"]) for values in self._after[STRUCTURES].values())
        if supports != 1:
            self._problems.append(f"one structure is the support (support: true); there are {supports}")
        self._compare_profiles()
        if self._problems:
            raise InvalidImport(self._problems)
        return self._difference

    def _compare_rows(self, kind: Kind) -> None:
        before, after = self._directory.rows[kind], self._after[kind]
        added: dict[Key, Values] = {}
        changed: dict[Key, Values] = {}
        seen: dict[Key, Entry] = {}
        for entry in self._entries:
            if not isinstance(entry, kind.entry):
                continue
            key = tuple(getattr(entry, column) for column in kind.key)
            first = seen.setdefault(key, entry)
            if first is not entry:
                if first.model_copy(update={"where": entry.where}) != entry:
                    self._problems.append(
                        f"{entry.where}: {kind.name} {quoted(_shown(key))} is in {first.where}, too, with other "
                        "values; keep one row"
                    )
                continue
            columns = [column for column in entry.columns() if column not in kind.key]
            given = {column: value for column in columns if (value := getattr(entry, column)) is not None}
            old = before.get(key)
            new = after[key] = {**(kind.defaults if old is None else old), **given}
            if old is None:
                added[key] = new
            elif new != old:
                changed[key] = new
        self._difference.added[kind], self._difference.changed[kind] = added, changed
        self._difference.before[kind] = {key: before[key] for key in changed}
        self._check_parents(kind, seen)
        self._doubt(kind, seen)

    def _check_parents(self, kind: Kind, seen: dict[Key, Entry]) -> None:
        if kind.parent is not None:
            for entry in seen.values():
                self._check(entry, kind.parent_column, kind.parent, (getattr(entry, kind.parent_column),))

    def _check(self, entry: Entry, column: str, kind: Kind, key: Key) -> bool:
        """Whether this row exists; if not, a problem that names the row which was probably meant."""
        rows = self._after[kind]
        if key in rows:
            return True
        if kind not in self._alike:
            self._alike[kind] = {alike(known): known for known in rows}
        near = self._alike[kind].get(alike(key))
        hint = f"; did you mean {quoted(near[-1])}?" if near else "; import it, too, or correct the cell"
        self._problems.append(f"{entry.where}: no such {column}: {quoted(key[-1])}{hint}")
        return False

    def _doubt(self, kind: Kind, seen: dict[Key, Entry]) -> None:
        known = {alike(key): key for key in self._directory.rows[kind]}
        for key in self._difference.added[kind]:
            near = known.setdefault(alike(key), key)
            name = f"{seen[key].where}: {kind.key[-1]}: {quoted(key[-1])}"
            if near != key:
                self._difference.doubts.append(
                    f"{name} would be added beside {quoted(near[-1])}; they differ only in case, spaces or leading "
                    "zeros"
                )
            elif kind is STRUCTURES and key[-1].isdecimal() and 11 <= len(key[-1]) <= 13:
                self._difference.doubts.append(
                    f"{name} has {len(key[-1])} digits; a SIRET has 14: a spreadsheet removes leading zeros"
                )
        if kind is SUBCATEGORIES:
            for key, values in self._difference.changed[kind].items():
                old = self._difference.before[kind][key]["category"]
                if values["category"] != old:
                    self._difference.doubts.append(
                        f"{seen[key].where}: category: subcategory {quoted(key[-1])} would move from {quoted(old)} to "
                        f"{quoted(values['category'])}; its present tickets stay in {quoted(old)}"
                    )

    def _compare_profiles(self) -> None:
        wanted: dict[ProfileKey, Entry] = {}
        logins: dict[str, bool] = {}
        """The users whose profiles are replaced, and whether they hold one."""
        for entry in self._entries:
            if isinstance(entry, ProfileEntry | NoProfilesEntry):
                holds = isinstance(entry, ProfileEntry)
                if logins.setdefault(entry.login, holds) is not holds:
                    self._problems.append(
                        f"{entry.where}: login {quoted(entry.login)} has profiles in one row and none in another"
                    )
                known = self._check(entry, "login", USERS, (entry.login,))
                if isinstance(entry, ProfileEntry) and self._check_place(entry) and known:
                    wanted.setdefault((entry.login, entry.profile, entry.structure, entry.service), entry)
        held = self._directory.profiles
        self._difference.granted = [profile for profile in wanted if profile not in held]
        self._difference.withdrawn = [profile for profile in held if profile[0] in logins and profile not in wanted]

    def _check_place(self, entry: ProfileEntry) -> bool:
        if not self._check(entry, "structure", STRUCTURES, (entry.structure,)):
            return False
        service = entry.service
        return service is None or self._check(entry, "service", SERVICES, (entry.structure, service))
