"""The command `saisine`: parses options, opens the database and prints results.

The work itself is done in `models/`, `server/` and `settings_page.py`.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from tortoise.exceptions import OperationalError

from graph.app import create_app
from graph.auth.demo import DEMO_LOGINS, DemoIdentity
from graph.auth.oidc import OidcIdentity
from graph.schema import sdl
from graph.server import server
from graph.server.logs import configure_log
from graph.server.preflight import check_settings, reason_not_to_serve
from graph.server.workers import Workers, report_to_parent
from graph.settings import Settings
from graph.settings_page import as_environment, as_example, as_markdown
from graph.web import console
from models import database, journal
from models.attachments.storage import storage_for
from models.attachments.uploads import StorageFailed
from models.broker import broker_for
from models.database.migrate import migrate as apply_migrations
from models.database.migrate import unapplied, undescribed
from models.demo import desk, world
from models.demo.generate import generate as generate_tickets
from models.directory import queries as directory
from models.directory.differences import Difference
from models.directory.entries import InvalidImport
from models.directory.importer import import_entries
from models.directory.read_files import read_files
from models.services import Services
from models.settings import redacted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Saisine: the tickets of Chorus Pro, live, over GraphQL.",
)
T = TypeVar("T")
DAY = 24 * 3600
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", envvar="PORT")]


def main() -> None:
    """Run the command line."""
    configure_log()
    app()


def _fail(message: str) -> NoReturn:
    typer.echo(f"saisine: {redacted(message)}", err=True)
    raise typer.Exit(2)


def _settings(**more: Any) -> Settings:
    """Read the settings; if they are invalid, print why and exit with code 2."""
    try:
        settings = Settings(**more)
        check_settings(settings)
    except ValidationError as error:
        names = ((".".join(map(str, one["loc"])).upper(), one["msg"]) for one in error.errors())
        _fail("; ".join(f"SAISINE_{name}: {message}" for name, message in names))
    except ValueError as error:
        _fail(str(error))
    return settings


def _with_database(settings: Settings, work: Callable[[], Awaitable[T]], *, migrated: bool = True) -> T:
    """Open the database, run `work`, close the database. With `migrated`, exit if a migration is unapplied."""

    async def run() -> T:
        await database.open_database(settings)
        try:
            try:
                await database.fetch("SELECT 1")
            except Exception as error:
                _fail(
                    f"SAISINE_DATABASE_URL: the database at {settings.database} does not answer: {error or repr(error)}"
                )
            if migrated and (missing := await unapplied(settings)):
                _fail(f"unapplied migrations: {', '.join(missing)}. Run: saisine migrate")
            return await work()
        finally:
            await database.close_database()

    return asyncio.run(run())


def _services(settings: Settings) -> Services:
    return Services(settings, storage_for(settings), broker_for(settings))


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    tickets: Annotated[int, typer.Option(help="Number of extra tickets to generate.", min=0)] = 0,
) -> None:
    """Serve a demo: French data, demo logins and GraphiQL. Its data persists between runs."""
    settings = _settings(demo=True)
    identity = DemoIdentity(settings.data_dir)

    async def prepare() -> None:
        await apply_migrations(settings)
        await journal.open_journal()
        await desk.complete(_services(settings), now=journal.now())
        if tickets:
            await _generate(settings, tickets)

    _with_database(settings, prepare, migrated=False)
    _print_demo(settings, identity, host, port)
    if not server.run(server.configuration(create_app(settings, identity), settings, host, port), _print_ready):
        raise typer.Exit(3)


def _print_demo(settings: Settings, identity: DemoIdentity, host: str, port: int) -> None:
    """Print the addresses of the demo and a token for each of its logins."""
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - as shown to people
    typer.echo(f"\nSaisine, demo desk (data in {settings.data_dir})\n")
    if console.built(settings):
        typer.echo(f"  console     {address}/console/")
    typer.echo(f"  GraphiQL    {address}/graphql")
    typer.echo(
        f"  GraphQL     {address}/graphql   (HTTP, SSE)   {address.replace('http', 'ws', 1)}/graphql   (WebSocket)"
    )
    typer.echo(f"  health      {address}/health/ready   metrics   {address}/metrics\n")
    typer.echo("One token per demo login, valid for a day; send it as  Authorization: Bearer TOKEN\n")
    for login in DEMO_LOGINS:
        typer.echo(f"  {login:<16}{identity.token(login, DAY)}")
    typer.echo(f"\nGraphiQL, logged in as agent-1:\n  {address}/graphql#token={identity.token('agent-1', DAY)}\n")


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Number of processes; several need a shared broker.", min=1)] = 1,
    fd: Annotated[int | None, typer.Option(help="The listening socket, in a worker.", hidden=True)] = None,
) -> None:
    """Serve in production; refuse to start on an unsafe setting. SIGHUP restarts the workers one by one."""
    settings = _settings()
    if reason := reason_not_to_serve(settings, workers):
        _fail(reason)

    async def check() -> None:
        try:
            await _services(settings).storage.check()
        except StorageFailed as error:
            _fail(f"SAISINE_STORAGE_URL: attachments can't be stored at {settings.storage}: {error}")

    _with_database(settings, check)
    identity = OidcIdentity(settings.oidc_issuer, settings.oidc_audience, settings.oidc_login_claim)
    config = server.configuration(create_app(settings, identity), settings, host, port)
    if fd is not None:
        started = server.run(config, report_to_parent(), socket.socket(fileno=fd))
    elif workers > 1:
        grace_seconds = settings.drain_seconds + settings.shutdown_grace_seconds + 5
        started = asyncio.run(Workers(config.bind_socket(), workers, grace_seconds=grace_seconds).run(_print_ready))
    else:
        started = server.run(config, _print_ready)
    if not started:
        raise typer.Exit(3)


def _print_ready() -> None:
    typer.echo("Ready. Ctrl+C stops.")
    sys.stdout.flush()


@app.command()
def migrate() -> None:
    """Apply the unapplied migrations and print their names."""
    settings = _settings()

    async def work() -> list[str]:
        return await apply_migrations(settings)

    for name in _with_database(settings, work, migrated=False) or ["nothing to apply"]:
        typer.echo(name)


@app.command()
def token(
    login: Annotated[str, typer.Argument(help="A login of the demo.")],
    ttl: Annotated[int, typer.Option(help="Seconds until it expires.", min=1)] = DAY,
) -> None:
    """Print a token of a demo login."""
    settings = _settings()

    async def exists() -> bool:
        return await directory.user_by_login(login) is not None

    if not _with_database(settings, exists):
        _fail(f"no login {login}; the demo has {', '.join(DEMO_LOGINS)}.")
    typer.echo(DemoIdentity(settings.data_dir).token(login, ttl))


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV or YAML files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Import what needs a confirmation.")] = False,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV files: one character, or tab. Default: found.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the files, such as windows-1252. Default: found.")] = None,
) -> None:
    """Import structures, services, users with profiles and categories. One error cancels the whole import."""
    settings = _settings()
    if delimiter is not None and len(delimiter := "\t" if delimiter in ("tab", r"\t") else delimiter) != 1:
        _fail("--delimiter: write one character, or tab.")

    async def work() -> Difference:
        found = read_files(files, delimiter=delimiter, encoding=encoding)
        for report in found.reports:
            typer.echo(report, err=True)
        return await import_entries(
            found.entries,
            withdrawals_max_percent=settings.import_withdrawals_max_percent,
            confirmed=yes,
            dry_run=dry_run,
        )

    try:
        difference = _with_database(settings, work)
    except InvalidImport as refused:
        for problem in refused.problems:
            typer.echo(problem, err=True)
        _fail(refused.conclusion)
    except Exception as error:
        if not isinstance(error, OperationalError) and not database.is_outage(error):
            raise
        _fail(f"the database failed: {error}. Import again: what is imported already changes nothing.")
    if dry_run:
        for line in difference.lines():
            typer.echo(line)
        for question in difference.questions(settings.import_withdrawals_max_percent):
            typer.echo(f"needs --yes: {question}", err=True)
        typer.echo(f"{difference.summary()}, if imported; nothing is")
    else:
        typer.echo(f"{difference.rows} rows imported")
        typer.echo(difference.summary(), err=True)


@app.command()
def generate(
    tickets: Annotated[int, typer.Option(help="Number of tickets.", min=1)],
    seed: Annotated[int, typer.Option(help="The same seed gives the same tickets.")] = 1,
) -> None:
    """Generate tickets in every state, for load tests. An empty directory gets that of the demo first."""
    settings = _settings()

    async def work() -> float:
        await journal.open_journal()
        if not await directory.categories():
            await world.load_world()
        start = time.perf_counter()
        await _generate(settings, tickets, seed)
        return time.perf_counter() - start

    seconds = _with_database(settings, work)
    typer.echo(f"{tickets} tickets in {seconds:.1f} s, {tickets / seconds:.0f} a second")


async def _generate(settings: Settings, tickets: int, seed: int = 1) -> None:
    with _progress() as progress:
        bar = progress.add_task("tickets", total=tickets)
        await generate_tickets(
            _services(settings),
            tickets,
            now=journal.now(),
            seed=seed,
            progress=lambda n: progress.update(bar, completed=n),
        )


@app.command()
def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with code 2 if the file differs.")
    ] = False,
) -> None:
    """Write the schema to schema.graphql."""
    path, text = Path("schema.graphql"), sdl()
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        _fail("schema.graphql differs from the program's schema. Run: saisine schema")


@app.command("settings")
def settings_(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print .readme/settings.md instead.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print .env.example instead.")] = False,
) -> None:
    """Print every setting with its value, and with its default if that differs. Passwords are masked."""
    if markdown:
        sys.stdout.write(as_markdown())
    elif example:
        sys.stdout.write(as_example())
    else:
        for line in as_environment(_settings()):
            typer.echo(line)


@app.command(hidden=True)
def check_migrations() -> None:
    """Fail if the models have changes that no migration describes."""
    settings = _settings()

    async def work() -> list[str]:
        return await undescribed(settings)

    if changes := _with_database(settings, work, migrated=False):
        _fail(f"no migration describes: {'; '.join(changes)}")


if __name__ == "__main__":
    main()
