"""The bytes of attachments that one viewer may store a day."""

import asyncio

import pytest

from models.attachments import quota
from models.i18n.language import size_text
from models.journal import now
from models.refusals import Refusal
from tests.conftest import Desk
from tests.models import act, files_of, refusal, select, submit, ticket_at, upload
from tests.models.test_submission import limited

DAY = 24 * 3600 * 1000


async def test_bytes_over_a_viewers_day_are_refused_whatever_the_action_and_stored_nowhere(desk: Desk) -> None:
    strict = limited(desk, attachment_bytes_per_viewer_per_day=30)
    ten = upload("dix.txt", b"x" * 10)
    await submit(strict, files=[ten])
    ticket_id = await ticket_at(strict, "awaiting", files=[ten])
    over = await refusal(act(strict, "requester", "provide_information", ticket_id, files=[ten, upload("a", b"x")]))
    assert (over.code, [field.name for field in over.fields]) == ("ATTACHMENT_REJECTED", ["attachments"])
    assert "demain" in over.fields[0].message.fr
    await act(strict, "requester", "provide_information", ticket_id, files=[ten])
    assert (await refusal(submit(strict, files=[upload("a", b"x")]))).code == "ATTACHMENT_REJECTED"
    assert len(files_of(desk)) == 3
    # Others have a day of their own, and an action without files is never refused.
    await act(strict, "agent-1", "propose_solution", ticket_id, files=[ten, ten, ten])
    await submit(strict)


async def test_one_action_of_more_bytes_than_a_day_is_refused_at_once(desk: Desk) -> None:
    strict = limited(desk, attachment_bytes_per_viewer_per_day=9)
    assert (await refusal(submit(strict, files=[upload("a", b"x" * 10)]))).code == "ATTACHMENT_REJECTED"
    await submit(limited(desk, attachment_bytes_per_viewer_per_day=0), files=[upload("a", b"x" * 10)])


async def test_a_new_day_begins_from_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = limited(desk, attachment_bytes_per_viewer_per_day=10)
    today = now()
    for day in range(3):
        monkeypatch.setattr(quota, "now", lambda day=day: today + day * DAY)
        await submit(strict, files=[upload("a", b"x" * 10)])
        assert (await refusal(submit(strict, files=[upload("a", b"x")]))).code == "ATTACHMENT_REJECTED"
    assert len(await select("SELECT * FROM stored_bytes")) == 1


async def test_actions_at_the_same_time_do_not_exceed_a_day_together(desk: Desk) -> None:
    strict = limited(desk, attachment_bytes_per_viewer_per_day=50)
    done = await asyncio.gather(
        *(submit(strict, files=[upload("a", b"x" * 10)]) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(one, Refusal) for one in done) == 7
    assert len(files_of(desk)) == 5


async def test_an_action_that_is_refused_counts_nothing(desk: Desk) -> None:
    strict = limited(desk, attachment_bytes_per_viewer_per_day=10, ticket_attachments_max_bytes=5)
    ticket_id = await ticket_at(strict, "awaiting")
    for _ in range(3):
        await refusal(act(strict, "requester", "provide_information", ticket_id, files=[upload("a", b"x" * 10)]))
    assert await select("SELECT * FROM stored_bytes") == []


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, ("0 octets", "0 bytes")),
        (1023, ("1023 octets", "1023 bytes")),
        (1024, ("1 Kio", "1 KiB")),
        (10 * 1024**2, ("10 Mio", "10 MiB")),
        (10_000_000, ("9,5 Mio", "9.5 MiB")),
        (2 * 1024**3 - 1, ("1,9 Gio", "1.9 GiB")),
    ],
)
def test_a_size_is_told_in_binary_units_and_rounded_down(size: int, told: tuple[str, str]) -> None:
    assert size_text(size) == tuple(text.replace(" ", "\N{NO-BREAK SPACE}") for text in told)
