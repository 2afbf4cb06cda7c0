"""Access: the rights of a user, and which tickets they may see. Lists, reads, downloads and events all use it.

A ticket that a user may not see does not exist for them. SQL conditions and checks in memory are made from the same
Rights. The reads are SQL: rights are read with every action, and agents for whole pages of tickets.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter

from tortoise.expressions import Q, Subquery

from models.database import Row, Statement, Transaction, fetch, fetch_all, on_postgres
from models.database.sql import Condition, in_list
from models.directory.queries import UserRow
from models.directory.tables import Entitlement, Profile, Service, Structure
from models.workflow import Actor


@dataclass(frozen=True, slots=True)
class Scope:
    """Recipients of tickets: structures with all their services, and single services of other structures."""

    structures: frozenset[int] = frozenset()
    services: frozenset[int] = frozenset()

    def covers(self, structure_id: int | None, service_id: int | None) -> bool:
        """Whether a recipient is in the scope."""
        return structure_id in self.structures or service_id in self.services


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may see and do, by all their profiles together."""

    user_id: int
    received: Scope
    """Recipients whose tickets they see: RECEIVED_TICKETS_VIEW or RECEIVED_TICKETS_EDIT."""
    edited: Scope
    """Recipients that they are an agent of: RECEIVED_TICKETS_EDIT."""
    sent: frozenset[int]
    """Structures whose tickets they submit and follow: SENT_TICKETS."""

    def sees(self, structure_id: int | None, service_id: int | None, issuer_id: int) -> bool:
        """Whether they may see a ticket with this recipient and this issuer."""
        return self.received.covers(structure_id, service_id) or issuer_id in self.sent

    def acts_as(self, structure_id: int, service_id: int | None, issuer_id: int) -> Actor:
        """The side that they act on for a ticket with this recipient and this issuer."""
        return Actor(self.user_id, self.edited.covers(structure_id, service_id), issuer_id in self.sent)


async def rights_of(user_id: int, connection: Transaction | None = None) -> Rights:
    """The present rights of a user."""
    return rights_in(await fetch(*entitlements({user_id}), connection), user_id)


async def rights_position(user_id: int) -> int:
    """The journal's position when the recipients whose tickets a user receives last changed.

    What such a ticket was before that position may never have been theirs to see.
    """
    (found,) = await fetch_all(("SELECT rights_position FROM users WHERE id = ?", [user_id]), inline=True)
    return int(found[0][0])


def entitlements(user_ids: Collection[int]) -> Statement:
    """The statement that reads the entitlements of some users, for `rights_in`."""
    sql = f"SELECT user_id, structure_id, service_id, profile FROM entitlements WHERE user_id IN {in_list(user_ids)}"
    return sql, list(user_ids)


async def agents_of(recipients: Collection[tuple[int, int | None]]) -> dict[tuple[int, int | None], list[Row]]:
    """The agents of each recipient (structure, service): rows of id and display_name, sorted by name."""
    structures = sorted({structure_id for structure_id, _ in recipients})
    found = await fetch(
        "SELECT u.id, u.display_name, e.structure_id, e.service_id FROM entitlements e "
        "JOIN users u ON u.id = e.user_id "
        f"WHERE e.profile = ? AND e.structure_id IN {in_list(structures)} ORDER BY u.sort_key, u.id",
        [Profile.RECEIVED_TICKETS_EDIT, *structures],
    )
    # By their place, which keeps them sorted. Each recipient looks at its own agents only: there may be thousands.
    by_recipient: defaultdict[tuple[int, int | None], list[tuple[int, Row]]] = defaultdict(list)
    for place, row in enumerate(found):
        by_recipient[row[2], row[3]].append((place, row))

    def agents(structure_id: int, service_id: int | None) -> list[Row]:
        allowed = by_recipient[structure_id, None]
        if service_id is not None:
            allowed = sorted(allowed + by_recipient[structure_id, service_id], key=itemgetter(0))
        return list({row[0]: row for _, row in allowed}.values())

    return {recipient: agents(*recipient) for recipient in recipients}


def rights_in(entitlements: Iterable[Row], user_id: int) -> Rights:
    """The rights of a user, from rows of `entitlements`; rows of other users are left out."""
    edited: set[tuple[int, int | None]] = set()
    viewed: set[tuple[int, int | None]] = set()
    sent: set[int] = set()
    for holder_id, structure_id, service_id, profile in entitlements:
        if holder_id != user_id:
            continue
        if profile == Profile.SENT_TICKETS:
            sent.add(structure_id)
        else:
            (edited if profile == Profile.RECEIVED_TICKETS_EDIT else viewed).add((structure_id, service_id))
    return Rights(user_id, _scope(edited | viewed), _scope(edited), frozenset(sent))


def _scope(recipients: Collection[tuple[int, int | None]]) -> Scope:
    """The scope of these (structure, service) pairs. A service is left out if its structure is there as a whole."""
    structures = frozenset(structure for structure, service in recipients if service is None)
    services = [service for structure, service in recipients if service is not None and structure not in structures]
    return Scope(structures, frozenset(services))


def received(rights: Rights) -> Condition:
    """The condition of the tickets that the user receives."""
    return _any_of(
        ("t.recipient_structure_id", rights.received.structures), ("t.recipient_service_id", rights.received.services)
    )


def sent(rights: Rights) -> Condition:
    """The condition of the tickets that the user's structures sent."""
    return _any_of(("t.issuer_structure_id", rights.sent))


def visible(rights: Rights) -> Condition:
    """The condition of all tickets that the user may see."""
    return _any_of(
        ("t.recipient_structure_id", rights.received.structures),
        ("t.recipient_service_id", rights.received.services),
        ("t.issuer_structure_id", rights.sent),
    )


def received_by_recipient(rights: Rights) -> list[Condition]:
    """`received` as one condition a recipient; no two share a ticket."""
    return _each("t.recipient_structure_id", rights.received.structures) + _each(
        "t.recipient_service_id", rights.received.services
    )


def sent_by_issuer(rights: Rights) -> list[Condition]:
    """`sent` as one condition an issuer; no two share a ticket."""
    return _each("t.issuer_structure_id", rights.sent)


def received_tokens(rights: Rights) -> list[str]:
    """`received` as scope tokens of the search index."""
    return [f"~s{n}" for n in rights.received.structures] + [f"~v{n}" for n in rights.received.services]


def sent_tokens(rights: Rights) -> list[str]:
    """`sent` as scope tokens of the search index."""
    return [f"~i{n}" for n in rights.sent]


def _each(column: str, ids: frozenset[int]) -> list[Condition]:
    return [(f"{column} = ?", [n]) for n in sorted(ids)]


def _any_of(*columns: tuple[str, frozenset[int]]) -> Condition:
    parts = [f"{column} IN {in_list(ids)}" for column, ids in columns if ids]
    values: list[object] = [n for _, ids in columns for n in sorted(ids)]
    return (f"({' OR '.join(parts)})", values) if parts else ("1 = 0", [])


async def visible_structures(ids: Collection[int], user_id: int) -> list[Structure]:
    """The structures with these ids that a user may see: those that tickets can be addressed to, as a whole or by a
    service, and those where the user has a profile."""
    by_service = Subquery(Service.filter(receives=True, structure_id__in=ids).values("structure_id"))
    held = Subquery(Entitlement.filter(user_id=user_id).values("structure_id"))
    shown = Q(receives=True) | Q(support=True) | Q(id__in=by_service) | Q(id__in=held)
    return await Structure.filter(shown, id__in=ids)


async def visible_services(ids: Collection[int], user_id: int) -> list[Service]:
    """The services with these ids in structures that the user may see."""
    services = await Service.filter(id__in=ids)
    structures = await visible_structures({service.structure_id for service in services}, user_id)
    return [service for service in services if service.structure_id in {structure.id for structure in structures}]


async def visible_users(ids: Collection[int], rights: Rights) -> list[UserRow]:
    """The users with these ids whom a viewer may see.

    They are the viewer, those with a profile on a structure where the viewer has one, and those who acted on a ticket
    that the viewer sees or were assigned to it. SQL, since it needs the condition of `visible`.
    """
    sql, values = visible(rights)
    # Without OFFSET 0, PostgreSQL would merge the subquery and search all tickets that the viewer sees for one user.
    first = "OFFSET 0" if on_postgres() else ""
    found = await fetch(
        f"SELECT u.id, u.login, u.display_name FROM users u WHERE u.id IN {in_list(ids)} "
        "AND (u.id = ? OR EXISTS (SELECT 1 FROM entitlements x JOIN entitlements y ON y.structure_id = x.structure_id "
        "WHERE x.user_id = u.id AND y.user_id = ?) OR EXISTS "
        f"(SELECT 1 FROM (SELECT ticket_id FROM activities WHERE actor_id = u.id {first}) a "
        f"JOIN tickets t ON t.id = a.ticket_id WHERE {sql}) OR EXISTS "
        # An assignee has always an ASSIGNED activity.
        f"(SELECT 1 FROM (SELECT ticket_id FROM activities WHERE kind = 'ASSIGNED' AND assignee_id = u.id {first}) a "
        f"JOIN tickets t ON t.id = a.ticket_id WHERE {sql}))",
        [*ids, rights.user_id, rights.user_id, *values, *values],
    )
    return [UserRow(*row) for row in found]
