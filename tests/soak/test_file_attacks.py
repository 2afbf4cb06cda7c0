"""Attacks by files, forms and tokens, against `saisine serve` with its defaults."""

import bz2
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.models.test_zip_archives import SEEDS, raw
from tests.support.attack import Target

pytestmark = pytest.mark.attack

IDS = """{ viewer { entitlements { profile structure { id } } }
  categories { id subcategories { id destination } } }"""
SUBMIT = """mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) {
  __typename ... on ActionRefused { code fields { message } } } }"""


class Requester:
    """A requester that submits tickets with files."""

    def __init__(self, target: Target) -> None:
        self.http = httpx.Client(base_url=target.url, headers=target.bearer("requester"), timeout=60)
        found = self.http.post("/graphql", json={"query": IDS}).json()["data"]
        category, subcategory = next(
            (category["id"], sub["id"])
            for category in found["categories"]
            for sub in category["subcategories"]
            if sub["destination"] == "SUPPORT"
        )
        self.given = {
            "categoryId": category, "subcategoryId": subcategory, "objectType": "OTHER", "shortDescription": "a",
            "description": "b", "issuerStructureId": found["viewer"]["entitlements"][0]["structure"]["id"],
        }  # fmt: skip

    def __enter__(self) -> "Requester":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def submit(self, *files: tuple[str, bytes]) -> httpx.Response:
        paths = {str(n): [f"variables.input.attachments.{n}"] for n in range(len(files))}
        given = {**self.given, "attachments": [None] * len(files)}
        form = {"operations": json.dumps({"query": SUBMIT, "variables": {"input": given}}), "map": json.dumps(paths)}
        return self.http.post("/graphql", data=form, files={str(n): file for n, file in enumerate(files)})

    def result(self, *files: tuple[str, bytes]) -> Any:
        return self.submit(*files).json()["data"]["submitTicket"]


@pytest.fixture(scope="module")
def requester(target: Target) -> Iterator[Requester]:
    with Requester(target) as made:
        yield made


def test_files_that_unpack_to_gigabytes_are_refused_for_what_they_weigh(target: Target, requester: Requester) -> None:
    zeros = bytes(512 * 1024 * 1024)
    deflated = zlib.compress(zeros, 9)[2:-4]
    bombs = [
        raw(b"mimetype", bz2.compress(zeros), len(zeros), zipfile.ZIP_BZIP2),
        raw(b"mimetype", bz2.compress(zeros), 39, zipfile.ZIP_BZIP2),
        *(raw(name, deflated, 100, zipfile.ZIP_DEFLATED) for name in (b"mimetype", b"[Content_Types].xml")),
    ]
    with target.attacked() as attack:
        for _ in range(5):
            for bomb in bombs:
                assert requester.result(("a.odt", bomb))["code"] == "ATTACHMENT_REJECTED"
    print(attack)
    attack.check()
    attack.check_logged_once("attachment refused")


def test_archives_of_many_files_and_garbage_are_refused_and_never_an_error(
    target: Target, requester: Requester
) -> None:
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for n in range(65_000):
            archive.writestr(f"{n}", b"")
    slow = b"<?xml?><a>" + b"xmlns" * 2_000_000
    with target.attacked() as attack:
        for seed in SEEDS * 3:
            assert requester.result(("a.zip", seed), ("b.pdf", seed[:-3]))["__typename"] in (
                "ActionDone",
                "ActionRefused",
            )
        for _ in range(5):
            assert requester.result(("a.zip", many.getvalue()))["code"] == "ATTACHMENT_REJECTED"
            assert requester.result(("a.xml", slow), ("a.zip", many.getvalue()))["code"] == "ATTACHMENT_REJECTED"
    print(attack)
    attack.check()


def test_forms_that_are_slow_to_decode_are_refused(target: Target, requester: Requester) -> None:
    part = b"--b\r\nContent-Disposition: form-data; name=operations\r\n\r\n-" + b"a" * 1_000_000 + b"\r\n--b--\r\n"
    with target.attacked() as attack:
        for charset in ("punycode", "idna", "undefined", "unicode_escape", "utf-7"):
            headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
            assert requester.http.post("/graphql", content=part, headers=headers).status_code == 415
    print(attack)
    attack.check()


def test_a_hundred_files_in_each_of_many_uploads_are_not_held_in_memory(target: Target) -> None:
    files = [(f"{n}.pdf", b"%PDF" + bytes(900_000)) for n in range(100)]

    def submit(_: int) -> int:
        with Requester(target) as made:
            return made.submit(*files).status_code

    with target.attacked() as attack, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(submit, range(8)))
    print(attack, answers)
    assert set(answers) <= {200, 429}
    assert 200 in answers
    attack.check()


def test_a_requester_stores_no_more_than_a_day_allows(target: Target, requester: Requester) -> None:
    files = [(f"{n}.pdf", b"%PDF" + bytes(9 * 1024 * 1024)) for n in range(5)]
    with target.attacked() as attack:
        codes = [requester.result(*files).get("code") for _ in range(14)]
    print(attack, codes)
    assert codes[0] is None
    assert codes[-1] == "ATTACHMENT_REJECTED"
    stored = sum(path.stat().st_size for path in (target.server.data_dir / "attachments").rglob("*") if path.is_file())
    assert stored <= 500 * 1024 * 1024
    attack.check()
    attack.check_logged_once("attachments of a day refused")
