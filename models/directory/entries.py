"""The rows that can be imported, and what each of their cells may hold. Pure: files are read in `read_files.py`.

A cell that people see is one line with something visible in it. A cell by which a row is found is refused where a
spreadsheet has spoilt it: its row would be added beside the one that was meant.
"""

import re
import unicodedata
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from models.directory.tables import Destination, Profile

_BROKEN = ("Cc", "Cs", "Zl", "Zp")
"""The categories of control characters, halves of surrogate pairs and line breaks."""
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show nothing."""
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@([^\W_]((?:[^\W_]|-){0,61}[^\W_])?\.)+[^\W_]((?:[^\W_]|-){0,61}[^\W_])?"
)
_FLAGS = {
    **dict.fromkeys(("true", "vrai", "oui", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "faux", "non", "no", "off", "0"), False),
}


class InvalidImport(ValueError):
    """The files can't be imported, and nothing was changed. `problems`: a line for each bad row, with file and row."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    @property
    def conclusion(self) -> str:
        """What this means, and what to do."""
        return f"{len(self.problems)} problem{'s'[: len(self.problems) != 1]}, nothing imported."


def quoted(value: object) -> str:
    """A value as messages show it: at most 80 characters, control and invisible characters escaped."""
    text = str(value)
    return repr(text if len(text) <= 80 else f"{text[:79]}…")


def _refused(message: str) -> PydanticCustomError:
    return PydanticCustomError("import", "{message}", {"message": message})


def _line(text: str, maximum: int) -> str:
    kinds = [unicodedata.category(character) for character in text]
    if any(kind in _BROKEN for kind in kinds):
        raise _refused(f"{quoted(text)} has a line break or a control character; write it on one line, without")
    if "\ufffd" in text:
        raise _refused(f"{quoted(text)} lost a character when it was saved; save the file again as UTF-8")
    if not any(kind[0] in "LNPS" and c not in _BLANK for kind, c in zip(kinds, text, strict=True)):
        raise _refused("is empty or has nothing visible; fill it in")
    if len(text) > maximum:
        raise _refused(f"{quoted(text)} has {len(text)} characters; at most {maximum} are stored")
    return text


def _key(text: str) -> str:
    if any(c != " " and unicodedata.category(c) in ("Cf", "Zs") for c in text):
        raise _refused(f"{quoted(text)} has an invisible character or a special space; write it without")
    if _SCIENTIFIC.fullmatch(text) and ("+" in text or "-" in text or "." in text or "," in text):
        raise _refused(f"{quoted(text)} is what a spreadsheet made of a long number; enter it in a column of texts")
    if text[0] in "='":
        raise _refused(f"{quoted(text)} begins like a formula of a spreadsheet; write the bare value")
    if " " in text and re.fullmatch("[0-9]{14}", text.replace(" ", "")):
        raise _refused(f"{quoted(text)} is a SIRET with spaces; write its 14 digits without")
    return text


def _address(text: str) -> str:
    if len(text) > 254 or text.find("@") > 64 or not _ADDRESS.fullmatch(text):
        raise _refused(f"{quoted(text)} is not one e-mail address; write one, such as prenom.nom@commune.example")
    return text


def _flag(value: object) -> object:
    if not isinstance(value, str):
        return value
    if (flag := _FLAGS.get(value.strip().casefold())) is None:
        raise _refused(f"{quoted(value)} is neither true nor false; write one of these")
    return flag


def _choice(value: object, choices: type[Destination] | type[Profile]) -> object:
    if not isinstance(value, str):
        return value
    if (name := value.strip().upper()) not in set(choices):
        raise _refused(f"{quoted(value)} is unknown; write one of {', '.join(choices)}")
    return name


_Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[_Text, AfterValidator(partial(_line, maximum=200))]
Key = Annotated[_Text, AfterValidator(partial(_line, maximum=64)), AfterValidator(_key)]
Login = Annotated[_Text, AfterValidator(partial(_line, maximum=255)), AfterValidator(_key)]
Email = Annotated[_Text, AfterValidator(_address)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class Entry(BaseModel):
    """One row of a file. `where` is the file and the row, for messages."""

    model_config = ConfigDict(extra="forbid")
    where: str

    @classmethod
    def columns(cls) -> list[str]:
        """The names of its cells."""
        return [name for name in cls.model_fields if name != "where"]


class StructureEntry(Entry):
    """A structure. `receives`: tickets can be addressed to it as a whole. `support`: it is the Chorus Pro support.

    None leaves what a known structure has; a new one then neither receives nor is the support.
    """

    identifier: Key
    name: Name
    receives: Flag | None = None
    support: Flag | None = None


class ServiceEntry(Entry):
    """A service of the structure with this identifier. `receives`: as of a structure, but a new service receives."""

    structure: Key
    code: Key
    name: Name
    receives: Flag | None = None


class CategoryEntry(Entry):
    """A category."""

    code: Key
    label_fr: Name
    label_en: Name


class SubcategoryEntry(Entry):
    """A subcategory of the category with this code."""

    category: Key
    code: Key
    label_fr: Name
    label_en: Name
    destination: Annotated[Destination, BeforeValidator(partial(_choice, choices=Destination))]


class UserEntry(Entry):
    """A user."""

    login: Login
    name: Name
    email: Email


class ProfileEntry(Entry):
    """A profile of a user on a structure, or on one of its services by its code."""

    login: Login
    profile: Annotated[Profile, BeforeValidator(partial(_choice, choices=Profile))]
    structure: Key
    service: Key | None = None


class NoProfilesEntry(Entry):
    """The user holds no profile: those that the user has are withdrawn."""

    login: Login


def validated(where: str, kind: type[Entry], cells: dict[str, Any], problems: list[str]) -> Entry | None:
    """The row with these cells; None if one is invalid, and then a line for each is added to `problems`."""
    try:
        return kind.model_validate({**cells, "where": where})
    except ValidationError as error:
        problems += [f"{where}: {'.'.join(map(str, one['loc'][:1]))}: {_said(one)}" for one in error.errors()]
        return None


def _said(error: Any) -> str:
    match error["type"]:
        case "missing":
            return "is missing; fill it in"
        case "extra_forbidden":
            return f"{quoted(error['input'])} can't stand here; remove it"
        case "string_type" | "bool_type" | "enum":
            return f"{quoted(error['input'])} is not a text; write one value, in quotation marks"
        case _:
            return str(error["msg"])
