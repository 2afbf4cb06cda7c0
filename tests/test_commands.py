"""The command `saisine`, run in a process of its own."""

import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from graph.cli import app
from graph.settings import Settings
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
