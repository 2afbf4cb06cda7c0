"""Context and Info: what every resolver has at hand, the same for HTTP, WebSocket and SSE. One for each execution."""

from dataclasses import dataclass, field
from typing import Any

import strawberry

from graph.hub import Hub
from graph.loaders import Loaders
from graph.settings import Settings
from models.access import Rights
from models.catalogue import UserRow
from models.language import Language, Text
from models.once import Means


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what they may see and do as the operation (or the event of a subscription) begins."""

    user: UserRow
    rights: Rights


@dataclass(frozen=True, slots=True)
class Office:
    """What the process has opened: settings, the means of the verbs, the hub."""

    settings: Settings
    means: Means
    hub: Hub


@dataclass(frozen=True, slots=True)
class Context:
    """What one execution has at hand."""

    office: Office
    viewer: Viewer
    language: Language
    loaders: Loaders = field(default_factory=Loaders)

    def say(self, text: Text) -> str:
        """A text in the language of the request."""
        return text.in_(self.language)


Info = strawberry.Info[Context, Any]
