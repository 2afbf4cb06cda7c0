"""Follows the journal for one run of a subscription. Only this file sets the positions of a run.

A subscription may run several times: on its own until it has caught up, then in a cohort (`cohorts.py`), on its own
again after its client fell behind. Each run has a new consumer.
"""

from collections.abc import AsyncIterator, Iterator

from graph.live.hub import Hub
from models.access import Rights
from models.journal import Event


class RightsChanged:
    """An item of `follow`: the rights of the desk may have changed since the previous item."""


RIGHTS_CHANGED = RightsChanged()
_NO_VERSION = -1


class Consumer:
    """One run of a subscription.

    A run on its own ends once it has caught up with the journal. A `grouped` one, of a cohort, waits for the next event
    instead, and ends as soon as the rights of the desk change.
    """

    __slots__ = ("_hub", "_rights_version", "caught_up", "delivered", "grouped", "offset", "rights", "start")

    def __init__(
        self, hub: Hub, *, start: int | None = None, rights: Rights | None = None, grouped: bool = False
    ) -> None:
        self._hub = hub
        self._rights_version = hub.rights_version if grouped else _NO_VERSION
        self.start = start
        """The position after which this run begins; None: the one that the document's `after` names."""
        self.rights = rights
        """The rights by which the last event was delivered; None until they are first read."""
        self.grouped = grouped
        self.offset = 0
        """The position of the event that is being delivered."""
        self.delivered = 0
        """The position up to which every event is delivered, or was not meant for this subscription."""
        self.caught_up = False
        """Whether the run ended because there was nothing more to deliver."""

    @property
    def up_to_date(self) -> bool:
        """Whether the run has delivered all that the hub knows, by rights that are still those of the desk."""
        return self.caught_up and self.delivered == self._hub.position and not self.rights_changed

    @property
    def rights_changed(self) -> bool:
        """Whether the rights of the desk have changed since this run last read their version."""
        return self._rights_version != self._hub.rights_version

    async def rights_now(self, user_id: int) -> Rights:
        """The rights to deliver the next event by: of the user as they are now, or those of the cohort."""
        if self.rights is None or not self.grouped:
            self.rights = await self._hub.rights(user_id)
        return self.rights

    def follow(self, after: int, *, ticket_id: int | None = None) -> AsyncIterator[Event | RightsChanged]:
        """The events after a position, in order; with `ticket_id`, those of one ticket.

        Until the first item is taken, `offset` is `after`: a resolver may yield before it. A run on its own begins with
        `RightsChanged`, since the rights may have changed since the previous run; the hub then knows all changes of
        rights up to `after`. It ends when the hub closes.
        """
        self.offset = after
        return self._follow(after, ticket_id)

    async def _follow(self, after: int, ticket_id: int | None) -> AsyncIterator[Event | RightsChanged]:
        hub = self._hub
        self.delivered = after
        events: Iterator[Event] = iter(())
        reached = after
        while not hub.closing:
            changed = hub.changed
            if reached > hub.position:
                # The cursor is newer than the hub's position: it is of another process, or of a list read just now.
                hub.wake()
                await changed.wait()
            # Checked between any two events: the rights may change while the last one is being sent.
            elif self.rights_changed:
                if self.grouped:
                    return
                self._rights_version = hub.rights_version
                yield RIGHTS_CHANGED
            elif (event := next(events, None)) is not None:
                self.offset = event.position
                yield event
                self.delivered = event.position
            elif reached == hub.position:
                self.offset = self.delivered = reached
                if not self.grouped:
                    self.caught_up = True
                    return
                await changed.wait()
            else:
                found, reached = await hub.read_after(reached, ticket_id)
                events = iter(found)
