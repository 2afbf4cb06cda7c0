"""Files of actions, before and after they are stored, and their sanitised names.

Content types are detected in `content_types.py`, limits checked in `validation.py`, bytes stored by `storage/`.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import IO

CHUNK = 64 * 1024
"""Bytes read or written at a time."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file: name and content type as the client declares them, bytes in a spooled file, size in bytes."""

    filename: str
    content_type: str
    file: IO[bytes]
    size: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are in the storage under `key`.

    `content_type` is the detected one, `size` is in bytes, `digest` is a SHA-256 in hexadecimal.
    """

    filename: str
    content_type: str
    size: int
    digest: str
    key: str


def sha256(file: IO[bytes]) -> str:
    """The SHA-256 of a file from its beginning, in hexadecimal. Blocks: call it in a thread."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


class StorageFailed(Exception):
    """The attachment storage is unreachable or full. Nothing was done; a later attempt may succeed."""


NAME_MAX = 200
"""Maximum bytes of a filename in UTF-8, extension included.

File systems allow 255; the rest is left for what browsers add, such as " (1)".
"""
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\..*)?", re.IGNORECASE)
"""Names that Windows reserves for devices, with any extension."""
_TRIMMED = re.compile(r"^[\s.]+|[\s.]+$")
"""Spaces and dots that Windows drops from the end of a name, and so would give it another ending."""
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean_filename(given: str | None) -> str:
    """Sanitise a filename so that any system can save it.

    The result has no path, control or invisible characters (bidirectional marks, for example); it is in NFC, never
    empty, at most NAME_MAX bytes long, and keeps its extension.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", given or ""))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in _HIDDEN)
    name = _TRIMMED.sub("", re.sub(r'[<>:"|?*]', "_", name))
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    if dot and stem and len(extension) <= 16:
        return f"{_cut(stem, NAME_MAX - 1 - len(extension.encode()))}.{extension}"
    return _TRIMMED.sub("", _cut(name, NAME_MAX)) or "fichier"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def clean_media_type(given: str | None) -> str:
    """The media type without parameters; `application/octet-stream` if it is malformed."""
    kind = (given or "").split(";")[0].strip().lower()
    return kind if len(kind) <= 127 and _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
