"""Content types detected from the content; accepted and refused files; limits of an action and of a ticket."""

import io
import struct
import zipfile

import pytest

from models.attachments.extensions import EXTENSIONS
from models.i18n.language import Language
from tests.conftest import Desk
from tests.models import act, files_of, refusal, select, submit, ticket_at, upload
from tests.models.test_submission import limited


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def office(folder: str, **more: bytes) -> bytes:
    return zipped(**{"_rels/.rels": b"<x/>", "[Content_Types].xml": b"<x/>", f"{folder}/main.xml": b"<x/>", **more})


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(20)
ODT = "application/vnd.oasis.opendocument.text"
OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = "application/vnd.ms-word.document"
TYPES = b'<?xml version="1.0"?><Types><Override PartName="/word/a.bin" ContentType="%s"/></Types>'
GOOD: dict[str, tuple[bytes, str]] = {
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\0", "application/pdf"),
    "a PDF after a byte order mark": (b"\xef\xbb\xbf%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\0", "application/pdf"),
    "a PDF after empty lines": (b"\r\n\r\n%PDF-1.4\n1 0 obj\n%%EOF", "application/pdf"),
    "a PDF after the head of a print job": (b"\x1b%-12345X@PJL\r\n" + bytes(900) + b"%PDF-1.7\0", "application/pdf"),
    "a PDF in plain ASCII": (b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\n%%EOF", "application/pdf"),
    "a PNG": (PNG, "image/png"),
    "a JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1" + bytes(40), "image/jpeg"),
    "a photo": (b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + bytes(40), "image/jpeg"),
    "a TIFF": (b"II*\0\x08\0\0\0" + bytes(40), "image/tiff"),
    "a GIF": (b"GIF89a\1\0\1\0" + bytes(20), "image/gif"),
    "text": ("Le règlement n’est pas arrivé.\r\n\tMerci".encode(), "text/plain"),
    "text in Windows-1252": ("Le règlement, 12 €".encode("cp1252"), "text/plain"),
    "text with a byte order mark": (b"\xef\xbb\xbfbonjour", "text/plain"),
    "text in UTF-16": ("Facture n° 12 : été".encode("utf-16"), "text/plain"),
    "a letter": (b"a", "text/plain"),
    "an invoice": (
        b'<?xml version="1.0"?>\n<!-- UBL -->\n<Invoice xmlns="urn:oasis"><b/></Invoice>',
        "application/xml",
    ),
    "text about PDF": (b"The file begins with %PDF-1.4, but does not open.", "text/plain"),
    "text with tags": (b"Le champ <script> de la page ne marche pas.", "text/plain"),
    "a ZIP": (zipped(**{"a/facture.txt": b"x"}), "application/zip"),
    "an ODT": (zipped(mimetype=ODT.encode(), **{"content.xml": b"<x/>"}), ODT),
    "an ODT with a manifest": (zipped(mimetype=ODT.encode(), **{"META-INF/manifest.xml": b"<manifest/>"}), ODT),
    "a DOCX": (office("word"), f"{OFFICE}wordprocessingml.document"),
    "an XLSX": (office("xl"), f"{OFFICE}spreadsheetml.sheet"),
    "a PPTX": (office("ppt"), f"{OFFICE}presentationml.presentation"),
}
BAD: dict[str, bytes] = {
    "a Windows program": b"MZ\x90\0\x03\0\0\0\x04\0" + bytes(200),
    "a Windows program that ends as a PDF": b"MZ\x90\0\x03" + bytes(200) + b"%PDF-1.4\n%%EOF\n",
    "a program that is a tar, too": b"MZ\x90\0" + bytes(253) + b"ustar\x0000" + bytes(300),
    "a Linux program": b"\x7fELF\x02\x01\x01" + bytes(100),
    "a macOS program": b"\xcf\xfa\xed\xfe" + bytes(100),
    "a Java class": b"\xca\xfe\xba\xbe\0\0\0\x3d" + bytes(40),
    "a Java program": zipped(**{"META-INF/MANIFEST.MF": b"Main-Class: X", "X.class": b"x"}),
    "a shell script": b"#!/bin/sh\nrm -rf ~\n",
    "an old Office file or an installer": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a document with macros": office("word", **{"word/vbaProject.bin": b"x"}),
    "a document with macros that says to be an ODT": office(
        "word", **{"word/vbaProject.bin": b"x", "mimetype": ODT.encode()}
    ),
    "a document with macros in another case": office("word", **{"Word\\VBAPROJECT.BIN": b"x"}),
    "a document with macros under another name": zipped(
        **{"[Content_Types].xml": TYPES % b"application/vnd.ms-office.vba&#x50;roject", "word/a.bin": b"x"}
    ),
    "a document of another type than its folder": zipped(
        **{
            "[content_types].XML": (TYPES.decode() % f"{WORD}.macroEnabled.main+xml").encode("utf-16"),
            "word/a.xml": b"",
        }
    ),
    "an ODT with macros": zipped(mimetype=ODT.encode(), **{"Basic/Standard/Module1.xml": b"<x/>"}),
    "an ODT with scripts": zipped(mimetype=ODT.encode(), **{"Object 1/scripts\\python/a.xml": b"<x/>"}),
    "a workbook with Excel 4 macros": office("xl", **{"xl/macrosheets/sheet1.xml": b"<x/>"}),
    "a document with an embedded OLE object": office("word", **{"word/embeddings/oleObject1.bin": b"x"}),
    "a ZIP with a program": zipped(**{"dossier/facture.pdf.exe": b"x"}),
    "a ZIP cut off": zipped(a=b"x" * 100)[:40],
    "a page that says %PDF-": b"<html>%PDF-1.4<script>1</script>",
    "XML with a script after 100 KB": b'<?xml version="1.0"?><a>'
    + b" " * 100_000
    + b'<s xmlns="http://www.w3.org/1999/xhtml"/></a>',
    "XML in UTF-16 with a script": (
        '<?xml version="1.0"?><a>' + " " * 100_000 + '<s xmlns="http://www.w3.org/2000/svg"/></a>'
    ).encode("utf-16"),
    "XML whose root is behind 100 KB of comment": b'<?xml version="1.0"?><!--' + b" " * 100_000 + b"--><a/>",
    "a Word document as XML": b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><a/>',
    "a page": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "a page after a comment": b"\n <!-- " + b"x" * 300 + b" -->\n<HTML>",
    "a page after a comment that does not end": b"<!-- <p>",
    "a bit of a page": b"<script>fetch('/graphql')</script>",
    "a page in UTF-16": "<html><script>1</script>".encode("utf-16"),
    "a page as XML": b'<?xml version="1.0"?><x:html xmlns:x="http://www.w3.org/1999/xhtml"/>',
    "an image with scripts": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "the same as XML": b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY c "d">]><svg/>',
    "XML with such an image inside": b'<?xml version="1.0"?><a><s:svg xmlns:s="http://www.w3.org/2000/svg"/></a>',
    "octets": bytes(range(256)),
    "text with an octet at its end": b"a" * 200_000 + b"\0",
    "UTF-16 that is none": b"\xff\xfe\x00\xd8\x00\xd8",
    "a Windows shortcut": b"L\0\0\0\x01\x14\x02\0" + bytes(80),
}


@pytest.mark.parametrize("what", GOOD)
async def test_an_accepted_file_is_stored_with_its_detected_content_type(desk: Desk, what: str) -> None:
    content, kind = GOOD[what]
    name = f"a.{EXTENSIONS[kind][0].upper()}"
    await submit(desk, files=[upload(name, content, "text/html"), upload("a", content, "text/html")])
    rows = await select("SELECT content_type, filename FROM attachments ORDER BY id")
    assert rows == [(kind, name), (kind, "a")]


@pytest.mark.parametrize("what", BAD)
async def test_a_file_of_another_content_type_is_refused_under_any_name(desk: Desk, what: str) -> None:
    refused = await refusal(
        submit(desk, files=[upload("a.txt", b"a"), upload("facture.pdf", BAD[what], "application/pdf")])
    )
    assert (refused.code, [field.name for field in refused.fields]) == ("ATTACHMENT_REJECTED", ["attachments.1"])
    message = refused.fields[0].message.in_(Language.FR)
    assert "facture.pdf" in message
    assert "PDF, PNG" in message
    assert files_of(desk) == {}


@pytest.mark.parametrize(
    "name",
    [
        "facture.pdf.exe", "lancer.BAT", "page.html", "logo.svg", "macro.docm", "a.lnk", "x.ps1", "console.msc",
        "Documents.library-ms", "x.settingcontent-ms", "a.unknown", "a.pdf", "a.xml", "M. Dupont", "a.txt.b",
    ],
)  # fmt: skip
async def test_a_text_with_an_extension_of_another_kind_is_refused(desk: Desk, name: str) -> None:
    refused = await refusal(submit(desk, files=[upload(name, b"du texte")]))
    assert (refused.code, [field.name for field in refused.fields]) == ("ATTACHMENT_REJECTED", ["attachments.0"])
    assert name in refused.fields[0].message.in_(Language.EN)


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"%PDF-1.4 \0"), ("a.jpg", PNG), ("a.docx", zipped(a=b"x"))])
async def test_a_file_named_as_one_of_another_kind_is_refused(desk: Desk, name: str, content: bytes) -> None:
    refused = await refusal(submit(desk, files=[upload(name, content)]))
    assert "renommez-le" in refused.fields[0].message.in_(Language.FR)


async def test_a_name_without_an_executable_extension_is_accepted(desk: Desk) -> None:
    await submit(
        desk, files=[upload(name, b"du texte") for name in ("exe", "notes sur setup.exe.txt", "le sh", "A.TXT")]
    )


async def test_an_extension_is_accepted_once_a_setting_adds_it_to_its_content_type(desk: Desk) -> None:
    more = limited(desk, attachment_extensions={"text/plain": [".EDI"]})
    await submit(more, files=[upload("pes.edi", b"du texte"), upload("a.txt", b"du texte")])


async def test_an_invoice_without_an_xml_declaration_is_xml_by_its_extension(desk: Desk) -> None:
    await submit(desk, files=[upload("a.xml", b'<Invoice xmlns="urn:oasis"/>')])
    assert await select("SELECT content_type FROM attachments") == [("application/xml",)]


async def test_csv_is_detected_by_extension_or_declared_content_type(desk: Desk) -> None:
    content = b"a;b\r\n1;2\r\n"
    files = [upload("a.csv", content), upload("a", content, "text/csv"), upload("a.txt", content)]
    await submit(desk, files=files)
    assert [row[0] for row in await select("SELECT content_type FROM attachments ORDER BY id")] == [
        "text/csv", "text/csv", "text/plain",
    ]  # fmt: skip


async def test_accepted_content_types_follow_the_setting(desk: Desk) -> None:
    only = limited(desk, attachment_content_types=["image/png"])
    await submit(only, files=[upload("a", PNG)])
    refused = await refusal(submit(only, files=[upload("a", b"%PDF-1.4")]))
    assert "application/pdf" in refused.fields[0].message.in_(Language.EN)
    anything = limited(desk, attachment_content_types=["application/octet-stream"])
    await submit(anything, files=[upload("a", bytes(range(256)))])


async def test_files_of_an_action_and_of_a_ticket_have_total_limits(desk: Desk) -> None:
    strict = limited(
        desk, attachment_total_max_bytes=20, ticket_attachments_max_bytes=40, ticket_attachments_max_count=4
    )
    ten = upload("dix.txt", b"x" * 10)
    refused = await refusal(submit(strict, files=[ten, ten, upload("un.txt", b"x")]))
    assert [field.name for field in refused.fields] == ["attachments"]
    ticket_id = await ticket_at(strict, "taken", files=[ten, ten])
    await act(strict, "agent-1", "request_information", ticket_id, files=[ten])
    over = await refusal(act(strict, "requester", "provide_information", ticket_id, files=[ten, upload("b", b"x")]))
    assert (over.code, over.ticket_id, [field.name for field in over.fields]) == (
        "ATTACHMENT_REJECTED", ticket_id, ["attachments"],
    )  # fmt: skip
    assert len(files_of(desk)) == 3
    await act(strict, "requester", "provide_information", ticket_id, files=[ten])
    fifth = upload("c", b"x")
    over = await refusal(act(strict, "agent-1", "propose_solution", ticket_id, files=[fifth]))
    assert "4" in over.fields[0].message.in_(Language.FR)
    await act(strict, "agent-1", "propose_solution", ticket_id)
