"""The endings that file names may have: of the file's content type, and never those of programs and web pages.

A system opens a file by the ending of its name, whatever it contains: text named `.library-ms` connects to a server.
"""

import re
from collections.abc import Mapping, Sequence

_TEXTS = ("txt", "text", "log", "md")
_OPENDOCUMENT = "application/vnd.oasis.opendocument."
_OFFICE = "application/vnd.openxmlformats-officedocument."
EXTENSIONS: Mapping[str, Sequence[str]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/tiff": ("tif", "tiff"),
    "image/gif": ("gif",),
    "image/bmp": ("bmp",),
    "image/webp": ("webp",),
    "text/plain": (*_TEXTS, "json"),
    "text/csv": ("csv", *_TEXTS),
    "application/xml": ("xml", "xsd", "gml", *_TEXTS),
    "application/zip": ("zip",),
    "application/gzip": ("gz", "tgz"),
    "application/rtf": ("rtf",),
    "application/octet-stream": ("bin", "dat"),
    "application/x-ole-storage": ("doc", "xls", "ppt", "msg"),
    f"{_OPENDOCUMENT}text": ("odt",),
    f"{_OPENDOCUMENT}text-template": ("ott",),
    f"{_OPENDOCUMENT}spreadsheet": ("ods",),
    f"{_OPENDOCUMENT}spreadsheet-template": ("ots",),
    f"{_OPENDOCUMENT}presentation": ("odp",),
    f"{_OPENDOCUMENT}presentation-template": ("otp",),
    f"{_OPENDOCUMENT}graphics": ("odg",),
    f"{_OFFICE}wordprocessingml.document": ("docx",),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}presentationml.presentation": ("pptx",),
}
"""The endings of each content type, the one that messages propose first."""

_EXECUTABLE = re.compile(
    r"exe|com|scr|pif|ms[ipctu]|msix(bundle)?|appx(bundle)?|appref-ms|appinstaller|bat|cmd|psd?m?1|ps1xml|psc1|cdxml|"
    r"vb[se]?|m?js|cjs|jse|ws[cfh]?|sct|hta|lnk|url|website|reg|scf|inf|cpl|ocx|dll|sys|drv|jar|jnlp|"
    r"library-ms|search-ms|searchconnector-ms|settingcontent-ms|diag(cab|cfg|pkg)|theme(pack)?|deskthemepack|rdp|"
    r"app|application|command|workflow|action|terminal|(ba|c|k|z|fi)?sh|desktop|service|apk|ipa|dmg|pkg|deb|rpm|"
    r"appimage|run|elf|pyw?|pyz|pl|rb|php\d?|phtml|gadget|iso|img|vhdx?|chm|hlp|cab|xll|wll|iqy|slk|"
    r"s?html?|xht(ml)?|mht(ml)?|svgz?|do[ct]m|xl[st]m|xlam|xlsb|p[po][tp]m|ppam|ppsm|sldm|ad[ep]|md[be]|acc(db|de|dr)|one(pkg)?"
)


def extension_of(filename: str) -> str:
    """The ending of a file name in lower case, without the dot; empty if it has none."""
    stem, dot, extension = filename.rpartition(".")
    return extension.lower() if dot and stem else ""


def has_executable_extension(filename: str) -> bool:
    """Whether an operating system, Office or a browser may run a file of this name, whatever its content."""
    return _EXECUTABLE.fullmatch(filename.rpartition(".")[2].lower()) is not None and "." in filename


def extensions_of(content_type: str, more: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The endings that files of a content type may have, those that the settings add included."""
    return [
        *EXTENSIONS.get(content_type, ()),
        *(extension.lower().lstrip(".") for extension in more.get(content_type, ())),
    ]
