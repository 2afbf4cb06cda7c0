"""The demo's directory, as the tickets need it: recipients with their subcategories and requesters, and office hours.

The directory itself is in `world.yaml`. `desk.py` and `generate.py` make the tickets.
"""

from dataclasses import dataclass
from pathlib import Path

from models.access import Rights, rights_of
from models.directory.importer import import_entries
from models.directory.read_files import read_files
from models.directory.tables import Service, Structure, Subcategory, User

TOWN, HOSPITAL, COURT, EXCISE = "21990041200012", "26990017100019", "17990036000019", "13990052600019"
SUPPORT = "SUPPORT-CPP"
_EXPERTS = "00067044800018 00070815600013 00093576700012"
_TRANSPORT = "00088302500017"
_SUPPLIERS = "00041278300011 00053391900015 00081437600018"
_MEDICAL = "00072960800018"
_FEES = "JUSTICE_FEES_PAYMENT JUSTICE_FEES_REJECTED JUSTICE_FEES_STATUS"

# Recipient structure, its service, prefixes of the codes of its subcategories, the structures that write to it.
_CHANNELS: tuple[tuple[str, str | None, str, str], ...] = (
    (TOWN, None, "CONTRACTS INVOICES REFUNDS_OVERPAYMENT SUBCONTRACTING", f"{_SUPPLIERS} {_TRANSPORT}"),
    (TOWN, "FINANCES", "INVOICES REFUNDS_OVERPAYMENT SUBCONTRACTING_DIRECT", f"{_SUPPLIERS} {_TRANSPORT}"),
    (TOWN, "MARCHES", "CONTRACTS SUBCONTRACTING_VALIDATION", _SUPPLIERS),
    (TOWN, "TECHNIQUES", "CONTRACTS_GUARANTEE CONTRACTS_ORDER SUBCONTRACTING", _SUPPLIERS),
    (TOWN, "RH", "INVOICES_REJECTED INVOICES_STATUS", _SUPPLIERS),
    (TOWN, "CULTURE", "CONTRACTS_ORDER INVOICES_PAYMENT INVOICES_STATUS", _SUPPLIERS),
    (HOSPITAL, None, "CONTRACTS INVOICES REFUNDS_OVERPAYMENT SUBCONTRACTING", f"{_SUPPLIERS} {_MEDICAL}"),
    (HOSPITAL, "DAF", "INVOICES REFUNDS_OVERPAYMENT SUBCONTRACTING_DIRECT", f"{_SUPPLIERS} {_MEDICAL}"),
    (HOSPITAL, "BIOMED", "CONTRACTS_COMMITMENT CONTRACTS_ORDER INVOICES_PAYMENT", f"{_SUPPLIERS} {_MEDICAL}"),
    (HOSPITAL, "PHARMACIE", "CONTRACTS_ORDER INVOICES", _MEDICAL),
    (COURT, None, _FEES, _EXPERTS),
    (COURT, "FRAIS-JUSTICE", _FEES, _EXPERTS),
    (EXCISE, None, "REFUNDS_EXCISE", _TRANSPORT),
    (SUPPORT, None, "ACCOUNT CONNECTION PORTAL", f"{_SUPPLIERS} {_MEDICAL} {_TRANSPORT} {_EXPERTS}"),
    (SUPPORT, None, "JUSTICE_FEES_FORM", _EXPERTS),
    (SUPPORT, None, "REFUNDS_FORM", _TRANSPORT),
)

_DAY = 24 * 3_600_000
_OPENING, OFFICE_DAY = 7 * 3_600_000, 10 * 3_600_000
_A_MONDAY = 4 * _DAY


def office_time(instant: int) -> int:
    """The time that offices have been open until an instant, in milliseconds: 7:00 to 17:00 UTC, Monday to Friday."""
    week, rest = divmod(instant - _A_MONDAY, 7 * _DAY)
    day, rest = divmod(rest, _DAY)
    return (week * 5 + min(day, 5)) * OFFICE_DAY + (min(max(rest - _OPENING, 0), OFFICE_DAY) if day < 5 else 0)


def office_instant(time: int) -> int:
    """The instant at which offices have been open for that long: the inverse of `office_time`."""
    day, rest = divmod(time, OFFICE_DAY)
    week, day = divmod(day, 5)
    return _A_MONDAY + (week * 7 + day) * _DAY + _OPENING + rest


@dataclass(frozen=True, slots=True)
class DemoSubcategory:
    """A subcategory: its code, its ids, and the labels of category and subcategory, French and English of each."""

    code: str
    category_id: int
    subcategory_id: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A recipient: its subcategories, its requesters as (user, issuing structure), and its agents."""

    structure_id: int
    service_id: int | None
    subcategories: list[DemoSubcategory]
    requesters: list[tuple[int, int]]
    agents: list[int]


@dataclass(frozen=True, slots=True)
class World:
    """The ids of the demo's directory, by identifier, login and code."""

    users: dict[str, int]
    contacts: dict[int, tuple[str, str]]
    """The name and the e-mail address of each user."""
    rights: dict[int, Rights]
    structures: dict[str, int]
    names: dict[int, str]
    """The name of each structure."""
    services: dict[tuple[int, str | None], int | None]
    channels: list[Channel]


async def load_world() -> None:
    """Import the demo's directory into the open database."""
    files = read_files([Path(__file__).parent / "world.yaml"])
    await import_entries(files.entries, confirmed=True)


async def read_world() -> World:
    """Read the demo's directory. Errors: KeyError if the database has another directory."""
    people = await User.all().order_by("id")
    rights = {user.id: await rights_of(user.id) for user in people}
    found = await Structure.all()
    structures = {structure.identifier: structure.id for structure in found}
    services: dict[tuple[int, str | None], int | None] = {(structure.id, None): None for structure in found}
    services |= {(service.structure_id, service.code): service.id for service in await Service.all()}
    subcategories = [
        DemoSubcategory(part.code, part.category_id, part.id, (*part.category.label, *part.label))
        for part in await Subcategory.all().order_by("code").select_related("category")
    ]
    channels = []
    for recipient, service, codes, issuers in _CHANNELS:
        recipient_ids = structures[recipient], services[structures[recipient], service]
        fitting = [subcategory for subcategory in subcategories if subcategory.code.startswith(tuple(codes.split()))]
        senders = [structures[identifier] for identifier in issuers.split()]
        requesters = [(user, issuer) for issuer in senders for user, has in rights.items() if issuer in has.sent]
        agents = [user for user, has in rights.items() if has.edited.covers(*recipient_ids)]
        channels.append(Channel(*recipient_ids, fitting, requesters, agents))
    return World(
        users={user.login: user.id for user in people},
        contacts={user.id: (user.display_name, user.email) for user in people},
        rights=rights,
        structures=structures,
        names={structure.id: structure.name for structure in found},
        services=services,
        channels=channels,
    )
