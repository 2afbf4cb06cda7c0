"""Built files: served as the build compressed them, for clients that accept it."""

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth.demo import DemoIdentity
from graph.endpoint.http import GRAPHIQL
from graph.settings import Settings
from graph.web.static_files import accepts_gzip

SCRIPT = b"console.log('e');" * 200


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text("<!doctype html>")
    (assets / "index-B1f2.js").write_bytes(SCRIPT)
    # Marked in its header, so that a test can tell it from what the server would compress itself.
    (assets / "index-B1f2.js.gz").write_bytes(gzip.compress(SCRIPT, mtime=12345))
    settings = Settings(data_dir=tmp_path, console_dir=str(tmp_path / "dist"), demo=True)
    return create_app(settings, DemoIdentity(tmp_path))


async def received(app: Starlette, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """The response, and its body as it was sent."""
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.example") as browser,
        browser.stream("GET", path, headers={"Accept-Encoding": accepted}) as response,
    ):
        return response, b"".join([part async for part in response.aiter_raw()])


async def test_a_file_is_sent_as_the_build_compressed_it_if_that_is_accepted(app: Starlette) -> None:
    plain, body = await received(app, "/console/assets/index-B1f2.js", "identity")
    assert (body, plain.headers.get("content-encoding")) == (SCRIPT, None)
    compressed, body = await received(app, "/console/assets/index-B1f2.js", "br, gzip")
    assert body == gzip.compress(SCRIPT, mtime=12345)
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.headers["etag"] != plain.headers["etag"]
    for response in (plain, compressed):
        assert response.headers["content-type"].startswith("text/javascript")
        assert "Accept-Encoding" in response.headers["vary"]
        assert "immutable" in response.headers["cache-control"]
    assert (await received(app, "/console/assets/index-B1f2.js.gz", "gzip"))[0].status_code == 404


async def test_a_file_that_the_build_did_not_compress_is_sent_as_it_is(app: Starlette) -> None:
    response, body = await received(app, "/console/recus", "gzip")
    assert (response.status_code, body, response.headers.get("content-encoding")) == (200, b"<!doctype html>", None)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True), ("GZIP", True), ("x-gzip", True), ("br;q=1, gzip;q=0.1", True), ("*", True), ("", False),
        ("identity", False), ("gzip;q=0", False), ("*;q=0, gzip", True), ("*, gzip;q=0", False), ("gzip;q=x", False),
    ],
)  # fmt: skip
def test_gzip_is_negotiated(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


def test_the_compressed_files_of_graphiql_are_those_of_its_build() -> None:
    compressed = sorted(GRAPHIQL.glob("*.gz"))
    assert "index.js.gz" in [path.name for path in compressed]
    for path in compressed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), f"make graphiql: {path.name}"
