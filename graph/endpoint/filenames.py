"""The file name of a part of a form, as browsers and .NET clients write it in Content-Disposition.

RFC 7578 wants `filename` in UTF-8, as browsers send it. .NET writes an encoded word there (RFC 2047), and the name in
`filename*` (RFC 8187), which wins here; python-multipart reads `filename` only.
"""

import binascii
import quopri
import re
from urllib.parse import unquote_to_bytes

_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;\s]*)', re.ASCII)
_EXTENDED = re.compile(r"([\w-]*)'[^']*'(.*)", re.ASCII | re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([\w-]+)\?([bq])\?([^?\s]*)\?=", re.ASCII | re.IGNORECASE)
_CHARSETS = {"utf-8": "utf-8", "iso-8859-1": "latin-1", "windows-1252": "cp1252", "us-ascii": "ascii"}
"""Of Python's codecs, those that clients name. Of the others, punycode takes quadratic time."""


def filename_of(disposition: str | None, plain: str | None) -> str | None:
    """The name in a Content-Disposition header, read as Latin-1; `plain` is its `filename`, decoded."""
    for name, value in _PARAMETER.findall(disposition or ""):
        extended = _EXTENDED.fullmatch(value.strip('"')) if name.lower() == "filename*" else None
        if extended and (decoded := _decoded(unquote_to_bytes(extended[2]), extended[1])):
            return decoded
    word = _ENCODED_WORD.fullmatch((plain or "").strip())
    return (word and _decoded(_word_bytes(word[2], word[3]), word[1])) or plain


def _decoded(content: bytes, charset: str) -> str | None:
    codec = _CHARSETS.get(charset.lower())
    return content.decode(codec, "replace") if codec else None


def _word_bytes(encoding: str, text: str) -> bytes:
    """The bytes of an encoded word; none if it is malformed."""
    if encoding in "qQ":
        return quopri.decodestring(text.encode(), header=True)
    try:
        return binascii.a2b_base64(text.encode())
    except binascii.Error:
        return b""
