"""The command `saisine`. What the commands do stands elsewhere; here they are named, and their refusals worded."""

import asyncio
import json
import logging
import socket
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import structlog
import typer
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from graph.app import create_app
from graph.auth.demo import DEMO_LOGINS, DemoIdentity
from graph.auth.oidc import OidcIdentity
from graph.endpoint.trusted_documents import load_trusted_documents
from graph.schema import sdl
from graph.server import server
from graph.server.workers import Workers, report_to_parent
from graph.settings import Settings
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
from models.directory.importer import BadRoster, import_entries, read_files
from models.idempotency import Services
from models.scanning import scanner_for
from models.settings import parts_of, redacted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Saisine: received tickets, live, over GraphQL.",
)
T = TypeVar("T")
DAY = 24 * 3600
DEMO_TICKETS = 60
"""What a demo has at least."""
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", envvar="PORT")]


def main() -> None:
    """Run the command line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,  # a plain traceback: local variables are people's data
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    app()


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redacted(value) if isinstance(value, str) else value for name, value in event.items()}


def _fail(message: str) -> NoReturn:
    typer.echo(f"saisine: {redacted(message)}", err=True)
    raise typer.Exit(2)


def _settings(**more: Any) -> Settings:
    """The settings, or the end with what is wrong with them."""
    try:
        settings = Settings(**more)
        database.configuration(settings)
        _services(settings)
        scanner_for(settings)
        load_trusted_documents(settings)
        parts_of("OIDC_ISSUER", settings.oidc_issuer)
    except ValidationError as error:
        names = ((".".join(map(str, one["loc"])).upper(), one["msg"]) for one in error.errors())
        _fail("; ".join(f"SAISINE_{name}: {message}" for name, message in names))
    except ValueError as error:
        _fail(str(error))
    return settings


def _with_database(settings: Settings, work: Callable[[], Awaitable[T]], *, migrated: bool = True) -> T:
    """Open the database, work, close it; with `migrated` only where every migration is applied."""

    async def run() -> T:
        await database.open_database(settings)
        try:
            try:
                await database.fetch("SELECT 1")
            except Exception as error:
                _fail(f"SAISINE_DATABASE_URL: no database answers at {settings.database}: {error or repr(error)}")
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
    tickets: Annotated[int, typer.Option(help="So many generated tickets more.", min=0)] = 0,
) -> None:
    """A desk with realistic French data, demo logins and GraphiQL; its data is kept between runs."""
    settings = _settings(demo=True)
    identity = DemoIdentity(settings.data_dir)

    async def prepare() -> None:
        await apply_migrations(settings)
        await journal.open_journal()
        if await desk.count() < DEMO_TICKETS or await desk.interrupted():
            await world.load_world()
            await desk.fill(_services(settings), now=journal.now())
        if tickets:
            await _generate(settings, tickets)

    _with_database(settings, prepare, migrated=False)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - as shown to people
    typer.echo(f"\nSaisine, demo desk (data in {settings.data_dir})\n")
    if console.built(settings):
        typer.echo(f"  console     {address}/console/")
    typer.echo(f"  GraphiQL    {address}/graphql")
    typer.echo(
        f"  GraphQL     {address}/graphql   (HTTP, SSE)   {address.replace('http', 'ws', 1)}/graphql   (WebSocket)"
    )
    typer.echo(f"  health      {address}/health/ready   metrics   {address}/metrics\n")
    typer.echo("One token per demo login, good for a day; send it as  Authorization: Bearer TOKEN\n")
    for login in DEMO_LOGINS:
        typer.echo(f"  {login:<16}{identity.token(login, DAY)}")
    typer.echo(f"\nGraphiQL, logged in as agent-1:\n  {address}/graphql#token={identity.token('agent-1', DAY)}\n")
    if not server.run(server.configuration(create_app(settings, identity), settings, host, port), _say_ready):
        raise typer.Exit(3)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
    fd: Annotated[int | None, typer.Option(help="The listening socket, in a worker.", hidden=True)] = None,
) -> None:
    """Serve for real; refuses to start on a setting that would be unsafe. SIGHUP renews several workers one by one."""
    settings = _settings()
    if settings.demo:
        _fail("SAISINE_DEMO is set: demo logins are for `saisine demo` only. Unset it.")
    if not settings.oidc_issuer:
        _fail("no issuer of tokens: set SAISINE_OIDC_ISSUER to the OpenID Connect issuer whose users may log in.")
    if parts_of("OIDC_ISSUER", settings.oidc_issuer).username is not None:
        _fail("SAISINE_OIDC_ISSUER: an issuer's address is public: no login belongs in it.")
    if workers > 1 and broker_for(settings).one_process:
        _fail("memory:// wakes one process only: set SAISINE_BROKER_URL to a shared broker, or use --workers 1.")

    async def check() -> None:
        try:
            await _services(settings).storage.check()
        except StorageFailed as error:
            _fail(f"SAISINE_STORAGE_URL: attachments can't be kept at {settings.storage}: {error}")

    _with_database(settings, check)
    identity = OidcIdentity(settings.oidc_issuer, settings.oidc_audience, settings.oidc_login_claim)
    config = server.configuration(create_app(settings, identity), settings, host, port)
    if fd is not None:
        well = server.run(config, report_to_parent(), socket.socket(fileno=fd))
    elif workers > 1:
        patience = settings.drain_seconds + settings.shutdown_grace_seconds + 5
        well = asyncio.run(Workers(config.bind_socket(), workers, patience=patience).run(_say_ready))
    else:
        well = server.run(config, _say_ready)
    if not well:
        raise typer.Exit(3)


def _say_ready() -> None:
    typer.echo("Ready. Ctrl+C stops.")
    sys.stdout.flush()


@app.command()
def migrate() -> None:
    """Apply the migrations that the database lacks, and say which."""
    settings = _settings()

    async def work() -> list[str]:
        return await apply_migrations(settings)

    for name in _with_database(settings, work, migrated=False) or ["nothing to apply"]:
        typer.echo(name)


@app.command()
def token(
    login: Annotated[str, typer.Argument(help="A login of the demo.")],
    ttl: Annotated[int, typer.Option(help="Seconds that it is good for.", min=1)] = DAY,
) -> None:
    """Print a token of a demo login, and nothing else."""
    settings = _settings()

    async def known() -> bool:
        return await directory.user_by_login(login) is not None

    if not _with_database(settings, known):
        _fail(f"no login {login}; the demo has {', '.join(DEMO_LOGINS)}.")
    typer.echo(DemoIdentity(settings.data_dir).token(login, ttl))


@app.command("import")
def import_(files: Annotated[list[Path], typer.Argument(help="CSV or YAML files.")]) -> None:
    """Import structures, services, users with profiles, categories: all or nothing."""

    async def work() -> int:
        return await import_entries(read_files(files))

    try:
        count = _with_database(_settings(), work)
    except BadRoster as bad:
        for problem in bad.problems:
            typer.echo(problem, err=True)
        _fail(f"{len(bad.problems)} problems, nothing imported.")
    typer.echo(f"{count} rows imported")


@app.command()
def generate(
    tickets: Annotated[int, typer.Option(help="How many.", min=1)],
    seed: Annotated[int, typer.Option(help="The same seed gives the same tickets.")] = 1,
) -> None:
    """Realistic tickets in every state, for load tests; needs the demo's directory, which it loads where none is."""
    settings = _settings()

    async def work() -> float:
        await journal.open_journal()
        if not await directory.categories():
            await world.load_world()
        begun = time.perf_counter()
        await _generate(settings, tickets, seed)
        return time.perf_counter() - begun

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
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where the file differs.")] = False,
) -> None:
    """Write schema.graphql, or fail where it differs from the program's."""
    path, text = Path("schema.graphql"), sdl()
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        _fail("schema.graphql differs from the program's schema. Run: saisine schema")


@app.command("settings")
def settings_() -> None:
    """Print every setting as it is, and its default where that differs; no passwords."""
    settings = _settings()
    for name, field in Settings.model_fields.items():
        value, default = getattr(settings, name), field.get_default(call_default_factory=True)
        differs = f"  # default: {_written(default)}" if value != default else ""
        typer.echo(redacted(f"SAISINE_{name.upper()}={_written(value)}{differs}"))


def _written(value: object) -> str:
    """A setting's value as the environment has it."""
    return json.dumps(value) if isinstance(value, (list, bool)) else str(value)


@app.command(hidden=True)
def check_migrations() -> None:
    """Fail where the models have moved on without a migration."""
    settings = _settings()

    async def work() -> list[str]:
        return await undescribed(settings)

    if changes := _with_database(settings, work, migrated=False):
        _fail(f"no migration describes: {'; '.join(changes)}")


if __name__ == "__main__":
    main()
