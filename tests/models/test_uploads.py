"""File names and media types from clients are cleaned."""

import pytest

from models.attachments.uploads import clean_filename, clean_media_type


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("facture.pdf", "facture.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\relevé été.csv", "relevé été.csv"),
        ("fac\u202efdp.exe", "facfdp.exe"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("", "fichier"),
        (None, "fichier"),
        ("...", "fichier"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
        ("é" * 500 + ".pdf", "é" * 98 + ".pdf"),
        ("\U0001f9fe" * 80 + "a.pdf", "\U0001f9fe" * 49 + ".pdf"),
        ("." + "y" * 300, "y" * 200),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("CON", "_CON"),
        ("aux.pdf", "_aux.pdf"),
        ("con .txt", "_con .txt"),
        ("COM¹.pdf", "_COM¹.pdf"),
        ("CONIN$", "_CONIN$"),
        ("facture.pdf\u00a0", "facture.pdf"),
        ("facture.pdf\u2003. ", "facture.pdf"),
        ("y" * 199 + ". " + "z" * 20, "y" * 199),
        ("lpt1.tar.gz", "_lpt1.tar.gz"),
        ("console.pdf", "console.pdf"),
        ('a<b>:"c|d?e*.pdf', "a_b___c_d_e_.pdf"),
        ("facture.pdf. . .", "facture.pdf"),
        ("\u200b\u2066\ufeff.\u202e", "fichier"),
        ("a\ud800b.pdf", "ab.pdf"),
    ],
)
def test_file_name_loses_its_path_and_invisible_characters(given: str | None, cleaned: str) -> None:
    assert clean_filename(given) == cleaned


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("text/plain; charset=utf-8", "text/plain"),
        ("Image/PNG", "image/png"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
        ("", "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_invalid_media_type_becomes_octet_stream(given: str | None, cleaned: str) -> None:
    assert clean_media_type(given) == cleaned


@pytest.mark.parametrize("cleaned", ["x" * 196 + ".pdf", "_aux.pdf", "été.pdf"])
def test_cleaning_a_clean_file_name_changes_nothing(cleaned: str) -> None:
    assert clean_filename(cleaned) == cleaned
