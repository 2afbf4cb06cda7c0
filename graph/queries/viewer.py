"""`viewer`: who is logged in."""

import strawberry

from graph.context import Info
from graph.types.directory import Viewer, user


@strawberry.field(description="Who is logged in, and what they may do (« Mon profil »).")
def viewer(info: Info) -> Viewer:
    """The viewer."""
    who = info.context.viewer.user
    return Viewer(user=user(who.id, who.display_name))
