"""The bytes of attachments in a folder: they are read back, and the sweep removes those without a row."""

import os
import time

import pytest

from models.attachments.storage.files import FileStorage
from models.attachments.uploads import StorageFailed
from models.sweep import sweep
from tests.conftest import Desk
from tests.models import snapshot, submit, upload


def folder(desk: Desk) -> FileStorage:
    assert isinstance(desk.services.storage, FileStorage)
    return desk.services.storage


async def test_the_sweep_removes_only_old_files_without_a_row(desk: Desk) -> None:
    await submit(desk, files=[upload("facture.txt", b"with a row")])
    storage = folder(desk)
    (owned,) = (path for path in storage.root.glob("??/*"))
    old, young = await storage.save(upload("a", b"old orphan")), await storage.save(upload("b", b"young orphan"))
    for path in (owned, storage.path(old.key)):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    assert await sweep(storage, 3600) == 1
    assert owned.read_bytes() == b"with a row"
    assert not storage.path(old.key).exists()
    assert storage.path(young.key).read_bytes() == b"young orphan"


async def test_bytes_are_read_back_in_chunks(desk: Desk) -> None:
    content = os.urandom(200_000)
    stored = await folder(desk).save(upload("gros.bin", content))
    chunks = [chunk async for chunk in folder(desk).read(stored.key)]
    assert b"".join(chunks) == content
    assert len(chunks) > 1


async def test_a_range_of_the_bytes_is_read_alone(desk: Desk) -> None:
    content = os.urandom(200_000)
    storage = folder(desk)
    stored = await storage.save(upload("gros.bin", content))
    for start, length in ((0, 1), (70_000, 100_000), (199_999, 1), (5, 0)):
        assert b"".join([chunk async for chunk in storage.read(stored.key, start, length)]) == content[start:][:length]
    assert b"".join([chunk async for chunk in storage.read(stored.key, 150_000)]) == content[150_000:]


async def test_an_action_fails_whole_when_its_attachment_cannot_be_written(desk: Desk) -> None:
    before = await snapshot(desk)
    folder(desk).root.parent.mkdir(parents=True, exist_ok=True)
    folder(desk).root.write_bytes(b"a file where the folder should be")
    with pytest.raises(StorageFailed):
        await submit(desk, files=[upload("facture.pdf", b"%PDF")])
    folder(desk).root.unlink()
    assert await snapshot(desk) == before
    await submit(desk, files=[upload("facture.pdf", b"%PDF")])
