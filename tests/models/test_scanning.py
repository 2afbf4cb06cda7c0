"""Virus scans of attachments: the queue, the results, and their delivery to subscribers."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from models.actions import record_scan_result
from models.attachments.clamd import ScanFailed, Scanner
from models.scanning import scan_next
from tests.conftest import Desk
from tests.live import TICKET_CHANGES, changes, everybody, serving, ticket_id_of
from tests.models import act, files_of, last_activity, select, submit, ticket_at, ticket_state, upload
from tests.models.test_submission import limited
from tests.support.clamd import EICAR, clamd
from tests.support.server import WAIT, Client, free_port

STATES = "SELECT scan_state FROM attachments ORDER BY id"


def scanned_by(desk: Desk, url: str, **more: Any) -> tuple[Desk, Scanner]:
    return limited(desk, clamd_url=url, **more), Scanner(url, 5)


async def test_without_a_scanner_files_are_not_scanned(desk: Desk) -> None:
    await submit(desk, files=[upload("a.txt", EICAR)])
    assert await select(STATES) == [("NOT_SCANNED",)]


async def test_clean_files_are_cleared_in_one_activity_without_an_actor(desk: Desk, tmp_path: Path) -> None:
    contents = [b"a", b"%PDF" + bytes(300_000)]
    async with clamd(tmp_path / "clamd.sock") as (daemon, url):
        with_scanner, scanner = scanned_by(desk, url)
        ticket_id = await submit(with_scanner, files=[upload("0.txt", contents[0]), upload("1.pdf", contents[1])])
        assert await select(STATES) == [("PENDING",)] * 2
        assert await scan_next(with_scanner.services, scanner)
        assert not await scan_next(with_scanner.services, scanner)
    assert daemon.scanned == contents
    assert await select(STATES) == [("CLEAN",)] * 2
    activity = await last_activity()
    assert (activity["kind"], activity["actor_id"], activity["message"]) == ("ATTACHMENTS_CLEARED", None, None)
    assert (activity["version"], activity["status_before"], activity["status"]) == (2, "OPEN", "OPEN")
    assert (await ticket_state(ticket_id))[-1] == 2
    assert len(files_of(desk)) == 2


async def test_an_infected_file_is_rejected_and_removed_and_the_others_stay(desk: Desk) -> None:
    async with clamd() as (_, url):
        with_scanner, scanner = scanned_by(desk, url)
        await submit(with_scanner, files=[upload("bon.txt", b"bon"), upload("facture.pdf", b"%PDF" + EICAR)])
        await scan_next(with_scanner.services, scanner)
    assert await select(STATES) == [("CLEAN",), ("REJECTED",)]
    activity = await last_activity()
    assert (activity["kind"], activity["message"]) == ("ATTACHMENTS_REJECTED", "facture.pdf : Eicar-Signature")
    assert list(files_of(desk).values()) == [b"bon"]


async def test_a_scan_result_changes_files_but_not_their_closed_ticket(desk: Desk) -> None:
    async with clamd() as (_, url):
        with_scanner, scanner = scanned_by(desk, url)
        ticket_id = await ticket_at(with_scanner, "closed", files=[upload("a.txt", EICAR)])
        before = await ticket_state(ticket_id), await last_activity()
        await scan_next(with_scanner.services, scanner)
    assert await select(STATES) == [("REJECTED",)]
    assert (await ticket_state(ticket_id), await last_activity()) == before
    assert files_of(desk) == {}


async def test_files_stay_pending_while_the_scanner_fails_or_is_unreachable(desk: Desk) -> None:
    port = free_port()
    with_scanner, scanner = scanned_by(desk, f"tcp://127.0.0.1:{port}", clamd_retry_seconds=0.001)
    await submit(with_scanner, files=[upload("a.txt", b"a")])
    with pytest.raises(ScanFailed):
        await scan_next(with_scanner.services, scanner)
    async with clamd(port=port) as (daemon, _):
        daemon.failing = True
        with pytest.raises(ScanFailed, match="size limit exceeded"):
            await again(with_scanner, scanner)
        assert await select(STATES) == [("PENDING",)]
        daemon.failing = False
        await again(with_scanner, scanner)
    assert await select(STATES) == [("CLEAN",)]


async def again(desk: Desk, scanner: Scanner) -> None:
    """Scan repeatedly until the file is due."""
    async with asyncio.timeout(WAIT):
        while not await scan_next(desk.services, scanner):
            pass


async def test_concurrent_scanners_scan_a_file_once(desk: Desk) -> None:
    async with clamd() as (daemon, url):
        with_scanner, scanner = scanned_by(desk, url)
        for n in range(4):
            await submit(with_scanner, files=[upload("a.txt", b"%d" % n)])
        before = await select("SELECT COUNT(*) FROM activities")

        async def work() -> None:
            while await scan_next(with_scanner.services, scanner):
                pass

        await asyncio.gather(*(work() for _ in range(5)))
        assert sorted(daemon.scanned) == [b"0", b"1", b"2", b"3"]
    assert await select(STATES) == [("CLEAN",)] * 4
    assert (await select("SELECT COUNT(*) FROM activities"))[0][0] == before[0][0] + 4


async def test_concurrent_scan_results_of_a_file_are_recorded_once(desk: Desk) -> None:
    with_scanner = limited(desk, clamd_url="tcp://127.0.0.1:1")
    ticket_id = await submit(with_scanner, files=[upload("a.txt", b"a")])
    ((file_id,),) = await select("SELECT id FROM attachments")
    await asyncio.gather(
        *(record_scan_result(desk.services, ticket_id, {file_id: virus}) for virus in (None, "Virus", None))
    )
    assert await select("SELECT COUNT(*) FROM activities") == [(2,)]


async def test_a_concurrent_action_and_scan_result_are_both_recorded(desk: Desk) -> None:
    with_scanner = limited(desk, clamd_url="tcp://127.0.0.1:1")
    ticket_id = await submit(with_scanner, files=[upload("a.txt", b"a")])
    ((file_id,),) = await select("SELECT id FROM attachments")
    await asyncio.gather(
        record_scan_result(desk.services, ticket_id, {file_id: None}),
        act(desk, "agent-1", "assign_ticket_to_me", ticket_id),
    )
    assert sorted(await select("SELECT kind, version FROM activities WHERE version > 1")) in (
        [("ASSIGNED", 2), ("ATTACHMENTS_CLEARED", 3)], [("ASSIGNED", 3), ("ATTACHMENTS_CLEARED", 2)],
    )  # fmt: skip
    assert (await ticket_state(ticket_id))[2:] == ("agent-1", "21990041200012", None, 3)


@pytest.mark.parametrize("url", ["clamd:3310", "tcp://host", "http://host:1", "unix://", "tcp://:3310"])
def test_an_invalid_scanner_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SAISINE_CLAMD_URL"):
        Scanner(url, 1)


FILE = "query ($id: ID!) { node(id: $id) { ... on Attachment { scanState } } }"


async def test_a_file_is_served_once_clean_and_subscribers_get_the_result(tmp_path: Path) -> None:
    async with clamd() as (daemon, url):
        daemon.answering.clear()
        with serving(tmp_path, clamd_url=url) as server:
            async with everybody(server) as people, server.socket("agent-1") as live:
                reader = await people.client("reader")
                files = [("a.pdf", b"%PDF-1.4 propre", "application/pdf"), ("b.txt", EICAR, "text/plain")]
                submitted = await people.submit(attachments=files)
                clean, bad = submitted["activity"]["attachments"]
                await live.subscribe("w", TICKET_CHANGES, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
                async with asyncio.timeout(WAIT):
                    await daemon.received.wait()
                assert await seen(reader, clean) == ("PENDING", 409, "ATTACHMENT_PENDING")
                assert (await (await people.client("other-agent")).http.get(clean["url"])).status_code == 404
                daemon.answering.set()
                (change,) = await changes(live, "w", 1)
                assert change["activity"]["kind"] == "ATTACHMENTS_REJECTED"
                assert change["activity"]["message"] == "b.txt : Eicar-Signature"
                assert change["ticket"]["version"] == 2
                assert await seen(reader, bad) == ("REJECTED", 410, "ATTACHMENT_REJECTED")
                response = await reader.http.get(clean["url"])
                assert (response.status_code, response.content) == (200, b"%PDF-1.4 propre")


async def seen(reader: Client, file: Any) -> tuple[str, int, str]:
    response = await reader.http.get(file["url"])
    state = (await reader.run(FILE, id=file["id"]))["node"]["scanState"]
    return state, response.status_code, response.json()["errors"][0]["extensions"]["code"]


async def test_files_pending_at_a_restart_are_scanned_after_it(tmp_path: Path) -> None:
    async with clamd() as (daemon, url):
        daemon.answering.clear()
        with serving(tmp_path, clamd_url=url) as server:
            async with everybody(server) as people:
                submitted = await people.submit(attachments=[("a.pdf", b"%PDF-1.4", "application/pdf")])
                async with asyncio.timeout(WAIT):
                    await daemon.received.wait()
        daemon.answering.set()
        with serving(tmp_path, clamd_url=url, clamd_retry_seconds="0.1") as server:
            async with everybody(server) as people, server.socket("agent-1") as live:
                await live.subscribe("w", TICKET_CHANGES, ticketId=ticket_id_of(submitted), after=submitted["cursor"])
                (change,) = await changes(live, "w", 1)
                assert change["activity"]["kind"] == "ATTACHMENTS_CLEARED"
