"""The tests of `graph/` and their helpers: a selection of all fields of a ticket, and the engine in this process."""

import math
from functools import partial
from typing import Any

from graph.app import document_limits
from graph.context import Context, Viewer
from graph.engine.engine import Engine
from graph.engine.object_cache import ObjectCache
from graph.live.hub import Hub
from graph.rate_limits import ActionRateLimiter
from graph.schema import schema
from graph.settings import Settings
from models.access import rights_of
from models.directory.queries import user_by_login
from models.i18n.language import Language
from tests.conftest import Desk

EVERYTHING = """id number shortDescription description submittedAt updatedAt objectType status statusLabel stateReason
  stateReasonLabel version availableActions assignee { id displayName } assignableAgents { id displayName }
  category { id code label } subcategory { id code label destination }
  issuer { organisationIdentifier organisationName contactName contactAddress }
  recipient { siret name service { id code name } } attachments { id filename }
  activities(first: 5) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor } nodes { id kind label message statusBefore statusAfter occurredAt cursor
      actor { id displayName } attachments { id filename contentType size url } } }"""


class InProcessEngine:
    """The engine in this process, over an open desk, as the server runs it after authentication.

    It has no time slices unless given: fields completed in a later slice run statements of their own.
    """

    def __init__(self, desk: Desk, time_slice_seconds: float = math.inf) -> None:
        assert desk.services.broker is not None
        settings = Settings(data_dir=desk.services.settings.data_dir)
        hub = Hub(
            desk.services.broker,
            poll_seconds=settings.journal_poll_seconds,
            cache_events=settings.journal_cache_events,
        )
        self.hub = hub
        self.new_context = partial(
            Context,
            settings,
            desk.services,
            hub,
            ActionRateLimiter(0, 1, "memory://"),
            ObjectCache(settings.engine_object_cache_max_bytes),
        )
        self.engine = Engine(
            schema,
            limits=document_limits(settings),
            document_cache_max_bytes=settings.document_cache_max_bytes,
            time_slice_seconds=time_slice_seconds,
        )

    async def run(self, login: str, document: str, **variables: Any) -> dict[str, Any]:
        user = await user_by_login(login)
        assert user is not None
        context = self.new_context(Viewer(user, await rights_of(user.id)), Language.FR)
        prepared = self.engine.documents.prepare(document)
        assert prepared.errors == ()
        result = await self.engine.execute(prepared, None, variables, context)
        assert result.errors is None
        assert result.data is not None
        return result.data
