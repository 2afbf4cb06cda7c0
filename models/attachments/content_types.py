"""Detects content types from the content; filename and declared content type can't be trusted.

The accepted content types are a setting (`attachment_content_types`), checked in `validation.py`.
"""

import codecs
import re
from collections.abc import Iterator
from typing import IO

import puremagic

from models.attachments.extensions import extension_of
from models.attachments.uploads import CHUNK, Upload
from models.attachments.zip_archives import PROGRAM as EXECUTABLE
from models.attachments.zip_archives import zip_type

UNKNOWN = "application/octet-stream"
SCRIPT = "text/x-script"
OLE = "application/x-ole-storage"
"""The old Office format; documents, macros, mails and installers look the same in it."""

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
_PDF_WITHIN_BYTES = 1024
"""Readers of PDF find its header within these first bytes (ISO 32000-1, Annex H)."""
_PDF_AT_START = re.compile(rb"(\xef\xbb\xbf)?\s{0,99}%PDF")
_ACTIVE_XML = re.compile(
    rb"www\.w3\.org/(2000/svg|1999/xhtml)|<!entity|xmlns(:[^\s=<>:]{1,60})?\s{0,9}=\s{0,9}[\"'][^\"'<>]{0,200}&#|"
    rb"mso-application|schemas\.microsoft\.com/office/(word/2003/wordml|2006/xmlpackage)"
)
"""XML that is a page or an image with scripts, an Office document that may have macros, or hides whether it is."""
_OVERLAP = 512


def detect_content_type(upload: Upload, zip_max_members: int = 2_000) -> str:
    """Detect the media type of a file, reading it in chunks. Blocks: call it in a thread."""
    file = upload.file
    file.seek(0)
    head = file.read(CHUNK)
    for prefix, kind in _EXECUTABLES:
        if head.startswith(prefix):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_type(upload, zip_max_members)
    if _PDF_AT_START.match(head):
        return "application/pdf"
    pdf_at = head.find(b"%PDF-", 0, _PDF_WITHIN_BYTES)
    if not head.startswith(b"{\\rtf") and (text := _text(file, head)) is not None:
        kind = _text_type(text, upload)
        is_pdf = pdf_at >= 0 and kind == "text/plain" and extension_of(upload.filename) == "pdf"
        return "application/pdf" if is_pdf else kind
    return "application/pdf" if pdf_at >= 0 else _binary_type(head)


def _binary_type(head: bytes) -> str:
    """The media type by the signature at the beginning."""
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return UNKNOWN
    # Only signatures at the beginning count: anyone can put one at the end or further inside. Text was detected before.
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
    """The media type of a text: SVG, HTML, XML, CSV or plain text; unknown for XML that may be a page."""
    low = text.lower().lstrip()
    start = low[_PROLOGUE.match(low).end() :][:200]  # type: ignore[union-attr] # it matches the empty string, too
    declared = low.startswith("<?xml")
    if re.match(r"<(\w+:)?svg\b", start) or "www.w3.org/2000/svg" in low:
        return "image/svg+xml"
    if re.match(r"<(!doctype\s+|(\w+:)?)html\b", start) or (_PAGE.match(start) and not declared) or _XHTML in low:
        return "text/html"
    extension = extension_of(upload.filename)
    if declared or (extension == "xml" and start.startswith("<")):
        # A root element that is not among the first characters, behind a long comment, is not looked for.
        return UNKNOWN if not re.match(r"<\w", start) or _is_active_xml(upload.file) else "application/xml"
    return "text/csv" if upload.content_type == "text/csv" or extension == "csv" else "text/plain"


def _is_active_xml(file: IO[bytes]) -> bool:
    """Whether an XML file, wherever in it, is one that browsers or Office do more with than show it."""
    before = b""
    for chunk in _chunks(file):
        low = before + chunk.replace(b"\0", b"").lower()  # UTF-16 without its zeros
        if _ACTIVE_XML.search(low):
            return True
        before = low[-_OVERLAP:]
    return False


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk
