"""The command `saisine`, run in a process of its own."""

import asyncio
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from graph.cli import app
from graph.settings import Settings
from tests.support.databases import fresh, need_postgres
from tests.support.server import SAISINE, Server

PASSWORD = "s3cr3tPW"
DIRECTORY = """
structures:
  - {identifier: "21990041200012", name: Mairie d’Ici, receives: true, services: [{code: FIN, name: Finances}]}
  - {identifier: SUP, name: Support, receives: true, support: true}
  - {identifier: "00041278300011", name: Fournisseur}
categories:
  - code: CAT
    label_fr: Catégorie
    label_en: Category
    subcategories: [{code: SUB, label_fr: Sous, label_en: Under, destination: BUSINESS_SERVICE}]
users:
  - login: jeanne
    name: Jeanne Dœuf
    email: jeanne@ici.example
    profiles: [{profile: RECEIVED_TICKETS_EDIT, structure: "21990041200012", service: FIN}]
"""


@pytest.fixture
def desk(tmp_path: Path) -> Server:
    """An empty, migrated desk; no server runs."""
    server = Server(tmp_path / "var")
    assert server.command("migrate").returncode == 0
    return server


def written(folder: Path, **files: str) -> list[str]:
    """Files of these names and contents: `users_csv` is users.csv."""
    paths = [folder / name.replace("_", ".") for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def test_migrate_names_what_it_applies_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert server.command("migrate").stdout.split() == [
        "0001_desk",
        "0002_search_and_desk",
        "0003_invariants",
        "0004_counters",
        "0005_scans",
        "0006_assigned",
        "0007_rights_position",
        "0008_stored_bytes",
    ]
    assert server.command("migrate").stdout == "nothing to apply\n"


def test_importing_the_same_yaml_twice_changes_nothing(desk: Server, tmp_path: Path) -> None:
    paths = written(tmp_path, all_yaml=DIRECTORY)
    assert desk.command("import", *paths).stdout == "8 rows imported\n"
    assert desk.command("import", *paths).stdout == "8 rows imported\n"
    token = desk.command("token", "jeanne")
    assert token.returncode == 0
    assert token.stdout.count(".") == 2
    assert len(token.stdout.split()) == 1


def test_csv_files_are_imported_in_any_order(desk: Server, tmp_path: Path) -> None:
    paths = written(
        tmp_path,
        profiles_csv="login,profile,structure,service\njeanne,RECEIVED_TICKETS_EDIT,21990041200012,FIN\n",
        users_csv="login,name,email\njeanne,Jeanne Dœuf,jeanne@ici.example\n",
        services_csv="structure,code,name,receives\n21990041200012,FIN,Finances,true\n",
        structures_csv="identifier,name,receives,support\n21990041200012,Mairie,true,\nSUP,Support,true,true\n",
        subcategories_csv="category,code,label_fr,label_en,destination\nCAT,SUB,Sous,Under,SUPPORT\n",
        categories_csv="code,label_fr,label_en\nCAT,Catégorie,Category\n",
    )
    result = desk.command("import", *paths)
    assert (result.returncode, result.stdout) == (0, "7 rows imported\n"), result.stderr
    assert desk.command("token", "jeanne").returncode == 0


def test_an_import_names_each_bad_row_and_imports_nothing(desk: Server, tmp_path: Path) -> None:
    paths = written(
        tmp_path,
        all_yaml=DIRECTORY,
        users_csv="login,name,email\npaul,,paul@ici.example\nanne,Anne,pas-une-adresse\n",
    )
    result = desk.command("import", *paths)
    assert result.returncode == 2
    assert "users.csv: row 2: name" in result.stderr
    assert "users.csv: row 3: email" in result.stderr
    assert "nothing imported" in result.stderr
    assert desk.command("token", "jeanne").returncode == 2


def test_a_row_with_an_unknown_reference_undoes_the_whole_import(desk: Server, tmp_path: Path) -> None:
    profiles = "login,profile,structure,service\njeanne,SENT_TICKETS,NULLE-PART,\npaul,SENT_TICKETS,SUP,\n"
    result = desk.command("import", *written(tmp_path, all_yaml=DIRECTORY, profiles_csv=profiles))
    assert result.returncode == 2
    assert "profiles.csv: row 2: no such structure" in result.stderr
    assert "profiles.csv: row 3: no such login" in result.stderr
    assert desk.command("token", "jeanne").returncode == 2


@pytest.mark.parametrize(
    "text",
    [
        DIRECTORY.replace("support: true", "support: false"),
        DIRECTORY.replace("name: Fournisseur", "name: Fournisseur, support: true"),
    ],
    ids=["none", "two"],
)
def test_an_import_needs_exactly_one_support_structure(desk: Server, tmp_path: Path, text: str) -> None:
    result = desk.command("import", *written(tmp_path, all_yaml=text))
    assert result.returncode == 2
    assert "one structure is the support" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "text", ["- une liste", "structures: [1]", "inconnu: []", "{", "structures:\n - {identifier: x}"]
)
def test_an_unreadable_import_file_is_refused_by_name(desk: Server, tmp_path: Path, text: str) -> None:
    result = desk.command("import", *written(tmp_path, bad_yaml=text))
    assert result.returncode == 2
    assert "bad.yaml" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_csv_file_of_a_french_spreadsheet_is_imported_and_reported(desk: Server, tmp_path: Path) -> None:
    paths = written(tmp_path, all_yaml=DIRECTORY)
    (tmp_path / "users.csv").write_bytes("Login;Name;Email\r\nzoé;Zoé;z@ici.example\r\n".encode("windows-1252"))
    result = desk.command("import", *paths, str(tmp_path / "users.csv"))
    assert (result.returncode, result.stdout) == (0, "9 rows imported\n"), result.stderr
    assert result.stderr.splitlines() == [
        "all.yaml: 8 rows, UTF-8",
        "users.csv: 1 rows, Windows-1252, delimiter semicolon",
        "8 rows added, 0 changed, 1 profiles granted, 0 withdrawn",
    ]
    assert desk.command("token", "zoé").returncode == 0
    (told,) = written(tmp_path, told_csv="login/name/email\npaul/Paul/p@ici.example\n")
    assert desk.command("import", told, "--delimiter", "/", "--encoding", "utf-8").returncode == 0
    for option in (["--delimiter", "ab"], ["--encoding", "klingon"]):
        refused = desk.command("import", told, *option)
        assert (refused.returncode, option[0] in refused.stderr) == (2, True)
        assert "Traceback" not in refused.stderr


def test_a_dry_run_prints_the_difference_and_imports_nothing(desk: Server, tmp_path: Path) -> None:
    paths = written(tmp_path, all_yaml=DIRECTORY)
    result = desk.command("import", "--dry-run", *paths)
    assert result.returncode == 0, result.stderr
    assert "+ user jeanne: name 'Jeanne Dœuf', email 'jeanne@ici.example'\n" in result.stdout
    assert "+ profile jeanne RECEIVED_TICKETS_EDIT 21990041200012 FIN\n" in result.stdout
    assert result.stdout.endswith("7 rows added, 0 changed, 1 profiles granted, 0 withdrawn, if imported; nothing is\n")
    assert desk.command("token", "jeanne").returncode == 2


def test_withdrawing_many_profiles_needs_a_confirmation(desk: Server, tmp_path: Path) -> None:
    assert desk.command("import", *written(tmp_path, all_yaml=DIRECTORY)).returncode == 0
    (nobody,) = written(tmp_path, profiles_csv="login;profile;structure;service\njeanne;NONE;;\n")
    told = "1 of 1 profiles (100%) would be withdrawn"
    refused = desk.command("import", nobody)
    assert (refused.returncode, told in refused.stderr, "--yes" in refused.stderr) == (2, True, True)
    shown = desk.command("import", nobody, "--dry-run")
    assert shown.returncode == 0
    assert f"needs --yes: {told}" in shown.stderr
    assert shown.stdout.startswith("- profile jeanne RECEIVED_TICKETS_EDIT 21990041200012 FIN\n")
    confirmed = desk.command("import", nobody, "--yes")
    assert (confirmed.returncode, confirmed.stdout) == (0, "1 rows imported\n")
    assert "0 profiles granted, 1 withdrawn" in confirmed.stderr


async def test_an_import_that_loses_its_database_says_so_and_what_to_do(tmp_path: Path) -> None:
    await asyncio.to_thread(need_postgres)
    async with fresh("postgres", tmp_path) as url:
        desk = Server(tmp_path / "var", database_url=url)
        assert (await asyncio.to_thread(desk.command, "migrate")).returncode == 0
        holder, killer = await asyncpg.connect(url), await asyncpg.connect(url)
        try:
            await holder.execute("BEGIN")
            await holder.execute("LOCK TABLE entitlements IN SHARE ROW EXCLUSIVE MODE")
            paths = written(tmp_path, all_yaml=DIRECTORY)
            importing = asyncio.create_task(asyncio.to_thread(desk.command, "import", *paths))
            here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            waiting = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND {here}"
            while not await killer.fetch(waiting):
                assert not importing.done()
            result = await importing
        finally:
            await holder.close()
            await killer.close()
        assert result.returncode == 2
        assert "the database failed" in result.stderr
        assert "Import again" in result.stderr
        # It held nothing back: the next one imports all.
        again = await asyncio.to_thread(desk.command, "import", *paths)
        assert (again.returncode, again.stdout) == (0, "8 rows imported\n"), again.stderr


def test_generate_makes_the_requested_tickets_and_prints_the_rate(desk: Server) -> None:
    result = desk.command("generate", "--tickets", "300")
    assert result.returncode == 0, result.stderr
    assert "300 tickets in" in result.stdout


def test_token_refuses_an_unknown_login(desk: Server) -> None:
    result = desk.command("token", "personne")
    assert (result.returncode, result.stdout) == (2, "")
    assert "no login personne" in result.stderr


@pytest.mark.parametrize(
    ("settings", "workers", "why"),
    [
        ({"demo": "true"}, "1", "SAISINE_DEMO"),
        ({}, "1", "SAISINE_OIDC_ISSUER"),
        ({"oidc_issuer": "https://login.example"}, "2", "SAISINE_BROKER_URL"),
        ({"oidc_issuer": "https://login.example"}, "1", "saisine migrate"),
        ({"oidc_issuer": "https://login.example", "database_url": "oracle://x"}, "1", "SAISINE_DATABASE_URL"),
        ({"journal_poll_seconds": "-1"}, "1", "SAISINE_JOURNAL_POLL_SECONDS"),
        ({"attachment_content_types": '["audio/mpeg"]'}, "1", "SAISINE_ATTACHMENT_EXTENSIONS"),
        ({"oidc_issuer": "http://login.example"}, "1", "SAISINE_OIDC_ISSUER: http:// "),
    ],
)
def test_serve_refuses_an_unsafe_setting_by_name(
    tmp_path: Path, settings: dict[str, str], workers: str, why: str
) -> None:
    result = Server(tmp_path, None, None, **settings).command("serve", "--workers", workers)
    assert result.returncode == 2
    assert why in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("oidc_issuer", "https://me:{}@login.example"), ("oidc_issuer", "https://me:{}/x@login.example"),
        ("database_url", "me:{}@host/name"), ("database_url", "mysql://me:{}@host/name"),
        ("database_url", "postgres://me:{}/x@host/name"), ("database_url", "postgres://me:{}@host:port/name"),
        ("database_url", "postgres://me:{}@127.0.0.1:1/name"),
        ("database_url", "postgres://me@127.0.0.1:1/name?password={}"),
        ("broker_url", "me:{}@host"), ("broker_url", "amqp://me:{}@host"), ("broker_url", "redis://:{}/x@host"),
        ("storage_url", "ftp://me:{}@host/x"), ("storage_url", "s3://me:{}@bucket/x"),
        ("clamd_url", "tcp://me:{}@host"), ("clamd_url", "tcp://me:{}/x@host:1"), ("clamd_url", "me:{}@host"),
    ],
)  # fmt: skip
def test_an_invalid_url_is_reported_without_its_password(
    tmp_path: Path, setting: str, address: str
) -> None:  # fmt: skip
    given = {"oidc_issuer": "https://login.example", "data_dir": str(tmp_path), setting: address.format(PASSWORD)}
    env = {f"SAISINE_{name.upper()}": value for name, value in given.items()}
    result = CliRunner().invoke(app, ["serve"], env=env)
    assert result.exit_code == 2, result.exception
    assert f"SAISINE_{setting.upper()}" in result.output
    assert PASSWORD not in result.output


def test_settings_are_printed_with_changes_marked_and_passwords_hidden(tmp_path: Path) -> None:
    settings = {
        "database_url": f"postgres://me:{PASSWORD}@host:5432/name?sslpassword={PASSWORD}", "page_default_rows": "7",
        "broker_url": f"redis://:{PASSWORD}@host", "allowed_origins": '["https://a.example"]', "graphiql": "true",
    }  # fmt: skip
    result = Server(tmp_path, None, None, **settings).command("settings")
    assert result.returncode == 0, result.stderr
    printed = dict(line.split("=", 1) for line in result.stdout.splitlines())
    assert set(printed) == {f"SAISINE_{name.upper()}" for name in Settings.model_fields}
    told = {f"SAISINE_{name.upper()}": printed[f"SAISINE_{name.upper()}"] for name in (*settings, "nodes_max_ids")}
    assert told == {
        "SAISINE_DATABASE_URL": "postgres://me:***@host:5432/name?sslpassword=***  # default: ",
        "SAISINE_BROKER_URL": "redis://:***@host  # default: memory://",
        "SAISINE_PAGE_DEFAULT_ROWS": "7  # default: 20",
        "SAISINE_ALLOWED_ORIGINS": '["https://a.example"]  # default: []',
        "SAISINE_GRAPHIQL": "true  # default: false",
        "SAISINE_NODES_MAX_IDS": "100",
    }


@pytest.mark.long
def test_a_demo_killed_while_filling_is_completed_at_the_next_start(tmp_path: Path) -> None:
    def tickets(folder: Path) -> list[tuple[str, str, int]]:
        with closing(sqlite3.connect(folder / "saisine.sqlite3")) as connection:
            return connection.execute(
                "SELECT t.description, t.status, COUNT(*) FROM tickets t JOIN activities a ON a.ticket_id = t.id "
                "GROUP BY t.id ORDER BY t.id"
            ).fetchall()

    def begun(folder: Path) -> int:
        try:
            return len(tickets(folder))
        except sqlite3.OperationalError:
            return 0

    whole = Server(tmp_path / "whole").start()
    assert whole.stop() == 0
    folder = tmp_path / "killed"
    server = Server(folder)
    killed = subprocess.Popen([SAISINE, "demo", "--port", str(server.port)], env=server.env, stdout=subprocess.DEVNULL)
    # So many tickets that the desk looks like a whole one.
    while begun(folder) < 65:
        assert killed.poll() is None
    killed.kill()
    killed.wait()
    before = tickets(folder)
    server.start()
    assert server.stop() == 0
    filled = tickets(folder)
    assert len(before) < len(filled), "it was killed in time"
    assert len(filled) == len(tickets(tmp_path / "whole"))
    assert len({row[0] for row in filled}) == len(filled), "none is there twice"
    server.start()
    assert server.stop() == 0
    assert tickets(folder) == filled, "what is whole is left alone"


def test_the_demo_keeps_data_and_key_between_runs_and_exits_with_0(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    query = {"query": "{ tickets(tab: CLOSED) { totalCount } }"}

    def asked(token: str) -> httpx.Response:
        return httpx.post(f"{server.url}/graphql", json=query, headers={"Authorization": f"Bearer {token}"})

    token = server.token("agent-1")
    before = asked(token)
    assert before.status_code == 200
    assert server.stop() == 0
    server.start()
    assert asked(token).text == before.text
    assert server.stop(signal.SIGINT) == 0
