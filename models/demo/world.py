"""The demo's directory as its stories need it: who writes to whom about what, and when offices are open.

The directory itself is `world.yaml`; what happens in it is told in `desk.py` and `generate.py`.
"""

from dataclasses import dataclass
from pathlib import Path

from models.access import Rights, rights_of
from models.database import fetch
from models.directory import importer

TOWN, HOSPITAL, COURT, EXCISE = "21990041200012", "26990017100019", "17990036000019", "13990052600019"
SUPPORT = "SUPPORT-CPP"
_EXPERTS = "00067044800018 00070815600013 00093576700012"
_TRANSPORT = "00088302500017"
_SUPPLIERS = "00041278300011 00053391900015 00081437600018"
_MEDICAL = "00072960800018"
_FEES = "JUSTICE_FEES_PAYMENT JUSTICE_FEES_REJECTED JUSTICE_FEES_STATUS"

# Recipient, its service, the beginnings of the codes of subcategories that fit it, who writes to it about them.
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
    """How long offices have been open until an instant: 7 to 17 hours UTC, from Monday to Friday; in milliseconds."""
    week, rest = divmod(instant - _A_MONDAY, 7 * _DAY)
    day, rest = divmod(rest, _DAY)
    return (week * 5 + min(day, 5)) * OFFICE_DAY + (min(max(rest - _OPENING, 0), OFFICE_DAY) if day < 5 else 0)


def office_instant(time: int) -> int:
    """The instant at which offices have been open for that long, and go on."""
    day, rest = divmod(time, OFFICE_DAY)
    week, day = divmod(day, 5)
    return _A_MONDAY + (week * 7 + day) * _DAY + _OPENING + rest


@dataclass(frozen=True, slots=True)
class Subject:
    """A subcategory, and what a ticket takes from it."""

    code: str
    category_id: int
    subcategory_id: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A recipient, what fits it, who writes to it about that (user, issuing structure), and who treats it."""

    structure_id: int
    service_id: int | None
    subjects: list[Subject]
    writers: list[tuple[int, int]]
    agents: list[int]


@dataclass(frozen=True, slots=True)
class World:
    """The demo's directory by what people know."""

    users: dict[str, int]
    contacts: dict[int, tuple[str, str]]
    """Name and address of each user."""
    rights: dict[int, Rights]
    structures: dict[str, int]
    names: dict[int, str]
    """Of the structures."""
    services: dict[tuple[int, str | None], int | None]
    channels: list[Channel]


async def load_world() -> None:
    """Put the demo's directory into the open database."""
    await importer.import_entries(importer.read_files([Path(__file__).parent / "world.yaml"]))


async def read_world() -> World:
    """The demo's directory as the database has it. Errors: KeyError where it is not there."""
    people = await fetch("SELECT id, login, display_name, email FROM users ORDER BY id")
    rights = {row[0]: await rights_of(row[0]) for row in people}
    found = await fetch("SELECT id, identifier, name FROM structures")
    structures = {row[1]: row[0] for row in found}
    services: dict[tuple[int, str | None], int | None] = {(row[0], None): None for row in found}
    services |= {(row[0], row[1]): row[2] for row in await fetch("SELECT structure_id, code, id FROM services")}
    subjects = [
        Subject(row[0], row[1], row[2], tuple(row[3:]))
        for row in await fetch(
            "SELECT s.code, c.id, s.id, c.label_fr, c.label_en, s.label_fr, s.label_en "
            "FROM subcategories s JOIN categories c ON c.id = s.category_id ORDER BY s.code"
        )
    ]
    channels = []
    for recipient, service, codes, issuers in _CHANNELS:
        place = structures[recipient], services[structures[recipient], service]
        fitting = [subject for subject in subjects if subject.code.startswith(tuple(codes.split()))]
        senders = [structures[identifier] for identifier in issuers.split()]
        writers = [(user, issuer) for issuer in senders for user, has in rights.items() if issuer in has.sent]
        agents = [user for user, has in rights.items() if has.edited.covers(*place)]
        channels.append(Channel(*place, fitting, writers, agents))
    return World(
        users={row[1]: row[0] for row in people},
        contacts={row[0]: (row[2], row[3]) for row in people},
        rights=rights,
        structures=structures,
        names={row[0]: row[2] for row in found},
        services=services,
        channels=channels,
    )
