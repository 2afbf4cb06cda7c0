"""Detects content types from the content; filename and declared content type can't be trusted.

The accepted content types are a setting (`attachment_content_types`), checked in `validation.py`.
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
EXECUTABLE = "application/x-executable"
SCRIPT = "text/x-script"
OLE = "application/x-ole-storage"
"""The old Office format; documents, macros, mails and installers look the same in it."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
_FOLDERS = {
    "word": f"{_OFFICE}wordprocessingml.document",
    "xl": f"{_OFFICE}spreadsheetml.sheet",
    "ppt": f"{_OFFICE}presentationml.presentation",
}

# Executables come first: a file that is also something else (a polyglot) is an executable.
_EXECUTABLES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", EXECUTABLE),  # Windows
    (b"\x7fELF", EXECUTABLE),
    (b"\xfe\xed\xfa\xce", EXECUTABLE), (b"\xfe\xed\xfa\xcf", EXECUTABLE),  # macOS
    (b"\xce\xfa\xed\xfe", EXECUTABLE), (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),  # macOS for two processors, Java
    (b"\0asm", EXECUTABLE), (b"dex\n", EXECUTABLE),  # WebAssembly, Android
    (b"L\0\0\0\x01\x14\x02\0", EXECUTABLE),  # a Windows shortcut
    (b"ITSF", EXECUTABLE),  # compiled HTML help
    (b"#!", SCRIPT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
)  # fmt: skip
_TEXT = bytes([0x09, 0x0A, 0x0C, 0x0D, 0x1B, *range(0x20, 0x7F), *range(0x80, 0x100)])
"""The bytes of text in UTF-8 or an 8-bit encoding: all but control characters. (ISO 2022 uses escape, 0x1B.)"""
_XHTML = "www.w3.org/1999/xhtml"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
# No possessive quantifiers: before 3.11.5, Python matches them wrongly, and a page passed for a text.
_PROLOGUE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s+(?!\s|html)[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_PAGE = re.compile(
    r"<(!doctype\s+html|(html|head|body|title|script|iframe|style|link|meta|base|h1|div|font|table|a|br|p|b|img|form|"
    r"object|embed|applet|frameset)[\s/>]|!--)"
)
"""The beginnings that browsers sniff as HTML (WHATWG, MIME Sniffing, 7.1), an unclosed comment included."""
_EXECUTABLE_EXTENSION = re.compile(
    r"exe|com|scr|pif|ms[ipt]|bat|cmd|psm?1|vb[se]|m?js|jse|ws[fh]|hta|lnk|url|reg|scf|inf|cpl|dll|sys|jar|jnlp|"
    r"app|application|command|(ba|c|z)?sh|desktop|apk|dmg|pkg|deb|rpm|py|pl|rb|php|gadget|iso|img|vhdx?|chm|hlp|"
    r"s?html?|xht(ml)?|mht(ml)?|svgz?|do[ct]m|xl[st]m|xlam|p[po][tp]m|ppam|ppsm"
)
_CENTRAL_DIRECTORY_MAX_BYTES = 256 * 1024
"""The largest central directory of a ZIP that is read: in memory it takes ten times its size."""


def has_executable_extension(filename: str) -> bool:
    """Whether an operating system or a browser may run a file of this name, whatever its content."""
    return _EXECUTABLE_EXTENSION.fullmatch(filename.rpartition(".")[2].lower()) is not None and "." in filename


def detect_content_type(upload: Upload) -> str:
    """Detect the media type of a file, reading it in chunks. Blocks: call it in a thread."""
    file = upload.file
    file.seek(0)
    head = file.read(CHUNK)
    for prefix, kind in _EXECUTABLES:
        if head.startswith(prefix):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(upload)
    if not head.startswith((b"%PDF", b"{\\rtf")) and (text := _text(file, head)) is not None:
        return _text_type(text, upload)
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return UNKNOWN
    # Only signatures at the beginning count: anyone can put one at the end or further inside. Text was detected above.
    kinds = (match.mime_type for match in matches if match.offset in range(16))
    return next((_canonical(kind) for kind in kinds if kind and not re.match("text/|application/xml", kind)), UNKNOWN)


def _canonical(kind: str) -> str:
    return {"image/x-ms-bmp": "image/bmp", "application/x-gzip": "application/gzip"}.get(kind, kind)


def _text(file: IO[bytes], head: bytes) -> str | None:
    """The first characters of a text file; None if any byte of the file is not text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")()
        chunk, start = head, None
        try:
            while True:
                text = decoder.decode(chunk, final=not chunk)
                if _CONTROL.search(text):
                    return None
                start = text if start is None else start
                if not chunk:
                    return start
                chunk = file.read(CHUNK)
        except UnicodeDecodeError:
            return None
    chunk = head
    while chunk:
        if chunk.translate(None, _TEXT):
            return None
        chunk = file.read(CHUNK)
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _text_type(text: str, upload: Upload) -> str:
    """The media type of a text: SVG, HTML, XML, CSV or plain text."""
    low = text.lower().lstrip()
    start = low[_PROLOGUE.match(low).end() :][:200]  # type: ignore[union-attr] # it matches the empty string, too
    xml = low.startswith("<?xml")
    if re.match(r"<(\w+:)?svg\b", start) or "www.w3.org/2000/svg" in low:
        return "image/svg+xml"
    if re.match(r"<(!doctype\s+|(\w+:)?)html\b", start) or (_PAGE.match(start) and not xml) or _XHTML in low:
        return "text/html"
    if xml:
        return "application/xml"
    table = upload.content_type == "text/csv" or upload.filename.lower().endswith(".csv")
    return "text/csv" if table else "text/plain"


def _zip_type(upload: Upload) -> str:
    """The media type of a ZIP: an OpenDocument or Office file, one with macros, a Java program, or other files."""
    names: set[str] = set()
    with suppress(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError):
        if _has_short_directory(upload):
            with zipfile.ZipFile(upload.file) as archive:
                names = set(archive.namelist())
                if "mimetype" in names:
                    with archive.open("mimetype") as entry:
                        kind = entry.read(100).decode("ascii", "replace").strip()
                    return kind if kind.startswith("application/vnd.oasis.opendocument.") else "application/zip"
    if {"META-INF/MANIFEST.MF", "AndroidManifest.xml"} & names:
        return EXECUTABLE
    if "[Content_Types].xml" in names and any("vbaproject" in name.lower() for name in names):
        return "application/vnd.ms-office.macroenabled"
    folders = {name.partition("/")[0] for name in names} if "[Content_Types].xml" in names else set()
    return next((kind for folder, kind in _FOLDERS.items() if folder in folders), "application/zip")


def _has_short_directory(upload: Upload) -> bool:
    """Whether the central directory of a ZIP is short enough to be read."""
    upload.file.seek(max(0, upload.size - 66_000))
    tail = upload.file.read(66_000)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22 or b"PK\x06\x07" in tail:  # the last: ZIP64
        return False
    return int.from_bytes(tail[end + 12 : end + 16], "little") <= _CENTRAL_DIRECTORY_MAX_BYTES
