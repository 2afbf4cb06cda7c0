"""`viewer`: the user who is logged in."""

import strawberry

from graph.context import Info
from graph.types.directory import Viewer, user


@strawberry.field(description="The user who is logged in, with their profiles (« Mon profil »).")
def viewer(info: Info) -> Viewer:
    """The viewer."""
    row = info.context.viewer.user
    return Viewer(user=user(row.id, row.display_name))
