"""The command `saisine`. What the commands do stands elsewhere; here they are named, and their refusals worded."""

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import structlog
import typer
import uvicorn
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from graph.app import create_app
from graph.auth import DemoIdentity
from graph.oidc import OidcIdentity
from graph.schema import sdl
from graph.settings import Settings
from models import catalogue, database, journal
from models.broker import broker_for
from models.database.migrate import migrate as apply_migrations
from models.database.migrate import unapplied, undescribed
from models.demo import desk, world
from models.demo.generate import generate as generate_tickets
from models.once import Means
from models.roster import BadRoster, import_entries, read_files
from models.storage import FileStorage

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Saisine: received tickets, live, over GraphQL.")
T = TypeVar("T")
DAY = 24 * 3600
DEMO_TICKETS = 60
"""What a demo has at least."""
DEMO_LOGINS = (
    "agent-1", "agent-2", "service-agent", "reader", "other-agent", "support", "requester", "colleague",
    "other-requester",
)  # fmt: skip
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", envvar="PORT")]


def main() -> None:
    """Run the command line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,  # a plain traceback: local variables are people's data
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    app()


def _fail(message: str) -> NoReturn:
    typer.echo(f"saisine: {message}", err=True)
    raise typer.Exit(2)


def _settings(**more: Any) -> Settings:
    """The settings, or the end with what is wrong with them."""
    try:
        settings = Settings(**more)
        database.configuration(settings)
        _means(settings)
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
            if migrated and (missing := await unapplied(settings)):
                _fail(f"unapplied migrations: {', '.join(missing)}. Run: saisine migrate")
            return await work()
        finally:
            await database.close_database()

    return asyncio.run(run())


def _means(settings: Settings) -> Means:
    return Means(settings, FileStorage(settings), broker_for(settings))


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
        # A first filling that was interrupted is told by its few tickets, and made up for.
        if await desk.count() < DEMO_TICKETS:
            await world.load_world()
            await desk.fill(_means(settings), now=journal.now())
        if tickets:
            await _generate(settings, tickets)

    _with_database(settings, prepare, migrated=False)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - as shown to people
    typer.echo(f"\nSaisine, demo desk (data in {settings.data_dir})\n")
    typer.echo(f"  GraphiQL    {address}/graphql")
    typer.echo(
        f"  GraphQL     {address}/graphql   (HTTP, SSE)   {address.replace('http', 'ws', 1)}/graphql   (WebSocket)"
    )
    typer.echo(f"  health      {address}/health/ready   metrics   {address}/metrics\n")
    typer.echo("One token per demo login, good for a day; send it as  Authorization: Bearer TOKEN\n")
    for login in DEMO_LOGINS:
        typer.echo(f"  {login:<16}{identity.token(login, DAY)}")
    typer.echo(f"\nGraphiQL, logged in as agent-1:\n  {address}/graphql#token={identity.token('agent-1', DAY)}\n")
    _serve(create_app(settings, identity), settings, host, port)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
) -> None:
    """Serve for real; refuses to start on a setting that would be unsafe."""
    settings = _settings()
    if settings.demo:
        _fail("SAISINE_DEMO is set: demo logins are for `saisine demo` only. Unset it.")
    if not settings.oidc_issuer:
        _fail("no issuer of tokens: set SAISINE_OIDC_ISSUER to the OpenID Connect issuer whose users may log in.")
    if workers > 1 and broker_for(settings).one_process:
        _fail("memory:// wakes one process only: set SAISINE_BROKER_URL to a shared broker, or use --workers 1.")

    async def nothing() -> None:
        return None

    _with_database(settings, nothing)
    if workers > 1:
        _fail("one process a command in this version: start `saisine serve` several times behind a proxy.")
    _serve(create_app(settings, OidcIdentity(settings.oidc_issuer, settings.oidc_audience)), settings, host, port)


class _Server(uvicorn.Server):
    """Uvicorn that says when it answers, and whose end by a signal is a good end: exit code 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM; Uvicorn's own raises them again once it has stopped."""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            typer.echo("Ready. Ctrl+C stops.")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, cut the streams, let the WebSockets go one after the other, then stop."""
        for server in self.servers:
            server.close()
        await self.config.app.state.drain()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def _serve(application: Any, settings: Settings, host: str, port: int) -> None:
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=settings.message_max_bytes,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        log_level="warning",
        server_header=False,
    )
    server = _Server(config)
    server.run()
    if not server.started:
        raise typer.Exit(3)


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
        return await catalogue.user_by_login(login) is not None

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
        if not await catalogue.categories():
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
            _means(settings),
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


@app.command(hidden=True)
def check_migrations() -> None:
    """Fail where the models have moved on without a migration."""
    settings = _settings()

    async def work() -> list[str]:
        return await undescribed(settings)

    if changes := _with_database(settings, work, migrated=False):
        _fail(f"no migration describes: {'; '.join(changes)}")
