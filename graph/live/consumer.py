"""How a subscription goes along the journal: kept between the resolver that follows and whoever runs the stream."""

from dataclasses import dataclass

from models.access import Rights


@dataclass(slots=True)
class Pace:
    """Where one run of a subscription stands. A subscription may be run several times: on its own until it has caught
    up, as a group's for as long as it keeps up, on its own again after it fell behind."""

    start: int | None = None
    """The position that this run begins after; None: what the document's `after` says."""
    rights: Rights | None = None
    """The rights that the watcher was last told by; None: those of when it begins."""
    shared: bool = False
    """Of a group: it waits for what is to come, and ends as soon as anybody's rights change. On its own it ends once it
    has caught up."""
    rights_version: int = -1
    """The version of the desk's rights that `rights` are of."""
    at: int = 0
    """The position of what is being told."""
    done: int = 0
    """Everything up to this position has been told, or was not to be."""
    caught_up: bool = False
    """Whether this run ended because nothing more was there."""
