"""What a file is by its content: a media type. Its name and what the client says of it prove nothing.

Which kinds are accepted is a setting (`attachment_kinds`); the refusal is worded in `validation.py`.
"""

import codecs
import re
import zipfile
import zlib
from contextlib import suppress
from typing import IO

import puremagic

from models.attachments.uploads import CHUNK, Upload

UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"
SCRIPT = "text/x-script"
OLE = "application/x-ole-storage"
"""Office's old format, in which documents, macros, mails and installers are all alike."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
_FOLDERS = {
    "word": f"{_OFFICE}wordprocessingml.document",
    "xl": f"{_OFFICE}spreadsheetml.sheet",
    "ppt": f"{_OFFICE}presentationml.presentation",
}

# What a machine runs comes first: no file is taken for something else that it may be as well.
_PROGRAMS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", PROGRAM),  # Windows
    (b"\x7fELF", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM), (b"\xfe\xed\xfa\xcf", PROGRAM),  # macOS
    (b"\xce\xfa\xed\xfe", PROGRAM), (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),  # macOS for two processors, Java
    (b"\0asm", PROGRAM), (b"dex\n", PROGRAM),  # WebAssembly, Android
    (b"L\0\0\0\x01\x14\x02\0", PROGRAM),  # a Windows shortcut
    (b"ITSF", PROGRAM),  # compiled HTML help
    (b"#!", SCRIPT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
)  # fmt: skip
_TEXT = bytes([0x09, 0x0A, 0x0C, 0x0D, 0x1B, *range(0x20, 0x7F), *range(0x80, 0x100)])
"""Every byte of a text in UTF-8 or in an 8-bit code; only controls are none. (0x1B: an escape of ISO 2022.)"""
_XHTML = "www.w3.org/1999/xhtml"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
# No possessive quantifiers: before 3.11.5, Python matches them wrongly, and a page passed for a text.
_PROLOGUE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s+(?!\s|html)[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_PAGE = re.compile(
    r"<(!doctype\s+html|(html|head|body|title|script|iframe|style|link|meta|base|h1|div|font|table|a|br|p|b|img|form|"
    r"object|embed|applet|frameset)[\s/>]|!--)"
)
"""How a page begins to a browser that guesses (WHATWG, MIME Sniffing, 7.1); a comment that does not end, too."""
_RUN_BY_NAME = re.compile(
    r"exe|com|scr|pif|ms[ipt]|bat|cmd|psm?1|vb[se]|m?js|jse|ws[fh]|hta|lnk|url|reg|scf|inf|cpl|dll|sys|jar|jnlp|"
    r"app|application|command|(ba|c|z)?sh|desktop|apk|dmg|pkg|deb|rpm|py|pl|rb|php|gadget|iso|img|vhdx?|chm|hlp|"
    r"s?html?|xht(ml)?|mht(ml)?|svgz?|do[ct]m|xl[st]m|xlam|p[po][tp]m|ppam|ppsm"
)
_DIRECTORY_MAX = 256 * 1024
"""Bytes of a ZIP's list of contents up to which it is looked at: in memory a list takes ten times its size."""


def runs_by_its_name(filename: str) -> bool:
    """Whether a system or a browser runs whatever a file of this name holds."""
    return _RUN_BY_NAME.fullmatch(filename.rpartition(".")[2].lower()) is not None and "." in filename


def kind_of(upload: Upload) -> str:
    """The media type of the content, read a piece at a time. Blocks: for a thread."""
    file = upload.file
    file.seek(0)
    head = file.read(CHUNK)
    for prefix, kind in _PROGRAMS:
        if head.startswith(prefix):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(upload)
    if not head.startswith((b"%PDF", b"{\\rtf")) and (text := _text(file, head)) is not None:
        return _written(text, upload)
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return UNKNOWN
    # Only what stands at the beginning counts: a tail, or a mark far inside, is whatever its maker likes. And a text it
    # is not.
    kinds = (match.mime_type for match in matches if match.offset in range(16))
    return next((_plain(kind) for kind in kinds if kind and not re.match("text/|application/xml", kind)), UNKNOWN)


def _plain(kind: str) -> str:
    return {"image/x-ms-bmp": "image/bmp", "application/x-gzip": "application/gzip"}.get(kind, kind)


def _text(file: IO[bytes], head: bytes) -> str | None:
    """The beginning of a text; None where the file is none, to its last byte."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")()
        piece, start = head, None
        try:
            while True:
                text = decoder.decode(piece, final=not piece)
                if _CONTROL.search(text):
                    return None
                start = text if start is None else start
                if not piece:
                    return start
                piece = file.read(CHUNK)
        except UnicodeDecodeError:
            return None
    piece = head
    while piece:
        if piece.translate(None, _TEXT):
            return None
        piece = file.read(CHUNK)
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _written(text: str, upload: Upload) -> str:
    """What kind of text: a page that a browser would run, XML, a table, or just text."""
    low = text.lower().lstrip()
    start = low[_PROLOGUE.match(low).end() :][:200]  # type: ignore[union-attr] # it matches nothing, too
    xml = low.startswith("<?xml")
    if re.match(r"<(\w+:)?svg\b", start) or "www.w3.org/2000/svg" in low:
        return "image/svg+xml"
    if re.match(r"<(!doctype\s+|(\w+:)?)html\b", start) or (_PAGE.match(start) and not xml) or _XHTML in low:
        return "text/html"
    if xml:
        return "application/xml"
    table = upload.content_type == "text/csv" or upload.filename.lower().endswith(".csv")
    return "text/csv" if table else "text/plain"


def _zipped(upload: Upload) -> str:
    """What a ZIP holds: an OpenDocument or Office file, one with macros, a Java program, or just files."""
    names: set[str] = set()
    with suppress(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError):
        if _is_brief(upload):
            with zipfile.ZipFile(upload.file) as archive:
                names = set(archive.namelist())
                if "mimetype" in names:
                    with archive.open("mimetype") as entry:
                        kind = entry.read(100).decode("ascii", "replace").strip()
                    return kind if kind.startswith("application/vnd.oasis.opendocument.") else "application/zip"
    if {"META-INF/MANIFEST.MF", "AndroidManifest.xml"} & names:
        return PROGRAM
    if "[Content_Types].xml" in names and any("vbaproject" in name.lower() for name in names):
        return "application/vnd.ms-office.macroenabled"
    folders = {name.partition("/")[0] for name in names} if "[Content_Types].xml" in names else set()
    return next((kind for folder, kind in _FOLDERS.items() if folder in folders), "application/zip")


def _is_brief(upload: Upload) -> bool:
    """Whether a ZIP's list of contents is short enough to be read."""
    upload.file.seek(max(0, upload.size - 66_000))
    tail = upload.file.read(66_000)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22 or b"PK\x06\x07" in tail:  # the last: a list that stands elsewhere (ZIP64)
        return False
    return int.from_bytes(tail[end + 12 : end + 16], "little") <= _DIRECTORY_MAX
