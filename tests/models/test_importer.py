"""The import of the directory, on every database: what changes, and what needs a confirmation.

How files are read is in `test_import_files.py`, the command in `tests/test_commands.py`.
"""

import asyncio
import re

import pytest

from models import journal
from models.database import Transaction, transaction
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
)
from models.directory.importer import UnconfirmedImport, import_entries
from models.directory.tables import Category, Destination, Entitlement, Profile, Service, Structure, Subcategory, User
from tests.conftest import Desk
from tests.models import submit

TOWN = "21990041200012"


def structure(identifier: str, name: str = "Préfecture", *, support: bool = False) -> StructureEntry:
    return StructureEntry(where="a.yaml: 1", identifier=identifier, name=name, support=support)


def user(login: str, name: str = "Nouvelle", email: str = "n@a.example") -> UserEntry:
    return UserEntry(where="a.csv: row 1", login=login, name=name, email=email)


def profile(login: str, name: Profile, service: str | None = None, structure: str = TOWN) -> ProfileEntry:
    return ProfileEntry(where="a.csv: row 2", login=login, profile=name, structure=structure, service=service)


async def held(login: str) -> list[tuple[object, ...]]:
    """The profiles of a user, with the ids of their rows."""
    found = Entitlement.filter(user__login=login).order_by("id")
    return await found.values_list("id", "profile", "structure__identifier", "service__code")


async def withdrawn(login: str) -> bool:
    return not await Entitlement.filter(user__login=login).exists()


async def test_an_import_adds_new_rows_and_updates_known_ones_by_their_keys(desk: Desk) -> None:
    before = await Structure.all().count()
    service = ServiceEntry(where="a.yaml: 2", structure="PREF", code="RH", name="Ressources humaines")
    # A child may come before its parent.
    assert (await import_entries([service, structure("PREF")])).rows == 2
    old_id = (await Structure.get(identifier="PREF")).id
    renamed = [
        structure("PREF", "Préfecture de Valbrune"),
        service.model_copy(update={"name": "RH", "receives": False}),
    ]
    await import_entries(renamed)
    assert await Structure.all().count() == before + 1
    assert (await Structure.get(identifier="PREF")).name == "Préfecture de Valbrune"
    found = await Service.filter(structure_id=old_id).values_list("code", "name", "receives")
    assert found == [("RH", "RH", False)]


async def test_an_import_replaces_the_profiles_of_the_logins_that_its_profiles_name(desk: Desk) -> None:
    reader = await held("reader")
    await import_entries([profile("agent-1", Profile.RECEIVED_TICKETS_VIEW, "FINANCES")], confirmed=True)
    assert [row[1:] for row in await held("agent-1")] == [("RECEIVED_TICKETS_VIEW", TOWN, "FINANCES")]
    assert await held("reader") == reader
    # One more leaves the row of the one that is held already.
    before = await held("agent-1")
    both = [profile("agent-1", Profile(str(name)), "FINANCES") for name in ("RECEIVED_TICKETS_VIEW", "SENT_TICKETS")]
    await import_entries([*both, *both])
    after = await held("agent-1")
    assert (after[0], len(after)) == (before[0], 2)


async def test_a_corrected_user_keeps_the_profiles(desk: Desk) -> None:
    before = await held("agent-1")
    await import_entries([user("agent-1", "Camille Renard", "c@a.example")])
    assert (await User.get(login="agent-1")).email == "c@a.example"
    assert await held("agent-1") == before


async def test_a_user_told_to_hold_no_profile_loses_them(desk: Desk) -> None:
    await import_entries([NoProfilesEntry(where="a.csv: row 2", login="agent-1")], confirmed=True)
    assert await withdrawn("agent-1")
    assert await User.filter(login="agent-1").exists(), "no user is deleted"


async def test_a_cell_that_a_row_leaves_out_stays_as_it_is(desk: Desk) -> None:
    name = StructureEntry(where="a.csv: row 2", identifier="SUPPORT-CPP", name="Support")
    await import_entries([
        name, name.model_copy(update={"identifier": TOWN}),
        ServiceEntry(where="a.csv: row 2", structure=TOWN, code="ETAT-CIVIL", name="État civil"),
        ServiceEntry(where="a.csv: row 2", structure=TOWN, code="NEW", name="Nouveau"),
        name.model_copy(update={"identifier": "NEW"}),
    ])  # fmt: skip
    found = await Structure.filter(identifier__in=["SUPPORT-CPP", TOWN, "NEW"]).order_by("identifier")
    assert [(one.name, one.receives, one.support) for one in found] == [
        ("Support", True, False), ("Support", False, False), ("Support", True, True),
    ]  # fmt: skip
    services = await Service.filter(code__in=["ETAT-CIVIL", "NEW"]).order_by("code")
    assert [service.receives for service in services] == [False, True]


async def test_an_import_moves_the_support_to_another_structure(desk: Desk) -> None:
    await import_entries([structure("PREF", support=True), structure("SUPPORT-CPP")])
    assert (await Structure.get(support=True)).identifier == "PREF"


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([structure("PREF", support=True)], "one structure is the support"),
        ([structure("SUPPORT-CPP")], "one structure is the support"),
        ([ServiceEntry(where="a.csv: row 2", structure="NO", code="RH", name="RH")], "a.csv: row 2: no such structure"),
        (
            [
                SubcategoryEntry(
                    where="a.csv: row 2",
                    category="NO",
                    code="A",
                    label_fr="A",
                    label_en="A",
                    destination=Destination.SUPPORT,
                )
            ],
            "a.csv: row 2: no such category",
        ),
        ([profile("no", Profile.SENT_TICKETS)], "a.csv: row 2: no such login"),
        ([profile("Agent-1", Profile.SENT_TICKETS)], "no such login: 'Agent-1'; did you mean 'agent-1'?"),
        ([profile("new", Profile.SENT_TICKETS, "NO")], "a.csv: row 2: no such service: 'NO'"),
        (
            [profile("new", Profile.SENT_TICKETS, structure="41278300011")],
            "no such structure: '41278300011'; did you mean '00041278300011'?",
        ),
        (
            [profile("new", Profile.SENT_TICKETS), NoProfilesEntry(where="b.csv: row 3", login="new")],
            "b.csv: row 3: login 'new' has profiles in one row and none in another",
        ),
        ([user("new", email="other@a.example")], "user 'new' is in a.csv: row 1, too, with other values"),
    ],
)
async def test_an_import_with_a_problem_changes_nothing(desk: Desk, entries: list[Entry], problem: str) -> None:
    before = await journal.desk_state()
    with pytest.raises(InvalidImport, match=re.escape(problem)):
        await import_entries([user("new"), *entries])
    assert not await User.filter(login="new").exists()
    assert await journal.desk_state() == before


async def test_an_import_raises_the_version_of_the_rights(desk: Desk) -> None:
    before = await journal.desk_state()
    await import_entries([structure("PREF")])
    assert (await journal.desk_state()).rights_version == before.rights_version + 1
    # Once more changes nothing, and gives no process anything to read again.
    after = await journal.desk_state()
    assert not await import_entries([structure("PREF")])
    assert await journal.desk_state() == after


async def test_a_dry_run_tells_the_difference_and_changes_nothing(desk: Desk) -> None:
    before, state = await held("agent-1"), await journal.desk_state()
    difference = await import_entries(
        [
            user("agent-1", "Camille Renard", "c@a.example"),
            user("new"),
            profile("new", Profile.SENT_TICKETS, "FINANCES"),
            NoProfilesEntry(where="a.csv: row 2", login="agent-1"),
        ],
        dry_run=True,
    )
    assert list(difference.lines()) == [
        "+ user new: name 'Nouvelle', email 'n@a.example'",
        "~ user agent-1: email 'camille.renard@saint-aurele-les-tilleuls.example' → 'c@a.example'",
        f"- profile agent-1 RECEIVED_TICKETS_EDIT {TOWN}",
        f"+ profile new SENT_TICKETS {TOWN} FINANCES",
    ]
    assert difference.summary() == "1 rows added, 1 changed, 1 profiles granted, 1 withdrawn"
    assert await held("agent-1") == before
    assert not await User.filter(login="new").exists()
    assert await journal.desk_state() == state


async def test_many_profiles_withdrawn_at_once_need_a_confirmation(desk: Desk) -> None:
    # 29 profiles: a tenth of them are two.
    nobody = [NoProfilesEntry(where="a.csv: row 2", login=login) for login in ("agent-1", "agent-2", "reader")]
    state = await journal.desk_state()
    with pytest.raises(UnconfirmedImport, match=r"3 of 29 profiles \(10%\) would be withdrawn") as doubtful:
        await import_entries(nobody, withdrawals_max_percent=10)
    assert "SAISINE_IMPORT_WITHDRAWALS_MAX_PERCENT (10)" in doubtful.value.problems[0]
    assert [await withdrawn(login) for login in ("agent-1", "agent-2", "reader")] == [False, False, False]
    assert await journal.desk_state() == state
    await import_entries(nobody[:2], withdrawals_max_percent=10)
    await import_entries(nobody, withdrawals_max_percent=0, confirmed=True)
    assert [await withdrawn(login) for login in ("agent-1", "agent-2", "reader")] == [True, True, True]


@pytest.mark.parametrize(
    ("entry", "question"),
    [
        (user("Agent-1"), "a.csv: row 1: login: 'Agent-1' would be added beside 'agent-1'"),
        (structure("41278300011"), "identifier: '41278300011' would be added beside '00041278300011'"),
        (structure("1234567890123"), "identifier: '1234567890123' has 13 digits; a SIRET has 14"),
        (
            ServiceEntry(where="a.csv: row 2", structure=TOWN, code="finances", name="Finances"),
            "a.csv: row 2: code: 'finances' would be added beside 'FINANCES'",
        ),
        (
            SubcategoryEntry(
                where="a.csv: row 2",
                category="PORTAL",
                code="INVOICES_STATUS",
                label_fr="Statut",
                label_en="Status",
                destination=Destination.BUSINESS_SERVICE,
            ),
            "subcategory 'INVOICES_STATUS' would move from 'INVOICES' to 'PORTAL'",
        ),
    ],
)
async def test_a_row_that_is_probably_a_mistake_needs_a_confirmation(desk: Desk, entry: Entry, question: str) -> None:
    state = await journal.desk_state()
    with pytest.raises(UnconfirmedImport, match=re.escape(question)):
        await import_entries([entry], withdrawals_max_percent=10)
    assert await journal.desk_state() == state
    await import_entries([entry], confirmed=True)
    assert (await journal.desk_state()).rights_version == state.rights_version + 1


async def test_categories_are_renamed_and_subcategories_moved_by_their_codes(desk: Desk) -> None:
    category = CategoryEntry(where="a.csv: row 2", code="PORTAL", label_fr="Écran", label_en="Screen")
    moved = SubcategoryEntry(
        where="a.csv: row 3",
        category="PORTAL",
        code="INVOICES_STATUS",
        label_fr="Statut",
        label_en="Status",
        destination=Destination.SUPPORT,
    )
    await import_entries([moved, category], confirmed=True)
    assert (await Category.get(code="PORTAL")).sort_key == "ecran"
    found = await Subcategory.get(code="INVOICES_STATUS").select_related("category")
    assert (found.category.code, found.label_fr, found.destination) == ("PORTAL", "Statut", "SUPPORT")


async def test_imports_at_once_run_one_after_the_other(desk: Desk) -> None:
    before = (await journal.desk_state()).rights_version
    services = ["FINANCES", "MARCHES", "TECHNIQUES", "RH", "CULTURE"]
    imports = [
        [profile("agent-1", Profile.SENT_TICKETS, service), user("new", f"Nouvelle {service}"), structure("P", service)]
        for service in services
    ]
    await asyncio.gather(*(import_entries(list(entries), confirmed=True) for entries in imports))
    ((_, name, _, service),) = await held("agent-1")
    assert name == "SENT_TICKETS"
    # All that is there is of one import, the last.
    assert (await User.get(login="new")).display_name == f"Nouvelle {service}"
    assert (await Structure.get(identifier="P")).name == service
    assert (await journal.desk_state()).rights_version == before + len(services)


async def test_tickets_are_submitted_while_imports_run(desk: Desk) -> None:
    before = (await journal.desk_state()).rights_version
    names = [StructureEntry(where="a.csv: row 1", identifier=TOWN, name=f"Commune {number}") for number in range(5)]
    imports = [import_entries([name, user("new", name.name)]) for name in names]
    ids = await asyncio.gather(*(submit(desk) for _ in range(10)), *imports)
    assert len({one for one in ids if isinstance(one, int)}) == 10
    assert (await journal.desk_state()).rights_version == before + 5


async def test_an_import_of_many_rows_is_one_transaction(desk: Desk) -> None:
    people = [user(f"user-{number}", f"Personne {number}") for number in range(3_000)]
    profiles = [profile(f"user-{number}", Profile.SENT_TICKETS) for number in range(3_000)]
    before = (await journal.desk_state()).rights_version
    assert len((await import_entries([*profiles, *people])).granted) == 3_000
    await import_entries(
        [NoProfilesEntry(where="a.csv: row 2", login=f"user-{number}") for number in range(3_000)], confirmed=True
    )
    assert not await Entitlement.filter(user__login__startswith="user-").exists()
    assert (await journal.desk_state()).rights_version == before + 2


async def test_an_import_records_whose_recipients_changed_and_takes_a_position(desk: Desk) -> None:
    agent = profile("agent-1", Profile.RECEIVED_TICKETS_VIEW)
    reader = profile("reader", Profile.RECEIVED_TICKETS_EDIT)
    sent = profile("reader", Profile.SENT_TICKETS)

    async def position_of(login: str) -> int:
        return int((await User.get(login=login)).rights_position)

    # Without tickets, there is nothing that anybody could see too early.
    await import_entries([profile("agent-1", Profile.RECEIVED_TICKETS_VIEW, "FINANCES")], confirmed=True)
    assert (await journal.latest_position(), await position_of("agent-1")) == (0, 0)

    async def reach(connection: Transaction) -> None:
        await journal.Desk.all().using_db(connection).update(position=7)

    await transaction(reach)
    await import_entries([agent, reader, sent], confirmed=True)
    assert (await journal.latest_position(), await position_of("agent-1"), await position_of("reader")) == (8, 8, 0)
    await import_entries([agent, reader], confirmed=True)
    assert (await journal.latest_position(), await position_of("agent-1")) == (8, 8)
