"""Builds the ASGI application: its parts, their lifespan, and its routes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from graph.auth.tokens import Identity
from graph.documents.limits import Limits
from graph.endpoint import http, websocket
from graph.endpoint.connection_limits import PerAddressLimit
from graph.endpoint.connection_metrics import ConnectionMetrics
from graph.endpoint.connections import Connections
from graph.endpoint.drain import Drain
from graph.endpoint.headers import GraphiQLHeaders, SecurityHeaders
from graph.endpoint.origins import LOCAL_ORIGIN
from graph.endpoint.service import GraphQLService
from graph.endpoint.trusted_documents import load_trusted_documents
from graph.engine.engine import Compiling, Engine
from graph.live.hub import Hub
from graph.metrics import Metrics
from graph.rate_limits import ActionRateLimiter, ConcurrencyLimiter
from graph.schema import schema
from graph.settings import Settings
from graph.web import attachments, console, health
from graph.web.static_files import CompressedFiles
from models import database, journal
from models.attachments.clamd import scanner_for
from models.attachments.storage import storage_for
from models.broker import broker_for
from models.database.migrate import unapplied
from models.scanning import keep_scanning
from models.services import Services
from models.sweep import sweep

log = structlog.get_logger("saisine.app")


class UnappliedMigrations(RuntimeError):
    """The database lacks migrations of this program."""


def create_app(settings: Settings, identity: Identity) -> Starlette:  # noqa: PLR0915 - all parts are connected here
    """Build the ASGI application. Its lifespan opens the database. Errors then: UnappliedMigrations."""
    broker = broker_for(settings)
    services = Services(settings, storage_for(settings), broker)
    hub = Hub(broker, poll_seconds=settings.journal_poll_seconds, cache_events=settings.journal_cache_events)
    engine = Engine(
        schema,
        limits=document_limits(settings),
        cache_size=settings.document_cache_size,
        compiling=compiling(settings),
        time_slice_seconds=settings.engine_time_slice_seconds,
        suggestions=settings.shows_schema,
    )
    rate_limiter = ActionRateLimiter(settings.actions_rate, settings.actions_burst, settings.broker_url)
    service = GraphQLService(settings, services, hub, rate_limiter, engine, identity, load_trusted_documents(settings))
    drain = Drain(settings.drain_seconds)
    per_address = ConcurrencyLimiter()
    scanner = scanner_for(settings)
    metrics = Metrics(hub, service.cohorts, broker)
    connections = Connections(settings, per_address, ConnectionMetrics(metrics.own))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await database.open_database(settings)
        try:
            if missing := await unapplied(settings):
                raise UnappliedMigrations(f"unapplied migrations: {', '.join(missing)}; run `saisine migrate`")
            await journal.open_journal()
            await broker.open()
            await hub.open()
            background = [
                asyncio.create_task(_sweep(services)),
                asyncio.create_task(connections.keep_sweeping()),
            ]
            if scanner is not None:
                background.append(asyncio.create_task(keep_scanning(services, scanner)))
            if metrics.shared:
                background.append(asyncio.create_task(metrics.keep_sampling(1)))
            try:
                yield
            finally:
                for task in background:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                await hub.close()
                await rate_limiter.close()
                await broker.close()
        finally:
            await database.close_database()

    limited = partial(PerAddressLimit, per_address=per_address, connections=connections)
    graphql = limited(http.GraphQLOverHTTP(service, drain, metrics))

    async def socket(connection: WebSocket) -> None:
        client = websocket.Connection(service, per_address, connection)
        with metrics.sockets.track_inprogress(), drain.connected(client.close_for_restart):
            await client.run()

    async def attachment(request: Request) -> Response:
        return await attachments.download(service, request)

    async def ready(request: Request) -> Response:
        return await health.ready(hub, broker)

    async def metrics_page(request: Request) -> Response:
        return metrics.response()

    async def home(request: Request) -> Response:
        return RedirectResponse("/graphql")

    routes: list[Any] = [
        Route("/attachments/{id}", attachment, methods=["GET"]),
        Route("/health/live", health.live),
        Route("/health/ready", ready),
        Route("/metrics", metrics_page),
        *console.routes(settings, identity),
    ]
    if settings.demo:
        routes.append(Route("/", home))
    if settings.shows_graphiql and http.GRAPHIQL.is_dir():
        routes.append(Mount("/graphiql", GraphiQLHeaders(CompressedFiles(directory=http.GRAPHIQL))))
    application = Starlette(routes=routes, lifespan=lifespan)
    # A redirect to another spelling of the path would quote the request's Host.
    application.router.redirect_slashes = False
    with_cors = partial(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_origin_regex=LOCAL_ORIGIN if settings.demo else None,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Accept-Language"],
        max_age=3600,
    )
    # Outermost, so that error pages have the headers, too.
    application.middleware_stack = SecurityHeaders(
        _with_graphql(limited(application.build_middleware_stack()), graphql, socket, with_cors),
        settings.hsts_seconds,
    )
    application.state.drain, application.state.connections = drain.drain, connections
    return application


def document_limits(settings: Settings) -> Limits:
    """The document limits that the settings name."""
    return Limits(
        characters=settings.document_max_characters,
        tokens=settings.document_max_tokens,
        definitions=settings.document_max_definitions,
        depth=settings.document_max_depth,
        spreads=settings.document_max_spreads,
        directives=settings.document_max_directives,
        directives_per_place=settings.document_max_directives_per_place,
        values=settings.document_max_values,
        fields=settings.document_max_fields,
        root_fields=settings.document_max_root_fields,
        aliases=settings.document_max_aliases,
        repeats=settings.document_max_repeats,
        rows_default=settings.page_default_rows,
    )


def compiling(settings: Settings) -> Compiling:
    """When and how much the engine compiles, by the settings."""
    fields = settings.engine_max_compiled_fields if settings.engine == "compiled" else 0
    return Compiling(fields, rows=settings.engine_compile_at_once_rows)


def _with_graphql(
    starlette: ASGIApp,
    graphql: ASGIApp,
    socket: Callable[[WebSocket], Awaitable[None]],
    with_cors: Callable[[ASGIApp], ASGIApp],
) -> ASGIApp:
    """The application: Starlette, with /graphql dispatched before its routing.

    Starlette's routing and error pages, and CORS for a request without an Origin, would make a small query a sixth
    slower. The GraphQL endpoint makes its error responses itself, and its responses are not cached, so that they need
    no `Vary: Origin`.
    """
    starlette, graphql_with_cors = with_cors(starlette), with_cors(graphql)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") not in ("/graphql", "/graphql/"):
            await starlette(scope, receive, send)
        elif scope["type"] == "http":
            has_origin = any(name == b"origin" for name, _ in scope["headers"])
            await (graphql_with_cors if has_origin else graphql)(scope, receive, send)
        else:
            await socket(WebSocket(scope, receive, send))

    return dispatch


async def _sweep(services: Services) -> None:
    """Delete files that no attachment refers to, at the start and then every hour."""
    while True:
        try:
            swept = await sweep(services.storage, services.settings.attachment_orphan_seconds)
            if swept:
                log.info("swept", files=swept)
        except Exception:
            log.exception("sweep failed")
        await asyncio.sleep(3600)
