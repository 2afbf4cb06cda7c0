"""Attachments in a bucket: the same rules as in a folder, and actions while the bucket is not available."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from models.attachments.storage import Storage, storage_for
from models.attachments.tables import Attachment
from models.attachments.uploads import StorageFailed
from models.settings import StorageSettings
from models.sweep import sweep
from tests.conftest import Desk
from tests.live import everybody
from tests.models import submit, upload
from tests.support.s3 import Objects, objects
from tests.support.server import Server


@pytest.fixture(scope="module")
def running() -> Iterator[Objects]:
    with objects() as one:
        yield one


@contextmanager
def server_with_logged_errors(folder: Path, own: Objects) -> Iterator[Server]:
    """A server with this bucket; unlike `serving_on`, it accepts errors in its log."""
    server = Server(folder, storage_url=own.url).start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def bucketed(desk: Desk, running: Objects) -> Desk:
    return Desk(replace(desk.services, storage=storage_for(StorageSettings(storage_url=running.url))))


async def whole(storage: Storage, key: str, *part: int) -> bytes:
    return b"".join([chunk async for chunk in storage.read(key, *part)])


async def test_an_attachment_in_a_bucket_is_read_whole_and_in_ranges(bucketed: Desk, running: Objects) -> None:
    contents = [b"%PDF" + os.urandom(size) for size in (1, 700_000, 12_000_000)]
    await submit(bucketed, files=[upload(f"{n}.pdf", content) for n, content in enumerate(contents[:2])])
    await submit(
        Desk(
            replace(
                bucketed.services,
                settings=bucketed.services.settings.model_copy(update={"attachment_max_bytes": 2**24}),
            )
        ),
        files=[upload("2.pdf", contents[2])],
    )
    storage = bucketed.services.storage
    for attachment, content in zip(await Attachment.all().order_by("id"), contents, strict=True):
        key = attachment.storage_key
        assert (attachment.digest, attachment.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert await storage.exists(key)
        assert await whole(storage, key) == content
        assert f"desk/a/{key}" in running.names()
        assert await whole(storage, key, 2, 2) == content[2:4]
        assert await whole(storage, key, 3, len(content) - 3) == content[3:]


async def test_a_discarded_key_in_a_bucket_is_missing(bucketed: Desk) -> None:
    storage = bucketed.services.storage
    stored = await storage.save(upload("a", b"a"))
    await storage.discard(stored.key)
    await storage.discard(stored.key)
    assert not await storage.exists(stored.key)
    with pytest.raises(FileNotFoundError):
        await whole(storage, stored.key)


async def test_the_sweep_removes_only_keys_of_this_prefix_without_a_row(bucketed: Desk, running: Objects) -> None:
    storage = bucketed.services.storage
    await submit(bucketed, files=[upload("a.txt", b"with a row")])
    orphan = await storage.save(upload("b.txt", b"orphan"))
    others = storage_for(StorageSettings(storage_url=running.url.rsplit("/", 1)[0] + "/other"))
    foreign = await others.save(upload("c.txt", b"of another desk"))
    assert await sweep(storage, 3600) == 0
    assert await sweep(storage, -60) >= 1  # other tests of this file leave keys without rows, too
    assert await storage.exists((await Attachment.get()).storage_key)
    assert not await storage.exists(orphan.key)
    assert await others.exists(foreign.key)


async def test_without_a_bucket_only_actions_with_attachments_fail(tmp_path: Path) -> None:
    with objects() as own, server_with_logged_errors(tmp_path, own) as server:
        async with everybody(server) as people:
            submitted = await people.submit(attachments=[("a.pdf", b"%PDF-1.4 avant", "application/pdf")])
            (file,) = submitted["activity"]["attachments"]
            reader = await people.client("reader")
            response = await reader.http.get(file["url"], headers={"Range": "bytes=9-"})
            assert (response.status_code, response.content) == (206, b"avant")
            own.stop()
            assert (await reader.http.get(file["url"])).status_code == 503
            with pytest.raises(AssertionError, match="STORAGE_UNAVAILABLE"):
                await people.submit(text="Avec pièce", attachments=[("b.txt", b"b", "text/plain")])
            count = (await people.counts("reader"))["TO_PROCESS"]
            await people.submit(text="Sans pièce")
            assert (await people.counts("reader"))["TO_PROCESS"] == count + 1
            own.start()
            await people.submit(text="De nouveau", attachments=[("b.txt", b"b", "text/plain")])
            assert len(own.names()) == 1
            found = await reader.run('{ tickets(tab: TO_PROCESS, search: "avec piece") { totalCount } }')
            assert found["tickets"]["totalCount"] == 0
    logged = [line for line in server.printed if '"level": "error"' in line]
    assert len(logged) == 2
    assert not any("Traceback" in line for line in server.printed)


def test_serve_refuses_a_bucket_that_is_not_writable(running: Objects, tmp_path: Path) -> None:
    server = Server(tmp_path, storage_url="s3://no-such-bucket", oidc_issuer="https://issuer.example")
    assert server.command("migrate").returncode == 0
    refused = server.command("serve", "--port", str(server.port))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "SAISINE_STORAGE_URL" in refused.stderr
    assert "s3://no-such-bucket" in refused.stderr


@pytest.mark.usefixtures("running")
def test_an_s3_url_without_bucket_and_an_http_endpoint_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="SAISINE_STORAGE_URL: s3:// without a bucket"):
        storage_for(StorageSettings(storage_url="s3://"))
    monkeypatch.setenv("AWS_ALLOW_HTTP", "false")
    with pytest.raises(ValueError, match="AWS_ENDPOINT_URL is http://"):
        storage_for(StorageSettings(storage_url="s3://bucket"))


async def test_an_unavailable_bucket_fails_as_storage_failed(tmp_path: Path) -> None:
    with objects() as own:
        storage = storage_for(StorageSettings(storage_url=own.url))
        await storage.check()
        stored = await storage.save(upload("a", b"a"))
        assert own.names() == [f"desk/a/{stored.key}"]
        own.stop()
        for failing in (storage.check(), storage.save(upload("a", b"a")), storage.exists(stored.key)):
            with pytest.raises(StorageFailed):
                await failing
        own.start()
