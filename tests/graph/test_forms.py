"""Forms with files: names as clients write them, JSON parts, charsets, and uploads at a time."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.endpoint.filenames import filename_of
from tests.live import People, everybody, in_production
from tests.support.issuer import Issuer
from tests.support.server import Server

QUERY = """mutation Propose($input: MessageInput!) { result: proposeSolution(input: $input) {
  ... on ActionDone { activity { attachments { filename url } } } } }"""


def form(*parts: tuple[str, bytes], charset: str = "") -> dict[str, Any]:
    """A form as its bytes: of each part, what follows `Content-Disposition: form-data; ` and its content."""
    body = b"".join(
        b"--b\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), content) for head, content in parts
    )
    return {"content": body + b"--b--\r\n", "headers": {"Content-Type": f"multipart/form-data; boundary=b{charset}"}}


def operations(**variables: Any) -> bytes:
    return json.dumps({"query": QUERY, "variables": variables}).encode()


async def taken(people: People) -> dict[str, Any]:
    """The input of a solution to a new ticket, which agent-1 has taken."""
    ticket = await people.submit()
    await people.take("agent-1", ticket)
    return {"ticketId": ticket["ticket"]["id"], "message": "Voici."}


async def test_the_name_of_a_dotnet_client_keeps_its_accents_and_extension(server: Server) -> None:
    async with everybody(server) as people, server.client("agent-1") as agent:
        given = await taken(people)
        sent = form(
            ("name=operations", operations(input={**given, "attachments": [None]})),
            ("name=map", b'{"0": ["variables.input.attachments.0"]}'),
            ("name=0; filename=\"=?utf-8?B?UmVsZXbDqS50eHQ=?=\"; filename*=utf-8''Relev%C3%A9.txt", b"du texte"),
        )
        result = (await agent.http.post("/graphql", **sent)).json()["data"]["result"]
        (file,) = result["activity"]["attachments"]
        assert file["filename"] == "Relevé.txt"
        # Nobody knows the charset of a text.
        assert (await agent.http.get(file["url"])).headers["content-type"] == "text/plain"


@pytest.mark.parametrize(
    ("disposition", "plain", "name"),
    [
        ('form-data; name=0; filename="é.txt"', "é.txt", "é.txt"),
        ("form-data; filename=a.txt; filename*=UTF-8'fr'%c3%a9.txt", "a.txt", "é.txt"),
        ("form-data; filename*=\"utf-8''%C3%A9.txt\"; filename=a.txt", "a.txt", "é.txt"),
        ("form-data; filename*=iso-8859-1''%E9.txt; filename=a.txt", "a.txt", "é.txt"),
        ("form-data; filename*=punycode''a-b; filename=a.txt", "a.txt", "a.txt"),
        ("form-data; filename*=utf-8; filename=a.txt", "a.txt", "a.txt"),
        ("form-data; filename=\"a; filename*=utf-8''b.exe\"", "a; filename*=utf-8''b.exe", "a; filename*=utf-8''b.exe"),
        ("form-data", "=?UTF-8?q?Relev=C3=A9_2.txt?=", "Relevé 2.txt"),
        ("form-data", "=?utf-8?B?UmVsZXbDqS50eHQ=?=", "Relevé.txt"),
        ("form-data", "=?utf-8?B?U?=", "=?utf-8?B?U?="),
        ("form-data", "=?idna?Q?a?=", "=?idna?Q?a?="),
        (None, None, None),
    ],
)
def test_the_extended_name_wins_where_it_can_be_decoded(
    disposition: str | None, plain: str | None, name: str | None
) -> None:
    assert filename_of(disposition, plain) == name


def test_a_name_of_many_parameters_is_read_in_linear_time() -> None:
    started = time.process_time()
    for hostile in (
        '; a="' + '\\"' * 30_000,
        ";a" * 30_000,
        "; filename*=utf-8''" + "%C3" * 20_000,
        "=?utf-8?q?" + "=C3" * 9_000,
    ):
        filename_of(hostile, hostile)
    assert time.process_time() - started < 2


async def test_operations_and_map_may_have_a_file_name(server: Server) -> None:
    async with everybody(server) as people, server.client("agent-1") as agent:
        given = await taken(people)
        sent = form(
            ('name="operations"; filename="blob"', operations(input={**given, "attachments": [None]})),
            ('name="map"; filename="blob"', b'{"0": ["variables.input.attachments.0"]}'),
            ('name="0"; filename="a.txt"', b"x"),
        )
        result = (await agent.http.post("/graphql", **sent)).json()["data"]["result"]
        assert result["activity"]["attachments"][0]["filename"] == "a.txt"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("name=map", b"{}")], "Il manque la partie `operations` du formulaire."),
        ([("name=operations", b"{}")], "Il manque la partie `map` du formulaire."),
        ([("name=operations", b"{}"), ("name=map", b"{")], "La partie `map` n’est pas du JSON."),
        ([("name=operations; filename=a", b""), ("name=map", b"{}")], "La partie `operations` n’est pas du JSON."),
        ([("name=operations", b"[]"), ("name=map", b"{}")], "`operations` doit être un objet JSON."),
    ],
)
async def test_an_invalid_part_of_a_form_is_named(server: Server, parts: list[tuple[str, bytes]], said: str) -> None:
    async with server.client("requester") as requester:
        response = await requester.http.post("/graphql", **form(*parts))
        assert (response.status_code, response.json()["errors"][0]["message"]) == (400, said)


@pytest.mark.parametrize("charset", ["punycode", "undefined", "idna", "UTF-7", '"utf-8x"', "utf-8; charset=punycode"])
async def test_a_form_in_another_charset_is_refused_before_it_is_decoded(server: Server, charset: str) -> None:
    async with server.client("requester") as requester:
        # Decoded as Punycode, this body would hold the server for a minute.
        sent = form(("name=operations", b"-" + b"a" * 900_000), charset=f"; charset={charset}")
        assert (await requester.http.post("/graphql", **sent)).status_code == 415
        for accepted in ("utf-8", '"UTF-8"', "utf8"):
            sent = form(("name=operations", b"{}"), charset=f"; charset={accepted}")
            assert (await requester.http.post("/graphql", **sent)).status_code == 400


@pytest.fixture
def issuer() -> Any:
    running = Issuer()
    yield running
    running.close()


async def test_a_viewer_has_a_number_of_uploads_at_a_time_and_others_their_own(issuer: Issuer, tmp_path: Path) -> None:
    with in_production(tmp_path, issuer, uploads_per_viewer="2") as server:

        def headers(login: str) -> dict[str, str]:
            return {
                "Authorization": f"Bearer {issuer.token(sub=login)}",
                "Content-Type": "multipart/form-data; boundary=b",
            }

        async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
            ends, begun = asyncio.Event(), [asyncio.Event(), asyncio.Event()]

            async def slow(number: int) -> Any:
                yield b"--b\r\nContent-Disposition: form-data; name=map\r\n\r\n"
                begun[number].set()
                await ends.wait()
                yield b"{}\r\n--b--\r\n"

            async def status(login: str) -> int:
                sent = form(("name=map", b"{}"))["content"]
                return (await client.post("/graphql", content=sent, headers=headers(login))).status_code

            async def until(login: str, wanted: int) -> None:
                async with asyncio.timeout(20):
                    while await status(login) != wanted:
                        pass

            slows = [
                asyncio.create_task(client.post("/graphql", content=slow(n), headers=headers("requester")))
                for n in (0, 1)
            ]
            await asyncio.gather(*(one.wait() for one in begun))
            await until("requester", 429)
            assert await status("colleague") == 400
            query = {"Authorization": headers("requester")["Authorization"]}
            assert (await client.post("/graphql", json={"query": "{ __typename }"}, headers=query)).status_code == 200
            ends.set()
            assert [one.status_code for one in await asyncio.gather(*slows)] == [400, 400]
            await until("requester", 400)
