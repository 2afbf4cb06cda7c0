"""Unexpected errors: the client gets a log id and no more, the log has the rest."""

import re
import sqlite3
from pathlib import Path

from tests.live import serving
from tests.support.server import Server


async def test_an_unexpected_error_is_masked_and_logged_under_its_log_id(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    try:
        # Break the database under the running server.
        with sqlite3.connect(tmp_path / "saisine.sqlite3") as connection:
            connection.execute("ALTER TABLE categories RENAME TO gone")
        connection.close()
        async with server.client("agent-1") as client:
            body = (await client.response("{ categories { code } }")).json()
            (error,) = body["errors"]
            assert error["extensions"]["code"] == "INTERNAL"
            log_id = error["extensions"]["logId"]
            assert log_id in error["message"]
            assert "categories" not in error["message"]
            # Other queries still work.
            assert (await client.run("{ viewer { user { displayName } } }"))["viewer"]
    finally:
        server.stop()
    (logged,) = (line for line in server.printed if log_id in line)
    assert "no such table" in logged


async def test_graphiql_loads_files_of_this_server_only(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with server.client(None) as client:
            page = await client.http.get("/graphql", headers={"Accept": "text/html,*/*;q=0.8"})
            assert page.status_code == 200
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert not re.search(r"""(src|href)=["']?https?:""", page.text)
            assert "/graphiql/index.js" in page.text
            for name in ("index.js", "index.css", "worker.js"):
                asset = await client.http.get(f"/graphiql/{name}")
                assert asset.status_code == 200
                assert "default-src 'none'" in asset.headers["content-security-policy"]
                assert asset.headers["content-encoding"] == "gzip"
            assert (await client.http.get("/graphiql/../pyproject.toml")).status_code == 404
