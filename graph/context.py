"""Context and Info: the parameters of every resolver. One context per execution."""

from dataclasses import dataclass, field
from typing import Any

import strawberry

from graph.dataloaders import Loaders
from graph.engine.object_cache import ObjectCache
from graph.live.consumer import Consumer
from graph.live.hub import Hub
from graph.rate_limits import ActionRateLimiter
from graph.settings import Settings
from models.access import Rights
from models.directory.queries import UserRow
from models.i18n.language import Language, Text
from models.services import Services


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user of an operation, with their rights when it begins; in a subscription, when the event is delivered."""

    user_or_none: UserRow | None
    """None while an event is evaluated once for all subscribers with the same rights."""
    rights: Rights

    @property
    def user(self) -> UserRow:
        """The user. Errors: RuntimeError in a shared evaluation."""
        if self.user_or_none is None:
            raise RuntimeError("a shared evaluation reads the user: name the field in PERSONAL, graph/live/cohorts.py")
        return self.user_or_none


@dataclass(frozen=True, slots=True)
class Context:
    """The context of one execution: the services that resolvers use, the viewer, the language, the data loaders."""

    settings: Settings
    services: Services
    hub: Hub
    rate_limiter: ActionRateLimiter
    object_cache: ObjectCache
    viewer: Viewer
    language: Language
    consumer_or_none: Consumer | None = None
    """None unless the operation is a subscription."""
    loaders: Loaders = field(default_factory=Loaders)

    @property
    def consumer(self) -> Consumer:
        """The consumer of the subscription. Errors: RuntimeError in a query or a mutation."""
        if self.consumer_or_none is None:
            raise RuntimeError("only a subscription has a consumer")
        return self.consumer_or_none

    async def rights_now(self) -> Rights:
        """The present rights of the subscribed user, by which the next event is delivered."""
        return await self.consumer.rights_now(self.viewer.rights.user_id)

    def translate(self, text: Text) -> str:
        """A text in the language of the request."""
        return text.in_(self.language)


Info = strawberry.Info[Context, Any]
