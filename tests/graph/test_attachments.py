"""Downloads: headers, conditional and range requests, and the memory that large files take."""

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.live import everybody, serving
from tests.support.server import Server

CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 1_000
NAME = "Relevé « été » 100 %.pdf"


async def attached(people: Any, content: bytes = CONTENT, name: str = NAME) -> Any:
    """An attachment of a new ticket of the town."""
    submitted = await people.submit(attachments=[(name, content, "text/html")])
    return submitted["activity"]["attachments"][0]


async def test_a_download_has_headers_that_keep_browsers_from_running_it(server: Server) -> None:
    async with everybody(server) as people:
        file = await attached(people)
        response = await (await people.client("reader")).http.get(file["url"])
        assert (response.status_code, response.content) == (200, CONTENT)
        headers = response.headers
        assert headers["content-type"] == file["contentType"] == "application/pdf"
        assert headers["content-length"] == str(len(CONTENT))
        assert headers["x-content-type-options"] == "nosniff"
        assert {"default-src 'none'", "sandbox"} <= set(headers["content-security-policy"].split("; "))
        assert headers["cache-control"].startswith("private")
        kind, plain, extended = headers["content-disposition"].split("; ")
        assert (kind, plain) == ("attachment", 'filename="Relev_ _ _t_ _ 100 _.pdf"')
        assert unquote(extended.removeprefix("filename*=UTF-8''")) == NAME


async def test_an_unchanged_file_is_304_and_a_hidden_one_404(server: Server) -> None:
    async with everybody(server) as people:
        file = await attached(people)
        reader, stranger = await people.client("reader"), await people.client("other-agent")
        tag = (await reader.http.get(file["url"])).headers["etag"]
        for given in (tag, f'"x", W/{tag}', "*"):
            response = await reader.http.get(file["url"], headers={"If-None-Match": given})
            assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
        assert (await reader.http.get(file["url"], headers={"If-None-Match": '"x"'})).status_code == 200
        assert (await stranger.http.get(file["url"], headers={"If-None-Match": tag})).status_code == 404


SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("given", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-99999", 10, 100_000),
        ("bytes=70000-", 70_000, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        ("bytes=-9999999", 0, SIZE),
        ("bytes=5-9999999", 5, SIZE),
    ],
)
async def test_a_single_range_is_served_with_206(server: Server, given: str, start: int, stop: int) -> None:
    async with everybody(server) as people:
        file, reader = await attached(people), await people.client("reader")
        response = await reader.http.get(file["url"], headers={"Range": given})
        assert (response.status_code, response.content) == (206, CONTENT[start:stop])
        assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert response.headers["content-length"] == str(stop - start)
        head = await reader.http.head(file["url"], headers={"Range": given})
        assert (head.status_code, head.content, head.headers["content-length"]) == (206, b"", str(stop - start))


async def test_a_range_outside_the_file_is_416_and_an_invalid_one_the_whole(server: Server) -> None:
    async with everybody(server) as people:
        file, reader = await attached(people), await people.client("reader")
        for given in (f"bytes={SIZE}-", "bytes=9999999-", "bytes=-0"):
            response = await reader.http.get(file["url"], headers={"Range": given})
            assert (response.status_code, response.content) == (416, b"")
            assert response.headers["content-range"] == f"bytes */{SIZE}"
        for given in ("bytes=0-1,5-6", "lines=1-2", "bytes=5-1", "bytes=a-b", "bytes=", "bytes=-", "bytes=١-٢"):
            response = await reader.http.get(file["url"], headers={b"Range": given.encode()})
            assert (response.status_code, response.content) == (200, CONTENT), given
        changed = {"Range": "bytes=0-1", "If-Range": '"of another file"'}
        assert (await reader.http.get(file["url"], headers=changed)).status_code == 200
        assert (
            await reader.http.get(file["url"], headers={**changed, "If-Range": response.headers["etag"]})
        ).status_code == 206
        head = await reader.http.head(file["url"])
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(SIZE))
        assert head.headers["accept-ranges"] == "bytes"


async def test_a_rejected_attachment_is_named_with_what_to_do(server: Server) -> None:
    async with everybody(server) as people:
        files = [("bon.txt", b"bon", "text/plain"), ("../facture.pdf", b"MZ\x90\0" + bytes(50), "application/pdf")]
        client = await people.client("requester")
        submitted = await people.submit()
        await people.act("agent-1", "assignTicketToMe", submitted)
        await people.act("agent-1", "requestInformation", submitted, "Laquelle ?")
        given = {"ticketId": submitted["ticket"]["id"], "message": "Ceci.", "attachments": files}
        refused = await client.act("provideInformation", **given)
        assert refused["code"] == "ATTACHMENT_REJECTED"
        assert [field["name"] for field in refused["fields"]] == ["attachments.1"]
        assert re.search("« facture.pdf ».*convertissez", refused["fields"][0]["message"])
        assert refused["now"]["status"] == "AWAITING_INFORMATION"


def resident(server: Server, kind: str) -> int:
    """MiB of memory that the process holds (VmRSS) or held at most (VmHWM)."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(rf"{kind}:\s+(\d+) kB", status)[1]) // 1024  # type: ignore[index]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc: run on Linux")
async def test_ten_large_files_at_a_time_are_not_held_in_memory(tmp_path: Path) -> None:
    large = b"%PDF-1.4\n" + bytes(10 * 1024 * 1024 - 9)
    with serving(tmp_path) as own:
        async with everybody(own) as people:
            await attached(people)
            files = [await attached(people, large[: 2 * 1024 * 1024])]
            before = resident(own, "VmRSS")
            files = await asyncio.gather(*(attached(people, large) for _ in range(10)))
            after_uploads = resident(own, "VmHWM")
            reader = await people.client("reader")
            sizes = []
            for response in await asyncio.gather(*(reader.http.get(file["url"]) for file in files)):
                sizes.append(len(response.content))
            assert sizes == [len(large)] * 10
            # A hundred MiB went each way. (A form's file is held up to 1 MiB before it goes to disk.)
            assert after_uploads - before < 40
            assert resident(own, "VmHWM") - before < 50
