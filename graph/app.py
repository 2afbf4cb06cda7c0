"""The application: what is opened and closed with it, and which address leads where."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from graph import files, health
from graph.auth import Identity
from graph.context import Office
from graph.endpoint import http, websocket
from graph.endpoint.door import Door
from graph.engine.run import Engine
from graph.hub import Hub
from graph.schema import schema
from graph.settings import Settings
from models import database, journal
from models.broker import broker_for
from models.database.migrate import unapplied
from models.once import Means
from models.storage import FileStorage

log = structlog.get_logger("saisine.app")


class UnappliedMigrations(RuntimeError):
    """The database is older than the program."""


def create_app(settings: Settings, identity: Identity) -> Starlette:
    """The ASGI application. The database is opened with its lifespan. Errors then: UnappliedMigrations."""
    broker = broker_for(settings)
    means = Means(settings, FileStorage(settings), broker)
    hub = Hub(broker, poll_seconds=settings.poll_seconds, events_in_memory=settings.events_in_memory)
    engine = Engine(schema, max_tokens=settings.document_max_tokens, remembered=settings.document_cache)
    door = Door(Office(settings, means, hub), engine, identity)
    metrics = health.Metrics(hub, broker)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await database.open_database(settings)
        try:
            if missing := await unapplied(settings):
                raise UnappliedMigrations(f"unapplied migrations: {', '.join(missing)}; run `saisine migrate`")
            await journal.open_journal()
            await broker.open()
            await hub.open()
            sweeping = asyncio.create_task(_sweep(means))
            try:
                yield
            finally:
                sweeping.cancel()
                with suppress(asyncio.CancelledError):
                    await sweeping
                await hub.close()
                await broker.close()
        finally:
            await database.close_database()

    class GraphQL:
        """/graphql over HTTP, counted and timed."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            begun = time.perf_counter()
            status = "aborted"

            async def watched(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                await send(message)

            request = Request(scope, receive)
            try:
                response: ASGIApp = await http.handle(door, request)
                await response(scope, receive, watched)
            finally:
                await request.close()  # the spooled files of a multipart request
                metrics.requests.labels(status).inc()
                metrics.seconds.observe(time.perf_counter() - begun)

    async def socket(connection: WebSocket) -> None:
        with metrics.sockets.track_inprogress(), door.connected():
            await websocket.Connection(door, connection).run()

    async def attachment(request: Request) -> Response:
        return await files.download(door, request)

    async def ready(request: Request) -> Response:
        return await health.ready(hub, broker)

    async def metrics_page(request: Request) -> Response:
        return metrics.response()

    async def home(request: Request) -> Response:
        return RedirectResponse("/graphql")

    routes: list[Any] = [
        WebSocketRoute("/graphql", socket),
        Route("/graphql", GraphQL(), methods=["GET", "POST"]),
        Route("/attachments/{id}", attachment),
        Route("/health/live", health.live),
        Route("/health/ready", ready),
        Route("/metrics", metrics_page),
    ]
    if settings.demo:
        routes.append(Route("/", home))
        if http.GRAPHIQL.is_dir():
            routes.append(Mount("/graphiql", _with_csp(GZipMiddleware(StaticFiles(directory=http.GRAPHIQL)))))
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        # A developer's page on this machine, served by whatever builds it, may call the demo.
        allow_origin_regex=r"http://(localhost|127\.0\.0\.1)(:\d+)?" if settings.demo else None,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Accept-Language"],
        max_age=3600,
    )
    application = Starlette(routes=routes, lifespan=lifespan, middleware=[cors])
    application.state.drain = door.drain
    return application


def _with_csp(app: ASGIApp) -> ASGIApp:
    """The application with the policy of GraphiQL on every answer: a worker obeys that of its own file."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", http.GRAPHIQL_CSP.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"cache-control", b"no-cache"),
                ]
            await send(message)

        await app(scope, receive, with_header)

    return guarded


async def _sweep(means: Means) -> None:
    """Remove orphans among the attachments at the start, then once an hour."""
    while True:
        try:
            swept = await means.storage.sweep(means.settings.attachment_orphan_seconds)
            if swept:
                log.info("swept", files=swept)
        except Exception:
            log.exception("sweep failed")
        await asyncio.sleep(3600)
