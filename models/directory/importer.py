"""Import of the directory: structures, services, users with profiles, categories.

All or nothing: the difference is computed and written in one transaction, one import at a time. Only what differs is
written; then `rights_version` moves once. Imported names do not change the search text of old tickets: they are found
by the names and labels of the day of their submission.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from tortoise.expressions import F
from tortoise.models import Model
from tortoise.utils import chunk

from models.database import Transaction, on_postgres, transaction
from models.directory.differences import (
    CATEGORIES,
    SERVICES,
    STRUCTURES,
    SUBCATEGORIES,
    USERS,
    Difference,
    Directory,
    Key,
    Kind,
    ProfileKey,
    Values,
    compare,
)
from models.directory.entries import Entry, InvalidImport
from models.directory.tables import Category, Entitlement, Profile, Service, Structure, Subcategory, User
from models.journal import Desk
from models.search.normalise import sort_key

M = TypeVar("M", bound=Model)
_ROWS_PER_STATEMENT = 1_000
"""Rows that one statement names: databases limit its parameters."""
_COLUMNS: dict[Kind, tuple[type[Model], list[str]]] = {
    STRUCTURES: (Structure, ["identifier", "name", "receives", "support"]),
    SERVICES: (Service, ["structure__identifier", "code", "name", "receives"]),
    CATEGORIES: (Category, ["code", "label_fr", "label_en"]),
    SUBCATEGORIES: (Subcategory, ["code", "category__code", "label_fr", "label_en", "destination"]),
    USERS: (User, ["login", "display_name", "email"]),
}
"""Where the cells of each kind of rows are stored: first its key, then its values in the order of the entry."""


class UnconfirmedImport(InvalidImport):
    """The import needs a confirmation, and nothing was changed. `problems`: why."""

    @property
    def conclusion(self) -> str:
        """What this means, and what to do."""
        return "nothing imported. See what would change with --dry-run; if it is what you mean, confirm with --yes."


async def import_entries(
    entries: Sequence[Entry], *, withdrawals_max_percent: float = 0, confirmed: bool = False, dry_run: bool = False
) -> Difference:
    """Import rows into the directory, in one transaction: what changed. With `dry_run`, what would change.

    Errors: InvalidImport; UnconfirmedImport if there are doubts, or if more than this part of all profiles would be
    withdrawn, and it is not `confirmed`.
    """

    async def work(connection: Transaction) -> Difference:
        if on_postgres():
            # It conflicts with itself, so imports run one after the other, and with no read. SQLite has one writer.
            await connection.execute_query("LOCK TABLE entitlements IN SHARE ROW EXCLUSIVE MODE")
        directory = await _read(connection)
        difference = compare(directory, entries)
        if dry_run or not difference:
            return difference
        questions = difference.questions(withdrawals_max_percent)
        if questions and not confirmed:
            raise UnconfirmedImport(questions)
        await _write(difference, directory, connection)
        await Desk.all().using_db(connection).update(rights_version=F("rights_version") + 1)
        await _record_changed_rights(difference, directory, connection)
        return difference

    return await transaction(work)


async def _read(connection: Transaction) -> Directory:
    """The directory as this transaction sees it."""
    rows: dict[Kind, dict[Key, Values]] = {}
    for kind, (model, columns) in _COLUMNS.items():
        size = len(kind.key)
        names = [name for name in kind.entry.columns() if name not in kind.key]
        found = await model.all().using_db(connection).values_list(*columns)
        rows[kind] = {row[:size]: dict(zip(names, row[size:], strict=True)) for row in map(tuple, found)}
    profiles: dict[tuple[str, str, str, str | None], list[int]] = {}
    columns = ["user__login", "profile", "structure__identifier", "service__code", "id"]
    for *profile, row_id in await Entitlement.all().using_db(connection).values_list(*columns):
        login, name, structure, service = profile
        profiles.setdefault((login, name, structure, service), []).append(row_id)
    return Directory(rows, profiles)


async def _write(difference: Difference, directory: Directory, connection: Transaction) -> None:
    """Write the difference, parents before children."""

    def rows(kind: Kind) -> Iterator[tuple[Key, dict[str, Any]]]:
        yield from difference.added[kind].items()
        yield from difference.changed[kind].items()

    structures = [Structure(identifier=key[0], **values) for key, values in rows(STRUCTURES)]
    # The support comes last: when another structure becomes it, the old one must stop being it first.
    structures.sort(key=lambda structure: structure.support)
    await _upsert(structures, ["identifier"], ["name", "receives", "support"], connection)
    structure_ids = await _ids(Structure, connection, "identifier")
    services = [Service(structure_id=structure_ids[key[0]], code=key[1], **values) for key, values in rows(SERVICES)]
    await _upsert(services, ["structure_id", "code"], ["name", "receives"], connection)
    categories = [
        Category(code=key[0], sort_key=sort_key(values["label_fr"]), **values) for key, values in rows(CATEGORIES)
    ]
    await _upsert(categories, ["code"], ["label_fr", "label_en", "sort_key"], connection)
    category_ids = await _ids(Category, connection, "code")
    subcategories = [
        Subcategory(code=key[0], category_id=category_ids[category], **values)
        for key, (category, values) in ((key, _apart(values, "category")) for key, values in rows(SUBCATEGORIES))
    ]
    await _upsert(subcategories, ["code"], ["category_id", "label_fr", "label_en", "destination"], connection)
    users = [
        User(login=key[0], display_name=values["name"], email=values["email"], sort_key=sort_key(values["name"]))
        for key, values in rows(USERS)
    ]
    await _upsert(users, ["login"], ["display_name", "email", "sort_key"], connection)
    await _replace_profiles(difference, directory, structure_ids, connection)


def _apart(values: Values, name: str) -> tuple[Any, dict[str, Any]]:
    """One of the values, and the others."""
    return values[name], {other: value for other, value in values.items() if other != name}


async def _upsert(rows: list[M], key: list[str], others: list[str], connection: Transaction) -> None:
    """Add the rows, or update those with the same key."""
    if rows:
        await type(rows[0]).bulk_create(rows, on_conflict=key, update_fields=others, using_db=connection)


async def _ids(model: type[Model], connection: Transaction, *key: str) -> dict[Any, int]:
    """The ids of all rows of a table, by identifier, code or login."""
    found = await model.all().using_db(connection).values_list("id", *key)
    return {row[1] if len(key) == 1 else tuple(row[1:]): row[0] for row in found}


async def _replace_profiles(
    difference: Difference, directory: Directory, structure_ids: dict[Any, int], connection: Transaction
) -> None:
    withdrawn: Iterable[int] = [row for profile in difference.withdrawn for row in directory.profiles[profile]]
    for some in chunk(withdrawn, _ROWS_PER_STATEMENT):
        await Entitlement.filter(id__in=list(some)).using_db(connection).delete()
    if not difference.granted:
        return
    user_ids = await _ids(User, connection, "login")
    service_ids = await _ids(Service, connection, "structure_id", "code")
    granted = [
        Entitlement(
            user_id=user_ids[login],
            structure_id=structure_ids[structure],
            service_id=None if service is None else service_ids[structure_ids[structure], service],
            profile=profile,
        )
        for login, profile, structure, service in difference.granted
    ]
    await Entitlement.bulk_create(granted, using_db=connection)


async def _record_changed_rights(difference: Difference, directory: Directory, connection: Transaction) -> None:
    """Take a position for the changes of rights: cursors from before it don't know of them.

    No action can take a position until this transaction ends, since it has changed the row of the desk.
    """
    before = set(directory.profiles)
    after = before.difference(difference.withdrawn).union(difference.granted)
    logins = sorted({login for login, *_ in _recipients(before) ^ _recipients(after)})
    desk = await Desk.get(using_db=connection)
    if not logins or not desk.position:
        return  # a desk without tickets has nothing that anybody could have missed, or seen too early
    desk.position += 1
    await desk.save(using_db=connection, update_fields=["position"])
    for some in chunk(logins, _ROWS_PER_STATEMENT):
        await User.filter(login__in=list(some)).using_db(connection).update(rights_position=desk.position)


def _recipients(profiles: Iterable[ProfileKey]) -> set[tuple[str, str, str | None]]:
    """The logins and the recipients (structure, service) whose tickets they receive."""
    return {(login, structure, service) for login, name, structure, service in profiles if name != Profile.SENT_TICKETS}
