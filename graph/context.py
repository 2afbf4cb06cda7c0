"""Context and Info: what every resolver has at hand, the same for HTTP, WebSocket and SSE. One for each execution."""

from dataclasses import dataclass, field
from typing import Any

import strawberry

from graph.dataloaders import Loaders
from graph.engine.object_cache import ObjectCache
from graph.live.consumer import Pace
from graph.live.hub import Hub
from graph.rate_limits import ActionRateLimiter
from graph.settings import Settings
from models.access import Rights
from models.directory.queries import UserRow
from models.i18n.language import Language, Text
from models.services import Services


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what they may see and do as the operation (or the event of a subscription) begins."""

    user_or_none: UserRow | None
    """None where an event is evaluated once for every subscriber with the same rights."""
    rights: Rights

    @property
    def user(self) -> UserRow:
        """The one who asks."""
        if self.user_or_none is None:
            raise RuntimeError(
                "what depends on who watches was asked for everyone: see graph/live/cohorts.py, PERSONAL"
            )
        return self.user_or_none


@dataclass(frozen=True, slots=True)
class Context:
    """What one execution has at hand."""

    settings: Settings
    services: Services
    hub: Hub
    rate_limiter: ActionRateLimiter
    object_cache: ObjectCache
    viewer: Viewer
    language: Language
    pace: Pace = field(default_factory=Pace)
    """Of a subscription; whoever runs it reads here how far it has come."""
    loaders: Loaders = field(default_factory=Loaders)

    async def rights_now(self) -> Rights:
        """The rights of who watches, as of this moment; the watcher is told by them from now on."""
        if not self.pace.shared:
            self.pace.rights = await self.hub.rights(self.viewer.rights.user_id)
        return self.pace.rights or self.viewer.rights

    def say(self, text: Text) -> str:
        """A text in the language of the request."""
        return text.in_(self.language)


Info = strawberry.Info[Context, Any]
