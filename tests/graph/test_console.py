"""`/console/`: the built files as a browser gets them, and the tokens of the demo logins."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth.demo import DEMO_LOGINS, DemoIdentity
from graph.auth.oidc import OidcIdentity
from graph.settings import Settings
from tests.support.server import Server

PAGE = "<!doctype html><title>Saisine</title>"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder like that of a build."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-B1f2.js").write_text("console.log('é')")
    return folder


def calling(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.example")


def desk(tmp_path: Path, folder: Path | str, *, issuer: str = "") -> Starlette:
    settings = Settings(
        data_dir=tmp_path, console_dir=str(folder), demo=not issuer, oidc_issuer=issuer, oidc_client_id="console"
    )
    identity = OidcIdentity(issuer, "saisine") if issuer else DemoIdentity(tmp_path)
    return create_app(settings, identity)


async def test_every_console_address_gets_index_html_uncached(tmp_path: Path, built: Path) -> None:
    async with calling(desk(tmp_path, built)) as browser:
        for address in ("/console/", "/console/recus?onglet=tous", "/console/tickets/10000001"):
            response = await browser.get(address)
            assert (response.status_code, response.text) == (200, PAGE)
            assert response.headers["cache-control"] == "no-cache"
        assert (await browser.get("/console")).headers["location"] == "/console/"


async def test_a_hashed_file_is_immutable_and_a_missing_one_404(tmp_path: Path, built: Path) -> None:
    async with calling(desk(tmp_path, built)) as browser:
        script = await browser.get("/console/assets/index-B1f2.js")
        assert "immutable" in script.headers["cache-control"]
        assert script.headers["content-type"].startswith("text/javascript")
        # An old page that requests an old script must not get HTML.
        assert (await browser.get("/console/assets/index-0ld.js")).status_code == 404
        assert "desk" not in (await browser.get("/console/../../desk/demo-key.json")).text


async def test_the_console_policy_allows_only_its_own_files_and_the_issuer(tmp_path: Path, built: Path) -> None:
    async with calling(desk(tmp_path, built, issuer="https://login.example/realms/a")) as browser:
        policy = (await browser.get("/console/")).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
    assert rules["connect-src"] == "'self' https://login.example"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


async def test_only_the_demo_gives_tokens_of_its_logins(server: Server, tmp_path: Path, built: Path) -> None:
    async with httpx.AsyncClient(base_url=server.url) as browser:
        response = await browser.get("/demo/logins")
        assert [one["login"] for one in response.json()] == list(DEMO_LOGINS)
        assert response.headers["cache-control"] == "no-store"
        for one in response.json():
            viewer = await browser.post(
                "/graphql",
                json={"query": "{ viewer { user { displayName } } }"},
                headers={"Authorization": f"Bearer {one['token']}"},
            )
            assert viewer.json()["data"]["viewer"]["user"]["displayName"] == one["displayName"]
    async with calling(desk(tmp_path, built, issuer="https://login.example")) as browser:
        assert (await browser.get("/demo/logins")).status_code == 404
        config = (await browser.get("/console/config.json")).json()
    assert (config["demo"], config["issuer"], config["clientId"]) == (False, "https://login.example", "console")


async def test_the_console_is_absent_where_it_was_not_built(tmp_path: Path) -> None:
    async with calling(desk(tmp_path, tmp_path / "nothing")) as browser:
        assert (await browser.get("/console/")).status_code == 404
