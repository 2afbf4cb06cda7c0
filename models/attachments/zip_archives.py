"""Looks into ZIP archives: OpenDocument and Office files, macros, programs. What can't be looked into is refused.

Nothing here unpacks more than `_PART_MAX_BYTES` of a client's bytes: members are judged by the central directory, and
the few that are read are stored or deflated, so that zlib stops at that size (bzip2 and LZMA have no such bound).
"""

import html
import re
import zipfile
from collections.abc import Sequence

from models.attachments.extensions import has_executable_extension
from models.attachments.uploads import Upload

ZIP = "application/zip"
MACROS = "application/vnd.ms-office.macroenabled"
UNREADABLE_ZIP = "application/x-unreadable-zip"
"""A ZIP that can't be looked into: damaged, encrypted, too many files, an unusual compression or structure."""
PROGRAM = "application/x-executable"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_FOLDERS = {
    "word": f"{_OFFICE}wordprocessingml.document",
    "xl": f"{_OFFICE}spreadsheetml.sheet",
    "ppt": f"{_OFFICE}presentationml.presentation",
}
_PART_MAX_BYTES = 512 * 1024
_MIMETYPE_MAX_BYTES = 200
_DIRECTORY_BYTES_PER_MEMBER = 128
"""Bytes of the central directory that a member may have on average; in memory they take ten times as much."""
_END, _ZIP64, _LOCAL = b"PK\x05\x06", b"PK\x06\x07", b"PK\x03\x04"
_ENCRYPTED_OR_MASKED = 0x1 | 0x20 | 0x40 | 0x2000
"""Flags of a member: encrypted, patched, strongly encrypted, with a masked directory."""
_OPENDOCUMENT_TYPE = re.compile(r"application/vnd\.oasis\.opendocument\.[a-z.-]{1,60}")
_MACRO_NAME = re.compile(r"vba(project|data)|(^|/)(activex|macrosheets|dialogsheets)/|(^|/)oleobject[^/]*\.bin$")
"""Where Office keeps macros, controls, Excel 4 macros and embedded OLE objects, whatever they contain."""
_MACRO_TYPE = re.compile(r"macroenabled|vbaproject|ms-office\.activex|excel\.(intl)?macrosheet|oleobject")
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']?([\w.:-]+)")


class _Unreadable(Exception):
    """The archive, or a member that decides on its type, can't be looked into."""


def zip_type(upload: Upload, max_members: int) -> str:
    """The media type of a file that begins as a ZIP does."""
    try:
        _check_directory(upload, max_members)
        with zipfile.ZipFile(upload.file) as archive:
            _check_members(upload, archive, max_members)
            return _type_of(archive)
    # What zipfile raises for garbage has no common base: BadZipFile, zlib.error, struct.error, EOFError,
    # NotImplementedError, RuntimeError, UnicodeDecodeError, OverflowError…
    except Exception:
        return UNREADABLE_ZIP


def _check_directory(upload: Upload, max_members: int) -> None:
    """Check by the record at its end that an archive has a short central directory, just before that record."""
    length = min(upload.size, 20 + 22 + 65_535)
    upload.file.seek(upload.size - length)
    tail = upload.file.read(length)
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22 or tail.startswith(_ZIP64, max(0, end - 20)):
        raise _Unreadable
    record = tail[end : end + 22]
    size, offset = int.from_bytes(record[12:16], "little"), int.from_bytes(record[16:20], "little")
    comment = int.from_bytes(record[20:22], "little")
    place = upload.size - length + end
    if (
        int.from_bytes(record[10:12], "little") > max_members
        or size > max_members * _DIRECTORY_BYTES_PER_MEMBER
        or offset + size != place
        or place + 22 + comment != upload.size
    ):
        raise _Unreadable


def _check_members(upload: Upload, archive: zipfile.ZipFile, max_members: int) -> None:
    """Check that each member is what the directory says: one name, its own place, a compression that is known.

    A member could else hide behind another's bytes, or have another name for programs that read its own header.
    """
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    if len(members) > max_members or len({member.orig_filename for member in members}) < len(members):
        raise _Unreadable
    free_from = 0
    for member in members:
        if member.flag_bits & _ENCRYPTED_OR_MASKED or member.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise _Unreadable
        name = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")
        upload.file.seek(member.header_offset)
        header = upload.file.read(30 + len(name))
        if b"\0" in name or member.header_offset < free_from or header[:4] != _LOCAL or header[30:] != name:
            raise _Unreadable
        extra = int.from_bytes(header[28:30], "little")
        free_from = member.header_offset + 30 + len(name) + extra + member.compress_size
    if free_from > archive.start_dir:
        raise _Unreadable


def _type_of(archive: zipfile.ZipFile) -> str:
    """The type by the members' names, macros and programs first, and by the members that state a type."""
    members = {_normal(member.filename): member for member in archive.infolist()}
    names = list(members)
    if any(_MACRO_NAME.search(name) for name in names):
        return MACROS
    if any(name in ("meta-inf/manifest.mf", "androidmanifest.xml") for name in names) or any(
        has_executable_extension(name.rpartition("/")[2]) for name in names
    ):
        return PROGRAM
    mimetype, types = members.get("mimetype"), members.get("[content_types].xml")
    if any(name.startswith("[content_types].xml/") for name in names):
        raise _Unreadable  # in pieces
    if types is not None:
        if _MACRO_TYPE.search(_xml(archive, types)):
            return MACROS
        folders = {name.partition("/")[0] for name in names}
        return ZIP if mimetype else next((kind for folder, kind in _FOLDERS.items() if folder in folders), ZIP)
    if mimetype is not None:
        return _opendocument_type(archive, mimetype, names)
    return ZIP


def _opendocument_type(archive: zipfile.ZipFile, mimetype: zipfile.ZipInfo, names: Sequence[str]) -> str:
    """The type that the member `mimetype` states, if it is an OpenDocument's."""
    if max(mimetype.file_size, mimetype.compress_size) > _MIMETYPE_MAX_BYTES:
        return ZIP
    kind = _read(archive, mimetype, _MIMETYPE_MAX_BYTES).decode("ascii", "replace").strip()
    if not _OPENDOCUMENT_TYPE.fullmatch(kind):
        return ZIP
    if any(segment in ("basic", "scripts") for name in names for segment in name.split("/")):
        return MACROS
    manifest = next((one for one in archive.infolist() if _normal(one.filename) == "meta-inf/manifest.xml"), None)
    if "encrypted-package" in names or (manifest is not None and "encryption-data" in _xml(archive, manifest)):
        raise _Unreadable
    return kind


def _normal(name: str) -> str:
    """A member's name as Office and Windows compare it: any case, any separator, no leading `./`."""
    return re.sub(r"^(\.?/)+|(?<=/)(\./)+|(?<=/)/+", "", name.replace("\\", "/").lower())


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, maximum: int) -> bytes:
    """A member's content, which may have at most `maximum` bytes."""
    if member.file_size > maximum:
        raise _Unreadable
    with archive.open(member) as content:
        read = content.read(maximum + 1)
    if len(read) != member.file_size:
        raise _Unreadable
    return read


def _xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """The text of an XML member in lower case, without character references; no parser reads it.

    A document type could hide words in entities, another encoding than UTF-8 or UTF-16 any word.
    """
    content = _read(archive, member, _PART_MAX_BYTES)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if wide else "utf-8-sig").lower()
    encoding = _ENCODING.match(text)
    if "\0" in text or "<!doctype" in text or (encoding and encoding[1] not in ("utf-8", "utf-16", "us-ascii")):
        raise _Unreadable
    return html.unescape(text).lower()
