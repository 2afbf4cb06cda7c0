"""Context and Info: what every resolver has at hand, the same for HTTP, WebSocket and SSE. One for each execution."""

from dataclasses import dataclass, field
from typing import Any

import strawberry

from graph.dataloaders import Loaders
from graph.kept import Kept
from graph.live.consumer import Pace
from graph.live.hub import Hub
from graph.rate_limits import Actions
from graph.settings import Settings
from models.access import Rights
from models.directory.queries import UserRow
from models.i18n.language import Language, Text
from models.idempotency import Means


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what they may see and do as the operation (or the event of a subscription) begins."""

    someone: UserRow | None
    """None where many ask at once: an event is told to everyone with the same rights."""
    rights: Rights

    @property
    def user(self) -> UserRow:
        """The one who asks."""
        if self.someone is None:
            raise RuntimeError(
                "what depends on who watches was asked for everyone: see graph/live/cohorts.py, PERSONAL"
            )
        return self.someone


@dataclass(frozen=True, slots=True)
class Office:
    """What the process has: settings, the means of the verbs, the hub, what is kept between requests."""

    settings: Settings
    means: Means
    hub: Hub
    actions: Actions
    kept: Kept


@dataclass(frozen=True, slots=True)
class Context:
    """What one execution has at hand."""

    office: Office
    viewer: Viewer
    language: Language
    pace: Pace = field(default_factory=Pace)
    """Of a subscription; whoever runs it reads here how far it has come."""
    loaders: Loaders = field(default_factory=Loaders)

    async def rights_now(self) -> Rights:
        """The rights of who watches, as of this moment; the watcher is told by them from now on."""
        if not self.pace.shared:
            self.pace.rights = await self.office.hub.rights(self.viewer.rights.user_id)
        return self.pace.rights or self.viewer.rights

    def say(self, text: Text) -> str:
        """A text in the language of the request."""
        return text.in_(self.language)


Info = strawberry.Info[Context, Any]
