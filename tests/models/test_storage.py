"""The bytes of attachments: what is claimed stays, what nobody claims is swept, names are made harmless."""

import os
import time

import pytest

from models.storage import clean_filename, clean_media_type
from tests.conftest import Desk
from tests.models import submit, upload


async def test_what_no_row_claims_is_swept_once_it_is_old_and_what_is_claimed_stays(desk: Desk) -> None:
    await submit(desk, files=[upload("facture.pdf", b"claimed")])
    storage = desk.means.storage
    (claimed,) = (path for path in storage.root.glob("??/*"))
    old, young = await storage.save(upload("a", b"old orphan")), await storage.save(upload("b", b"young orphan"))
    for path in (claimed, storage.path(old.key)):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    assert await storage.sweep(3600) == 1
    assert claimed.read_bytes() == b"claimed"
    assert not storage.path(old.key).exists()
    assert storage.path(young.key).read_bytes() == b"young orphan"


async def test_bytes_are_read_back_in_pieces_as_they_were_written(desk: Desk) -> None:
    content = os.urandom(200_000)
    stored = await desk.means.storage.save(upload("gros.bin", content))
    pieces = [piece async for piece in desk.means.storage.read(stored.key)]
    assert b"".join(pieces) == content
    assert len(pieces) > 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("facture.pdf", "facture.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\relevé été.csv", "relevé été.csv"),
        ("fac\u202efdp.exe", "facfdp.exe"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("", "fichier"),
        (None, "fichier"),
        ("...", "fichier"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_file_name_keeps_neither_path_nor_hidden_marks(given: str | None, kept: str) -> None:
    assert clean_filename(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("text/plain; charset=utf-8", "text/plain"),
        ("Image/PNG", "image/png"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
        ("", "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_a_media_type_that_is_none_is_octets(given: str | None, kept: str) -> None:
    assert clean_media_type(given) == kept
