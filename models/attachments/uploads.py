"""Files that come with an action, before and after they are stored: their shapes, and names made harmless.

What a file's content is stands in `attachments/content_types.py`, where its bytes go in `storage/`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import IO

CHUNK = 64 * 1024
"""Bytes read or written at a time."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: its name and type as the client says, its bytes in a spooled file, their number."""

    filename: str
    content_type: str
    file: IO[bytes]
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes are in the storage; `content_type` is what its content is."""

    filename: str
    content_type: str
    size: int
    digest: str
    key: str


class StorageFailed(Exception):
    """The storage of attachments can't be reached, or takes no more: nothing was done, and a later try may succeed."""


NAME_MAX = 200
"""Bytes of a file's name in UTF-8, its ending included: every file system takes that with what a browser adds."""
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that are devices to Windows, whatever their ending."""
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean_filename(given: str | None) -> str:
    """A file's name that any system can keep: no path, no controls or invisible marks (bidi), composed (NFC), never
    empty, 200 bytes at most with its ending."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", given or ""))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in _HIDDEN)
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 16:
        return f"{_cut(stem, NAME_MAX - 1 - len(ending.encode()))}.{ending}"
    return _cut(name, NAME_MAX) or "fichier"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def clean_media_type(given: str | None) -> str:
    """A media type without parameters; `application/octet-stream` for what is none."""
    kind = (given or "").split(";")[0].strip().lower()
    return kind if len(kind) <= 127 and _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
