"""The files of an import, as people and spreadsheets write them: what is read, and what is refused by file and row."""

from itertools import pairwise
from pathlib import Path

import pytest

from models.directory.entries import (
    Entry,
    InvalidImport,
    NoProfilesEntry,
    ProfileEntry,
    ServiceEntry,
    StructureEntry,
    UserEntry,
)
from models.directory.read_files import read_files

USERS = "login,name,email\njeanne,Jeanne Dœuf,jeanne@ici.example\n"


def read(folder: Path, text: str | bytes, name: str = "users.csv", **told: str) -> tuple[list[Entry], str]:
    """The rows of a file, and what is reported of it."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    files = read_files([path], **told)
    return files.entries, files.reports[0]


def problems(folder: Path, text: str | bytes, name: str = "users.csv", **told: str) -> list[str]:
    with pytest.raises(InvalidImport) as refused:
        read(folder, text, name, **told)
    return refused.value.problems


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_of_a_spreadsheet_is_read_however_it_was_saved(
    tmp_path: Path, delimiter: str, encoding: str, line_end: str
) -> None:
    text = USERS.replace(",", delimiter).replace("\n", line_end)
    (user,), report = read(tmp_path, text.encode(encoding))
    assert isinstance(user, UserEntry)
    assert (user.login, user.name, user.email) == ("jeanne", "Jeanne Dœuf", "jeanne@ici.example")
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
    read_as = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "Windows-1252"}
    assert report == f"users.csv: 1 rows, {read_as[encoding]}, delimiter {names[delimiter]}"


def test_a_told_delimiter_and_encoding_are_used(tmp_path: Path) -> None:
    (user,), report = read(
        tmp_path, USERS.replace(",", "/").encode("iso-8859-15"), delimiter="/", encoding="iso-8859-15"
    )
    assert isinstance(user, UserEntry)
    assert user.name == "Jeanne Dœuf"
    assert report == "users.csv: 1 rows, iso-8859-15, delimiter /"
    assert "--encoding: klingon is unknown" in problems(tmp_path, USERS, encoding="klingon")[0]
    assert "not a text in utf-8" in problems(tmp_path, USERS.encode("windows-1252"), encoding="utf-8")[0]


@pytest.mark.parametrize(
    "header",
    ["\ufeffLogin, NAME ,E-mail", '"login","name","email"', "sep=,\nlogin,name,email", "\n,,\nlogin,name,Émail"],
)
def test_header_names_count_without_case_spaces_and_accents(tmp_path: Path, header: str) -> None:
    ((user), *none), _ = read(tmp_path, header + "\njeanne,Jeanne,jeanne@ici.example\n")
    assert isinstance(user, UserEntry)
    assert (user.login, none) == ("jeanne", [])


def test_quoted_delimiters_blank_rows_and_empty_last_columns_are_read(tmp_path: Path) -> None:
    text = 'code;label_fr;label_en;;\r\nA;"Avis; ""urgent""";Notice;;\r\n;;;;\r\n\r\nB;B;B\r\n;;\r\n\r\n'
    entries, _ = read(tmp_path, text)
    assert [(entry.model_dump()["label_fr"], entry.where) for entry in entries] == [
        ('Avis; "urgent"', "users.csv: row 2"),
        ("B", "users.csv: row 5"),
    ]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    text = 'login,name,email\n\na,"Anne\nDeux",a@ici.example\nb,B,non\n'
    assert [problem.split(": ")[:3] for problem in problems(tmp_path, text)] == [
        ["users.csv", "row 3", "name"],
        ["users.csv", "row 4", "email"],
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("login,name\na,A\n", "row 1: there is no column email"),
        ("login,name,email,phone\na,A,a@a.example,1\n", "row 1: unknown column 'phone'"),
        ("login,name,email,where\na,A,a@a.example,1\n", "row 1: unknown column 'where'"),
        ("login,name,email,Login\na,A,a@a.example,b\n", "row 1: the column login is there twice"),
        ("nom,prénom\na,A\n", "unknown kind of rows"),
        ("login,name,email\na,A,a@a.example,b@a.example\n", "row 2: column 4 has no name in the header"),
        ('login,name,email\na,"A,a@a.example\nb,B,b@a.example\n', "a quotation mark that is not closed"),
        ("", "is empty"),
        (b"PK\x03\x04 an xlsx", "save its sheet as CSV"),
        (b"login,name,email\na,\x81\xff,a@a.example\n", "is not a text in UTF-8 or Windows-1252"),
        (b"login,name,email\na,A\x00,a@a.example\n", "is not a text"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_with_the_reason(
    tmp_path: Path, text: str | bytes, problem: str
) -> None:
    (found,) = problems(tmp_path, text)
    assert found.startswith("users.csv: ")
    assert problem in found


def test_a_file_that_can_not_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidImport, match=r"none.csv: can't be read: No such file"):
        read_files([tmp_path / "none.csv"])
    with pytest.raises(InvalidImport, match=f"{tmp_path.name}: can't be read: Is a directory"):
        read_files([tmp_path])


def test_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "users.csv" for folder in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(USERS.replace("@", " "), encoding="utf-8")
    with pytest.raises(InvalidImport) as refused:
        read_files(paths)
    assert [problem.split(": ")[0] for problem in refused.value.problems] == [str(path) for path in paths]


@pytest.mark.parametrize(
    "email",
    [
        "a@b.c,d@e.f", "a@b.c;d@e.f", "a@b.c d@e.f", "Jeanne <j@ici.example>", "<j@ici.example>", "j@@ici.example",
        "j@ici.example\nBcc: x@y.example", "j\u200b@ici.example", "j@ici", "j@-ici.example", "j@ici..example",
        ".j@ici.example", "j..d@ici.example", '"j d"@ici.example', "mailto:j@ici.example", "@ici.example", "j@",
        "j" * 65 + "@ici.example", "j@" + "i" * 64 + ".example", "j@" + "ici." * 63 + "example", "j(x)@ici.example",
        "j@ici.example.", "j@[127.0.0.1]", "j＠ici.example", "j@ici.example\u00a0x",
    ],
)  # fmt: skip
def test_an_email_is_one_address(tmp_path: Path, email: str) -> None:
    (problem,) = problems(tmp_path, f'login;name;email\nj;J;"{email.replace(chr(34), chr(34) * 2)}"\n')
    assert problem.startswith("users.csv: row 2: email: ")
    assert "is not one e-mail address" in problem


@pytest.mark.parametrize("email", [" j@ici.example\u00a0", "j.d+x_o'n@a-b.ici.example", "j@é.example", "1@2.example"])
def test_an_address_may_have_what_addresses_have(tmp_path: Path, email: str) -> None:
    (user,), _ = read(tmp_path, f"login;name;email\nj;J;{email}\n")
    assert isinstance(user, UserEntry)
    assert user.email == email.strip()


@pytest.mark.parametrize(
    "name", ["\u200b", "\u00ad\u2060", "\u2800", "a\u2028b", "a\tb", "a\x85b", "a\ufffdb", "a" * 201]
)
def test_a_name_is_one_line_with_something_visible(tmp_path: Path, name: str) -> None:
    (problem,) = problems(tmp_path, f"login;name;email\nj;{name};j@ici.example\n")
    assert problem.startswith("users.csv: row 2: name: ")


@pytest.mark.parametrize(
    "identifier",
    [
        "2,19900412E+13", "2.19900412E+13", "2E+13", "213 105 554 00017", "213\u00a0105\u202f554", "'00041278300011",
        "=\"00041278300011\"", "21990041200012\u200b", "a\nb", "x" * 65,
    ],
)  # fmt: skip
def test_an_identifier_that_a_spreadsheet_spoilt_is_refused(tmp_path: Path, identifier: str) -> None:
    cell = identifier.replace('"', '""')
    (problem,) = problems(tmp_path, f'identifier;name\n"{cell}";Mairie\n')
    assert problem.startswith("users.csv: row 2: identifier: ")


def test_a_code_that_looks_like_a_number_with_an_exponent_is_one(tmp_path: Path) -> None:
    (service,), _ = read(tmp_path, "structure;code;name\n21990041200012;2E10;Bâtiment\n")
    assert isinstance(service, ServiceEntry)
    assert service.code == "2E10"


@pytest.mark.parametrize(
    ("cell", "flag"), [("VRAI", True), (" oui ", True), ("1", True), ("FAUX", False), ("no", False), ("", None)]
)
def test_flags_are_read_as_french_spreadsheets_write_them(tmp_path: Path, cell: str, flag: bool | None) -> None:
    (structure,), _ = read(tmp_path, f"identifier;name;receives\nA;Mairie;{cell}\n")
    assert isinstance(structure, StructureEntry)
    assert structure.receives is flag


def test_a_flag_or_a_profile_that_is_none_of_its_values_names_them(tmp_path: Path) -> None:
    assert "true" in problems(tmp_path, "identifier;name;receives\nA;Mairie;peut-être\n")[0]
    assert "SENT_TICKETS" in problems(tmp_path, "login;profile;structure\nj;AGENT;A\n")[0]


def test_profiles_none_withdraws_and_has_no_structure(tmp_path: Path) -> None:
    (nothing,), _ = read(tmp_path, "login;profile;structure;service\nj;none;;\n")
    assert isinstance(nothing, NoProfilesEntry)
    assert "structure: 'A' can't stand here" in problems(tmp_path, "login;profile;structure\nj;NONE;A\n")[0]
    assert "structure: is missing" in problems(tmp_path, "login;profile;structure\nj;SENT_TICKETS;\n")[0]
    assert "profile: is missing" in problems(tmp_path, "login;profile;structure\nj;;\n")[0]


USER = "users:\n- login: %s\n  name: %s\n  email: j@ici.example\n"


@pytest.mark.parametrize("value", ["01234", "no", "on", "2026-01-01", "1_000", "12:30", "1e3", "0x1F", "1.0", "="])
def test_a_yaml_value_is_the_text_that_stands_there(tmp_path: Path, value: str) -> None:
    (user,), report = read(tmp_path, USER % (value if value != "=" else "eq", value), "users.yaml")
    assert isinstance(user, UserEntry)
    assert user.name == value
    assert user.login == (value if value != "=" else "eq")
    assert report == "users.yaml: 1 rows, UTF-8"


def test_a_yaml_user_holds_the_profiles_that_are_told_none_or_what_is_there(tmp_path: Path) -> None:
    kinds = {}
    for told in ("", "  profiles: []\n", "  profiles: [{profile: SENT_TICKETS, structure: A}]\n"):
        entries, _ = read(tmp_path, USER % ("j", "J") + told, "users.yaml")
        kinds[told] = [type(entry) for entry in entries[1:]]
    assert list(kinds.values()) == [[], [NoProfilesEntry], [ProfileEntry]]
    (problem,) = problems(tmp_path, USER % ("j", "J") + "  profiles:\n", "users.yaml")
    assert "users 1: profiles: write [] to withdraw them all" in problem


BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (USER % ("j", "J") + "users: []\n", "line 5: 'users' is there twice"),
        ("users: [{login: a, login: b}]", "line 1: 'login' is there twice"),
        ("users: [&a {login: a, name: A, email: a@b.example}, *a]", "line 1: aliases (*name) are refused"),
        (BOMB, "aliases (*name) are refused"),
        ("&a [*a]", "aliases (*name) are refused"),
        ("[" * 5_000, "nested too deeply"),
        ("users: [{login: a, name: A, email: a@b.example, where: x}]", "users 1: unknown key 'where'"),
        ("users: [{login: a, name: A, phone: 1}]", "users 1: unknown key 'phone'"),
        ("structures: [{identifier: A, name: A, services: [{structure: B}]}]", "services 1: unknown key 'structure'"),
        ("users: [{login: [a], name: A, email: a@b.example}]", "users 1: login: \"['a']\" is not a text"),
        ("users: [{login: a, name: !!int 3, email: a@b.example}]", "line 1: could not determine a constructor"),
        ("users: [{login: a, name: !!bool x, email: a@b.example}]", "line 1: could not determine a constructor"),
        ("users: [{login: a, !!merge x: {name: A}}]", "line 1: a key is no text"),
        ("users: [{login: a, [x]: A}]", "line 1: a key is no text"),
        ("users: [{login: a, ~: A}]", "line 1: a key is no text"),
        ("users: [{login: ~, name: A, email: a@b.example}]", "users 1: login: is missing"),
        ("users: [{login: !!python/name:os.system a}]", "line 1: could not determine a constructor"),
        ("users: [!!map x]", "line 1: expected a mapping node"),
        ("users: [{profiles: 3}]", "users 1: profiles: a list is expected"),
        ("a: b\x00", "is not a text"),
    ],
)
def test_yaml_that_says_two_things_or_none_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = problems(tmp_path, text, "users.yaml")
    assert found.startswith("users.yaml: ")
    assert problem in found
