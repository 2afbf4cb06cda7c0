"""The import of the directory, on every database; `tests/test_commands.py` has the command and its files."""

import pytest

from models import journal
from models.database import Transaction, transaction
from models.directory.importer import (
    Entry,
    InvalidImport,
    ProfileEntry,
    ServiceEntry,
    StructureEntry,
    SubcategoryEntry,
    UserEntry,
    import_entries,
)
from models.directory.tables import Destination, Entitlement, Profile, Service, Structure, User
from tests.conftest import Desk


def structure(identifier: str, name: str = "Préfecture", *, support: bool = False) -> StructureEntry:
    return StructureEntry(where="a.yaml: 1", identifier=identifier, name=name, support=support)


async def test_an_import_adds_new_rows_and_updates_known_ones_by_their_keys(desk: Desk) -> None:
    before = await Structure.all().count()
    service = ServiceEntry(where="a.yaml: 2", structure="PREF", code="RH", name="Ressources humaines")
    # A child may come before its parent.
    assert await import_entries([service, structure("PREF")]) == 2
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


async def test_an_import_replaces_the_profiles_of_named_users_only(desk: Desk) -> None:
    agent, reader = await desk.user("agent-1"), await desk.user("reader")
    kept = await Entitlement.filter(user_id=reader).values_list("id", flat=True)
    code = {"structure": "21990041200012", "service": "FINANCES"}
    await import_entries(
        [ProfileEntry(where="a.yaml: 1", login="agent-1", profile=Profile.RECEIVED_TICKETS_VIEW, **code)]
    )
    held = await Entitlement.filter(user_id=agent).values_list("profile", "service__code")
    assert held == [("RECEIVED_TICKETS_VIEW", "FINANCES")]
    assert await Entitlement.filter(user_id=reader).values_list("id", flat=True) == kept
    await import_entries([UserEntry(where="a.yaml: 1", login="agent-1", name="Camille Renard", email="c@a.example")])
    assert not await Entitlement.filter(user_id=agent).exists()


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
        (
            [ProfileEntry(where="a.csv: row 2", login="no", profile=Profile.SENT_TICKETS, structure="SUPPORT-CPP")],
            "a.csv: row 2: no such login",
        ),
    ],
)
async def test_an_import_with_a_problem_changes_nothing(desk: Desk, entries: list[Entry], problem: str) -> None:
    before = await journal.desk_state()
    user = UserEntry(where="a.csv: row 1", login="new", name="Nouvelle", email="n@a.example")
    with pytest.raises(InvalidImport, match=problem):
        await import_entries([user, *entries])
    assert not await User.filter(login="new").exists()
    assert await journal.desk_state() == before


async def test_an_import_raises_the_version_of_the_rights(desk: Desk) -> None:
    before = await journal.desk_state()
    await import_entries([structure("PREF")])
    assert (await journal.desk_state()).rights_version == before.rights_version + 1


async def test_an_import_records_whose_recipients_changed_and_takes_a_position(desk: Desk) -> None:
    town = {"structure": "21990041200012"}
    agent = ProfileEntry(where="a.yaml: 1", login="agent-1", profile=Profile.RECEIVED_TICKETS_VIEW, **town)
    reader = ProfileEntry(where="a.yaml: 2", login="reader", profile=Profile.RECEIVED_TICKETS_EDIT, **town)
    sent = ProfileEntry(where="a.yaml: 3", login="reader", profile=Profile.SENT_TICKETS, **town)

    async def position_of(login: str) -> int:
        return int((await User.get(login=login)).rights_position)

    # Without tickets, there is nothing that anybody could see too early.
    await import_entries([agent.model_copy(update={"service": "FINANCES"})])
    assert (await journal.latest_position(), await position_of("agent-1")) == (0, 0)

    async def reach(connection: Transaction) -> None:
        await journal.Desk.all().using_db(connection).update(position=7)

    await transaction(reach)
    await import_entries([agent, reader, sent])
    assert (await journal.latest_position(), await position_of("agent-1"), await position_of("reader")) == (8, 8, 0)
    await import_entries([agent, reader])
    assert (await journal.latest_position(), await position_of("agent-1")) == (8, 8)
