"""Texts as people write them: requests, solutions, questions, answers, refusals, transfers, attachments.

Pure functions of the caller's `random.Random`. The phrases are in phrases_*.py.

Their notation: a block begins with its subcategory. A line is a keyword and a phrase; indented lines continue it.
`case TYPE` begins one problem, with its short, fact, detail and own_ask lines. `[a|b]` is a or b. `{invoice}` is a
fact of `phrases_facts`, with one value in a text.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from itertools import product
from random import Random

from models.demo.phrases_contracts import TOPICS as CONTRACTS
from models.demo.phrases_facts import Facts
from models.demo.phrases_invoices import TOPICS as INVOICES
from models.demo.phrases_justice import TOPICS as JUSTICE
from models.demo.phrases_papers import LETTERS, PAPERS
from models.demo.phrases_support import TOPICS as SUPPORT

Phrases = tuple[tuple[str, ...], ...]  # for each line of the source, all variants that its [a|b] make
Lines = list[tuple[str, str]]  # keyword, phrase


@dataclass(frozen=True, slots=True)
class RequestText:
    """What a requester types: the short description, the description, and the `ObjectType` of the schema."""

    short_description: str
    description: str
    object_type: str


@dataclass(frozen=True, slots=True)
class Case:
    """One problem, with its phrases."""

    object_type: str
    short: Phrases
    fact: Phrases
    detail: Phrases
    ask: Phrases  # the case's own, or the topic's


@dataclass(frozen=True, slots=True)
class Topic:
    """The phrases of one subcategory."""

    cases: tuple[Case, ...]
    says: dict[str, Phrases]  # solution, question, answer, refusal, transfer
    papers: list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of attachment: a PDF if it has a title, a CSV if it has a header, otherwise a screenshot."""

    file: Phrases
    title: Phrases
    lines: tuple[Phrases, ...]
    header: str
    row: Phrases


def _blocks(text: str) -> dict[str, Lines]:
    blocks: dict[str, Lines] = {}
    for block in re.sub(r"\n    +", " ", text).strip().split("\n\n"):
        name, *lines = block.split("\n")
        blocks[name] = [(keyword, phrase) for keyword, _, phrase in (line.partition(" ") for line in lines)]
    return blocks


def _variants(phrase: str, careful: bool) -> tuple[str, ...]:
    """All variants that a phrase's [a|b] make, as templates for the % operator."""
    if careful:
        phrase = re.sub(r" (?=[:;?!€%»–])|(?<=[«°]) ", "\xa0", phrase.replace("'", "’"))
    phrase = re.sub(r"{(\w+)}", r"%(\1)s", phrase.replace("%", "%%")).replace("\\n", "\n")
    parts = [part.split("|") if index % 2 else [part] for index, part in enumerate(re.split(r"[\[\]]", phrase))]
    return tuple(re.sub(r" +(?=[ ,.])", "", "".join(chosen)).strip(" ") for chosen in product(*parts))


def _phrases(lines: Lines, keyword: str, careful: bool) -> Phrases:
    return tuple(_variants(phrase, careful) for word, phrase in lines if word == keyword)


def _letters(keyword: str, careful: bool) -> Phrases:
    return _phrases(_blocks(LETTERS)["letters"], keyword, careful)


def _topic(lines: Lines, careful: bool) -> Topic:
    starts = [index for index, (keyword, _) in enumerate(lines) if keyword == "case"]
    cases = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        short, fact, detail = (_phrases(lines[start:end], word, careful) for word in ("short", "fact", "detail"))
        ask = _phrases(lines[start:end], "own_ask", careful) or _phrases(lines, "ask", careful)
        cases.append(Case(lines[start][1], short, fact, detail, ask))
    words = ("solution", "question", "answer", "refusal", "transfer")
    says = {word: _phrases(lines, word, careful) for word in words}
    says["transfer"] = says["transfer"] or _letters("transfer", careful)
    return Topic(tuple(cases), says, dict(lines)["attach"].split())


def _paper(lines: Lines) -> Paper:
    lines = [
        (word, re.sub(r"([()])", r"\\\1", phrase) if word in {"title", "line"} else phrase) for word, phrase in lines
    ]
    text_lines = tuple((_variants(phrase, careful=False),) for word, phrase in lines if word == "line")
    file, title, row = (_phrases(lines, word, careful=False) for word in ("file", "title", "row"))
    return Paper(file, title, text_lines, dict(lines).get("head", ""), row)


def _topics(careful: bool) -> dict[str, Topic]:
    sources = (INVOICES, CONTRACTS, JUSTICE, SUPPORT)
    return {code: _topic(lines, careful) for text in sources for code, lines in _blocks(text).items()}


CAREFUL, TYPED = _topics(careful=True), _topics(careful=False)
VOICES = (CAREFUL, TYPED, TYPED)  # by Facts.voice
OPENINGS = {
    writer: tuple(_letters(writer, careful) for careful in (True, False, False))
    for writer in ("request", "agent", "requester", "reason")
}
KINDS = {kind: _paper(lines) for kind, lines in _blocks(PAPERS).items()}


def _say(phrases: Phrases, facts: Facts) -> str:
    random = facts.random
    variants = phrases[int(random() * len(phrases))]
    return variants[int(random() * len(variants))] % facts


def _letter(rng: Random, subcategory: str, keyword: str, writer: str) -> str:
    facts = Facts(rng)
    facts["body"] = _say(VOICES[facts.voice][subcategory].says[keyword], facts)
    return _say(OPENINGS[writer][facts.voice], facts)


def request(rng: Random, subcategory: str) -> RequestText:
    """The text of a new ticket. Errors: KeyError for a subcategory without phrases."""
    facts = Facts(rng)
    topic = VOICES[facts.voice][subcategory]
    case = topic.cases[int(facts.random() * len(topic.cases))]
    facts["fact"] = _say(case.fact, facts)
    facts["detail"] = _say(case.detail, facts)
    facts["ask"] = _say(case.ask, facts)
    return RequestText(_say(case.short, facts), _say(OPENINGS["request"][facts.voice], facts), case.object_type)


def solution(rng: Random, subcategory: str) -> str:
    """The assignee's solution."""
    return _letter(rng, subcategory, "solution", "agent")


def question(rng: Random, subcategory: str) -> str:
    """The assignee's request for information."""
    return _letter(rng, subcategory, "question", "agent")


def answer(rng: Random, subcategory: str) -> str:
    """The requester's answer to a request for information."""
    return _letter(rng, subcategory, "answer", "requester")


def refusal(rng: Random, subcategory: str) -> str:
    """The requester's reason for refusing a solution."""
    return _letter(rng, subcategory, "refusal", "reason")


def transfer(rng: Random, subcategory: str) -> str:
    """The assignee's reason for a transfer to the support; the requester can read it."""
    facts = Facts(rng)
    return _say(VOICES[facts.voice][subcategory].says["transfer"], facts)


def attachment(rng: Random, subcategory: str) -> tuple[str, str, bytes]:
    """An attachment for a ticket of this subcategory: file name, content type, content."""
    facts = Facts(rng)
    kind = KINDS[facts.pick(TYPED[subcategory].papers)]
    name = _say(kind.file, facts)
    if kind.title:
        shown = f"({_say(kind.title, facts)}) Tj /F1 11 Tf " + " ".join(
            [f"({_say(line, facts)}) '" for line in kind.lines]
        )
        return name, "application/pdf", _pdf(shown)
    if kind.header:
        rows = [_say(kind.row, Facts(rng)) for _ in range(facts.number(2, 5))]
        return name, "text/csv", "\r\n".join(["\ufeff" + kind.header, *rows, ""]).encode()
    return name, "image/png", SCREENSHOTS[int(rng.random() * len(SCREENSHOTS))]


# --- files -----------------------------------------------------------------------------------------------------------


def _pdf_parts() -> tuple[bytes, bytes]:
    """The constant parts of a PDF: all objects except the text's, and their cross-reference table."""
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R"
        " /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>",
        font % "Helvetica",
        font % "Helvetica-Bold",
    )
    body, entries = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, start=1):
        entries.append(b"%010d 00000 n \n" % len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content.encode())
    entries.append(b"%010d 00000 n \n" % len(body))
    table = b"xref\n0 %d\n%btrailer\n<< /Size %d /Root 1 0 R >>\n" % (len(entries), b"".join(entries), len(entries))
    return body, table


def _pdf(shown: str) -> bytes:
    """A PDF of one A4 page. `shown` are its text operators after the bold font is set."""
    stream = f"BT /F2 16 Tf 56 770 Td 22 TL {shown} ET".encode("cp1252")
    text = b"%b6 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (PDF_BODY, len(stream), stream)
    return b"%b%bstartxref\n%d\n%%%%EOF\n" % (text, PDF_TABLE, len(text))


def _screenshot(serial: int) -> bytes:
    """A PNG that looks like a window with an error message: 320 by 180 pixels, five colours."""
    width, height = 320, 180
    rows = []
    for y in range(height):
        row = bytearray([0]) * width
        if y < 22:  # the portal's bar
            row = bytearray([1]) * width
        elif 40 + serial * 3 <= y < 66 + serial * 3:  # the message
            row[24:296] = bytes([3]) * 272
            if y in range(50 + serial * 3, 56 + serial * 3):
                row[36 : 150 + serial * 17] = bytes([4]) * (114 + serial * 17)
        elif y > 90 and y % 12 < 4:  # lines of text, of ragged length
            length = 120 + (y // 12 * 37 + serial * 53) % 150
            row[24 : 24 + length] = bytes([2]) * length
        rows.append(b"\0" + bytes(row))
    palette = bytes.fromhex("ffffff 000091 c8c8d2 ffe9e9 ce0500")
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


PDF_BODY, PDF_TABLE = _pdf_parts()
SCREENSHOTS = tuple(_screenshot(serial) for serial in range(6))
