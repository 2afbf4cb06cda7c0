"""ZIP archives from outside: no more is unpacked than a bound, and what can't be looked into is refused."""

import bz2
import io
import lzma
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.attachments.content_types import detect_content_type
from models.attachments.uploads import Upload
from models.attachments.zip_archives import UNREADABLE_ZIP, ZIP
from tests.conftest import Desk
from tests.models import files_of, refusal, submit, upload

ODT = b"application/vnd.oasis.opendocument.text"
Member = tuple[str, bytes, int]


def detected(content: bytes, max_members: int = 2_000) -> str:
    return detect_content_type(Upload("a.zip", "", io.BytesIO(content), len(content)), max_members)


def archive(*members: Member) -> bytes:
    """An archive whose members are written as zipfile writes them: name, content, compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for name, content, compression in members:
            written.writestr(name, content, compression)
    return buffer.getvalue()


def headers(name: bytes, packed: bytes, size: int, compression: int, flags: int, at: int) -> tuple[bytes, bytes]:
    """A member's own header, and its entry in the directory."""
    common = struct.pack("<HHHHHIIIHH", 20, flags, compression, 0, 0, 0, len(packed), size, len(name), 0)
    entry = b"PK\x01\x02\x14\0" + common + bytes(10) + struct.pack("<I", at) + name
    return b"PK\x03\x04" + common + name, entry


def with_directory(members: bytes, *entries: bytes) -> bytes:
    size = sum(map(len, entries))
    count = len(entries)
    return (
        members + b"".join(entries) + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, len(members), 0)
    )


def raw(name: bytes, packed: bytes, size: int, compression: int, flags: int = 0) -> bytes:
    """An archive with one member of any bytes, whatever they are said to be."""
    header, entry = headers(name, packed, size, compression, flags, 0)
    return with_directory(header + packed, entry)


def overlapping() -> bytes:
    """An archive whose second member is a part of the first."""
    inner, _ = headers(b"b.txt", b"x", 1, 0, 0, 0)
    outer, entry = headers(b"a.txt", inner + b"x", len(inner) + 1, 0, 0, 0)
    return with_directory(outer + inner + b"x", entry, headers(b"b.txt", b"x", 1, 0, 0, len(outer))[1])


def changed(content: bytes, what: bytes, to: bytes) -> bytes:
    assert what in content
    return content.replace(what, to)


PLAIN = archive(("a.txt", b"x", 0), ("b/c.xml", b"<x/>", 8))
UNREADABLE: dict[str, bytes] = {
    "its beginning only": PLAIN[:40],
    "a member in bzip2": archive(("a.txt", b"x", zipfile.ZIP_BZIP2)),
    "a member in LZMA": archive(("a.txt", b"x", zipfile.ZIP_LZMA)),
    "a mimetype in bzip2": archive(("mimetype", ODT, zipfile.ZIP_BZIP2)),
    "a mimetype in LZMA": archive(("mimetype", ODT, zipfile.ZIP_LZMA)),
    "a mimetype that is no deflated data": raw(b"mimetype", b"\xff" * 50, 40, zipfile.ZIP_DEFLATED),
    "a mimetype longer than it says": raw(
        b"mimetype", zlib.compress(bytes(10**6))[2:-4][:180], 40, zipfile.ZIP_DEFLATED
    ),
    "an unknown compression": raw(b"a.txt", b"x", 1, 97),
    "an encrypted member": raw(b"a.txt", b"x" * 20, 8, 0, 1),
    "a member with a masked directory": raw(b"a.txt", b"x", 1, 0, 0x2000),
    "a name that is not UTF-8": raw(b"\xff\xfe", b"x", 1, 0, 0x800),
    "a name that ends at a zero": raw(b"a.txt\0.exe", b"x", 1, 0),
    "another name in the member's own header": PLAIN[:30] + b"z" + PLAIN[31:],
    "a member inside another": overlapping(),
    "two members of one name": changed(archive(("a.txt", b"x", 0), ("b.txt", b"x", 0)), b"b.txt", b"a.txt"),
    "bytes before it": b"PK\x03\x04junk" + PLAIN,
    "bytes after it": PLAIN + b"junk",
    "a ZIP64 record": changed(PLAIN, b"PK\x05\x06", b"PK\x06\x07" + bytes(16) + b"PK\x05\x06"),
    "the types of an Office document in pieces": archive(("[Content_Types].xml/[0].piece", b"<x/>", 0)),
    "types with a document type": archive(
        ("[Content_Types].xml", b"<!DOCTYPE a [<!ENTITY v 'x'>]><a/>", 0), ("word/a", b"", 0)
    ),
    "types in UTF-7": archive(
        ("[Content_Types].xml", b'<?xml version="1.0" encoding="utf-7"?><a/>', 0), ("word/a", b"", 0)
    ),
    "types of 2 MB": archive(("[Content_Types].xml", bytes(2_000_000), 8), ("word/a", b"", 0)),
    "an encrypted ODT": archive(("mimetype", ODT, 0), ("META-INF/manifest.xml", b"<m:encryption-data/>", 8)),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_archive_that_cannot_be_looked_into_has_no_accepted_type(what: str) -> None:
    assert detected(UNREADABLE[what]) == UNREADABLE_ZIP


def test_an_ordinary_archive_is_looked_into() -> None:
    assert detected(PLAIN) == ZIP
    assert detected(PLAIN[:-2] + b"\x04\0abcd") == ZIP, "with a comment"
    assert detected(archive(("mimetype", ODT, 8))) == ODT.decode()
    assert detected(archive(("mimetype", ODT + b" " * 300, 8))) == ZIP
    assert detected(archive(("mimetype", b"application/vnd.oasis.opendocument.<html>", 0))) == ZIP
    streamed = io.BytesIO()
    with zipfile.ZipFile(_Unseekable(streamed), "w") as written:
        written.writestr("été.txt", b"x", 8)
        written.writestr("b.txt", b"y" * 1000, 8)
    assert detected(streamed.getvalue()) == ZIP, "with sizes after the members"


class _Unseekable(io.RawIOBase):
    """A pipe: zipfile then writes a member's sizes after it."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, data: object) -> int:
        return self._target.write(data)  # type: ignore[arg-type]

    def writable(self) -> bool:
        return True


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, lambda content: zlib.compress(content)[2:-4]])
@pytest.mark.parametrize("name", ["mimetype", "[Content_Types].xml", "META-INF/manifest.xml"])
def test_no_more_memory_is_taken_than_the_bound_of_a_part(pack: Callable[[bytes], bytes], name: str) -> None:
    compression = {bz2.compress: 12, lzma.compress: 14}.get(pack, 8)
    bomb = raw(name.encode(), pack(bytes(64 * 1024 * 1024)), 100, compression)
    tracemalloc.start()
    detected(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_an_archive_with_too_many_files_is_not_read() -> None:
    many = archive(*((f"{n}.txt", b"", 0) for n in range(30)))
    assert detected(many, 30) == ZIP
    assert detected(many, 29) == UNREADABLE_ZIP
    assert detected(archive(("n" * 60_000, b"", 0)), 30) == UNREADABLE_ZIP, "one name fills the directory"
    # A directory that is longer than its end says.
    assert detected(many[:-14] + b"\x01\0\x01\0" + many[-10:], 29) == UNREADABLE_ZIP


SEEDS = [
    PLAIN,
    archive(("mimetype", ODT, 8), ("META-INF/manifest.xml", b"<m/>", 8)),
    archive(("[Content_Types].xml", b"<a/>", 8), ("word/a.xml", b"<b/>", 8)),
    *UNREADABLE.values(),
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), max_size=4))
def test_a_damaged_archive_has_a_type_and_raises_nothing(seed: bytes, damages: list[tuple[int, bytes]]) -> None:
    content = bytearray(seed)
    for place, damage in damages:
        content[place : place + len(damage)] = damage
    assert "/" in detected(bytes(content))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [b"", b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"<?xml", b"II*\0", b"\x89PNG\r\n\x1a\n", b"\xff\xfe"]
    ),
    st.binary(),
)
def test_any_bytes_have_a_type_and_raise_nothing(start: bytes, rest: bytes) -> None:
    assert "/" in detected(start + rest or b"x")


async def test_an_unreadable_archive_is_refused_with_what_to_do(desk: Desk) -> None:
    for content in UNREADABLE.values():
        refused = await refusal(submit(desk, files=[upload("a.zip", content)]))
        assert "sans mot de passe" in refused.fields[0].message.fr
    assert files_of(desk) == {}
