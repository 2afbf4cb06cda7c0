"""`submit_ticket` on a real database: validation, routing and rights; and the files of all actions."""

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from models import actions
from models.attachments.uploads import Upload
from models.database import transaction
from models.refusals import Refusal
from tests.conftest import Desk
from tests.models import (
    AT,
    HOSPITAL,
    SUPPLIER,
    SUPPORT,
    TOWN,
    WITH_MESSAGE,
    Unchanged,
    act,
    files_of,
    id_of,
    last_activity,
    refusal,
    select,
    snapshot,
    submission,
    submit,
    ticket_at,
    ticket_state,
    upload,
)


async def rejected(desk: Desk, login: str = "requester", **given: Any) -> tuple[str, list[str]]:
    """The code and field names of a refused submission, which must have changed nothing."""
    before = await snapshot(desk)
    refused: Refusal = await refusal(actions.submit_ticket(desk.services, await submission(login, **given)))
    assert await snapshot(desk) == before
    assert refused.ticket_id is None
    return refused.code, [field.name for field in refused.fields]


async def change(sql: str, *values: object) -> None:
    """Change the directory."""
    await transaction(lambda connection: connection.execute_query(sql, list(values)))


@pytest.mark.parametrize(
    ("code", "to", "service", "recipient"),
    [
        ("INVOICES_STATUS", TOWN, None, (TOWN, None)),
        ("INVOICES_STATUS", TOWN, "FINANCES", (TOWN, "FINANCES")),
        ("CONTRACTS_ORDER", HOSPITAL, "PHARMACIE", (HOSPITAL, "PHARMACIE")),
        ("PORTAL_UPLOAD", None, None, (SUPPORT, None)),
    ],
)
async def test_a_new_ticket_is_open_unassigned_and_routed_by_its_subcategory(
    desk: Desk, code: str, to: str | None, service: str | None, recipient: tuple[str, str | None]
) -> None:
    ticket_id = await submit(desk, "colleague", code=code, to=to, service=service, short_description="  Où ?\n")
    assert await ticket_state(ticket_id) == ("OPEN", "CREATION", None, *recipient, 1)
    [ticket] = await select(
        "SELECT t.number, t.short_description, t.description, t.submitted_at, t.updated_at, t.object_type, "
        "t.contact_name, t.contact_address, i.identifier, c.code, s.code, s.category_id = c.id FROM tickets t "
        "JOIN structures i ON i.id = t.issuer_structure_id JOIN categories c ON c.id = t.category_id "
        "JOIN subcategories s ON s.id = t.subcategory_id"
    )
    assert ticket[0].isdecimal()
    assert ticket[1:] == (
        "Où ?", "Déposée le 3 mars.", AT, AT, "INVOICE", "Gaël Prigent", "gael.prigent@ateliers-kervella.example",
        SUPPLIER, code.split("_", maxsplit=1)[0], code, 1,
    )  # fmt: skip
    activity = await last_activity()
    assert (activity["kind"], activity["version"], activity["message"]) == ("SUBMITTED", 1, None)
    assert (activity["status_before"], activity["status"], activity["occurred_at"]) == (None, "OPEN", AT)
    assert activity["actor_id"] == await id_of("users", "login", "colleague")


async def test_a_requester_of_two_structures_submits_for_either(desk: Desk) -> None:
    for identifier in ("00081437600018", "00088302500017"):
        issuer = await id_of("structures", "identifier", identifier)
        ticket_id = await submit(desk, "marthe.grandjean", issuer_structure_id=issuer)
        assert await select("SELECT issuer_structure_id FROM tickets WHERE id = ?", ticket_id) == [(issuer,)]


# Blanks, format characters, fillers, marks on nothing: a person sees no text to click on.
INVISIBLE = ["\u200b", "\u2060\ufeff", "\u00a0", "\u3164", "\u2800", "\u0301", "\u00ad \u200e", "\ufe0f", "\U000e0041"]
LINE_ENDS = ["\n", "\r", "\r\n", "\u2028", "\u2029"]
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "PORTAL_UPLOAD", "to": TOWN}, ["recipientStructureId"]),
    ({"code": "PORTAL_UPLOAD", "to": SUPPORT}, ["recipientStructureId"]),
    ({"code": "PORTAL_UPLOAD", "to": None, "service": "FINANCES"}, ["recipientServiceId"]),
    ({"code": "PORTAL_UPLOAD", "to": TOWN, "service": "FINANCES"}, ["recipientServiceId", "recipientStructureId"]),
    ({"to": None}, ["recipientStructureId"]),
    ({"to": None, "service": "FINANCES"}, ["recipientStructureId"]),
    ({"to": SUPPLIER}, ["recipientStructureId"]),
    ({"to": SUPPORT}, ["recipientStructureId"]),
    ({"recipient_structure_id": 12_345}, ["recipientStructureId"]),
    ({"recipient_structure_id": 0}, ["recipientStructureId"]),
    ({"to": TOWN, "service": "PHARMACIE"}, ["recipientServiceId"]),
    ({"to": TOWN, "service": "ETAT-CIVIL"}, ["recipientServiceId"]),
    ({"recipient_service_id": 0}, ["recipientServiceId"]),
    ({"recipient_service_id": 12_345}, ["recipientServiceId"]),
    ({"category_id": 0}, ["categoryId"]),
    ({"category_id": 12_345}, ["categoryId"]),
    ({"subcategory_id": 0}, ["subcategoryId"]),
    ({"subcategory_id": 12_345}, ["subcategoryId"]),
    ({"issuer_structure_id": 0}, ["issuerStructureId"]),
    ({"short_description": " "}, ["shortDescription"]),
    ({"short_description": "é" * 201}, ["shortDescription"]),
    *(({"short_description": text}, ["shortDescription"]) for text in INVISIBLE),
    *(({"short_description": f"Une{end}ligne"}, ["shortDescription"]) for end in LINE_ENDS),
    *(({"description": text}, ["description"]) for text in INVISIBLE),
    ({"description": "\n"}, ["description"]),
    ({"description": "é" * 20_001}, ["description"]),
    ({"description": "nul\0"}, ["description"]),
    ({"key": ""}, ["idempotencyKey"]),
    ({"key": "k" * 201}, ["idempotencyKey"]),
    # All invalid fields are named at once.
    (
        {"short_description": "", "description": "", "to": None, "issuer_structure_id": 0},
        ["description", "issuerStructureId", "recipientStructureId", "shortDescription"],
    ),
]


async def test_invalid_input_is_refused_with_its_field_names_before_any_right(desk: Desk) -> None:
    for given, fields in WRONG:
        for login in ("requester", "agent-1"):
            code, named = await rejected(desk, login, **given)
            assert (given, code, sorted(named)) == (given, "INVALID_INPUT", fields)


async def test_a_subcategory_of_another_category_is_refused(desk: Desk) -> None:
    foreign = (await submission(code="CONTRACTS_ORDER")).subcategory_id
    assert await rejected(desk, subcategory_id=foreign) == ("INVALID_INPUT", ["subcategoryId"])


async def test_a_structure_that_receives_by_service_only_requires_a_service(desk: Desk) -> None:
    await change("UPDATE structures SET receives = FALSE WHERE identifier = ?", TOWN)
    assert await rejected(desk) == ("INVALID_INPUT", ["recipientServiceId"])
    assert await rejected(desk, service="ETAT-CIVIL") == ("INVALID_INPUT", ["recipientServiceId"])
    assert await ticket_state(await submit(desk, service="FINANCES")) == ("OPEN", "CREATION", None, TOWN, "FINANCES", 1)
    await change("UPDATE services SET receives = FALSE")
    for service in (None, "FINANCES"):
        assert await rejected(desk, service=service) == ("INVALID_INPUT", ["recipientStructureId"])


@pytest.mark.parametrize("login", ["agent-1", "reader", "support", "other-requester"])
async def test_submitting_for_a_structure_without_the_profile_is_forbidden(desk: Desk, login: str) -> None:
    assert await rejected(desk, login) == ("FORBIDDEN", [])
    assert await rejected(desk, login, files=[upload("vide.txt", b"")]) == ("FORBIDDEN", [])
    assert await rejected(desk, login, files=[upload("bon.txt", b"bon")]) == ("FORBIDDEN", [])


async def test_texts_of_the_maximum_length_are_accepted(desk: Desk) -> None:
    ticket_id = await submit(desk, short_description="é" * 200, description="é" * 20_000)
    [found] = await select("SELECT LENGTH(short_description), LENGTH(description) FROM tickets WHERE id = ?", ticket_id)
    assert found == (200, 20_000)


async def test_files_are_stored_unchanged_with_their_digest(desk: Desk) -> None:
    contents = {"petit.txt": b"a", "grand.pdf": b"%PDF" + bytes(range(256)) * 1_000, "petit (2).txt": b"a"}
    await submit(desk, files=[upload(name, content, "x/y") for name, content in contents.items()])
    found = await select(
        "SELECT filename, content_type, size, digest, storage_key, ticket_id, activity_id FROM attachments ORDER BY id"
    )
    assert [row[0] for row in found] == list(contents)
    for name, kind, size, digest, key, ticket_id, activity_id in found:
        content = contents[name]
        assert (kind, size, digest) == (
            "application/pdf" if size > 1 else "text/plain",
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
        assert b"".join([chunk async for chunk in desk.services.storage.read(key)]) == content
        assert (ticket_id, activity_id) == (1, 1)
    assert sorted(files_of(desk)) == sorted(row[4] for row in found)


@pytest.mark.parametrize("action", WITH_MESSAGE)
async def test_files_of_an_action_belong_to_its_activity(desk: Desk, action: str) -> None:
    login, stage = {
        "provide_information": ("requester", "awaiting"),
        "refuse_solution": ("requester", "resolved"),
    }.get(action, ("agent-1", "taken"))
    ticket_id = await ticket_at(desk, stage, files=[upload("avant.txt", b"avant")])
    position = await act(desk, login, action, ticket_id, files=[upload("preuve.pdf", b"%PDF")])
    found = await select("SELECT ticket_id, activity_id, filename FROM attachments ORDER BY id")
    assert found == [(ticket_id, 1, "avant.txt"), (ticket_id, position, "preuve.pdf")]
    assert sorted(files_of(desk).values()) == [b"%PDF", b"avant"]


async def test_a_partly_read_file_is_stored_from_its_beginning(desk: Desk) -> None:
    file = BytesIO(b"du debut a la fin")
    file.read(5)
    await submit(desk, files=[Upload("a.txt", "text/plain", file, 17)])
    assert list(files_of(desk).values()) == [b"du debut a la fin"]


def limited(desk: Desk, **limits: Any) -> Desk:
    """The same desk with other limits."""
    return Desk(replace(desk.services, settings=desk.services.settings.model_copy(update=limits)))


async def test_too_many_too_large_and_empty_files_are_rejected_and_not_stored(desk: Desk) -> None:
    strict = limited(desk, attachment_max_count=2, attachment_max_bytes=10)
    unchanged, ticket_id = Unchanged(strict), await ticket_at(desk, "taken")
    good, large, empty = (upload(f"{size}.txt", b"x" * size) for size in (10, 11, 0))
    for files, fields in (
        ([good, good, good], ["attachments"]),
        ([large], ["attachments.0"]),
        ([good, empty], ["attachments.1"]),
        ([empty, large], ["attachments.0", "attachments.1"]),
    ):
        named = await unchanged.refuses("ATTACHMENT_REJECTED", "agent-1", "propose_solution", ticket_id, files=files)
        assert named == fields
        assert await rejected(strict, files=files) == ("ATTACHMENT_REJECTED", fields)
    assert files_of(desk) == {}
    await act(strict, "agent-1", "propose_solution", ticket_id, files=[good, upload("1.txt", b"y")])
    assert sorted(files_of(desk).values()) == [b"x" * 10, b"y"]


async def test_files_are_rejected_when_the_maximum_count_is_zero(desk: Desk) -> None:
    strict = limited(desk, attachment_max_count=0)
    assert await rejected(strict, files=[upload("a.txt", b"a")]) == ("ATTACHMENT_REJECTED", ["attachments"])
    await submit(strict)


async def test_files_of_a_refused_action_are_not_kept(desk: Desk) -> None:
    unchanged = Unchanged(desk)
    free, taken, closed = await submit(desk), await ticket_at(desk, "taken"), await ticket_at(desk, "closed")
    for code, login, ticket_id, given in (
        ("INVALID_INPUT", "agent-1", taken, {"message": ""}),
        ("NOT_FOUND", "other-agent", taken, {}),
        ("FORBIDDEN", "reader", taken, {}),
        ("VERSION_CONFLICT", "agent-1", taken, {"version": 1}),
        ("INVALID_TRANSITION", "agent-1", closed, {}),
        ("NOT_ASSIGNED", "agent-1", free, {}),
        ("ASSIGNED_TO_SOMEONE_ELSE", "agent-2", taken, {}),
    ):
        # An invalid file does not change the code: ATTACHMENT_REJECTED comes last.
        for files in ([upload("bon.txt", b"bon")], [upload("vide.txt", b"")]):
            await unchanged.refuses(code, login, "propose_solution", ticket_id, files=files, **given)
    await unchanged.refuses(
        "ATTACHMENT_REJECTED", "agent-1", "propose_solution", taken, files=[upload("vide.txt", b"")]
    )
