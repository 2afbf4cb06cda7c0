"""The open client connections of this process: how many there may be, and for how long each may wait for its client.

A connection counts for its address from its first byte until its socket is gone, whatever it sends. If there is no
room, the one that has been idle for longest gives way, so that idle connections keep nobody out. Once a second the
connections are asked which client has kept them waiting for too long; those are aborted.
"""

import asyncio
import resource
from collections import Counter, OrderedDict
from collections.abc import Callable, Container, Hashable
from contextlib import suppress
from itertools import islice
from typing import Protocol

import structlog

from graph.endpoint.connection_metrics import ConnectionMetrics
from graph.rate_limits import ConcurrencyLimiter
from graph.settings import Settings

log = structlog.get_logger("saisine.connections")

_RESERVED, _RESERVED_PART = 64, 4
"""So many descriptors, or one in so many, are kept for the database, files and the broker."""
_TOLD, _TOLD_PART = 4, 10
"""So many, and one in so many of the limit, may be over the limit of their address at a time, to be told so."""


_CANDIDATES = 20
"""Connections without a head, and idle ones, of which one may give way to a new connection: the oldest."""
_LOOKED_AT = 200
"""Busy connections that are looked at for one that may give way to a new connection."""


class Place:
    """What the application knows of a connection; it is `scope["state"]["place"]`."""

    __slots__ = ("_sent", "address", "blocked", "over_limit")

    def __init__(self, address: Hashable | None) -> None:
        self.address = address
        """The key under which the connection counts. None for a trusted proxy's, whose requests count instead."""
        self.over_limit = False
        """Whether its address has too many connections: its request gets 429, its WebSocket 1013."""
        self.blocked = False
        """Whether the client leaves more than a few bytes of responses unread."""
        self._sent: list[Callable[[], None]] = []

    def when_sent(self, done: Callable[[], None]) -> None:
        """Call `done` once the client has taken what was written, or is gone."""
        if self.blocked:
            self._sent.append(done)
        else:
            done()

    def unblock(self) -> None:
        """The client has taken what was written, or is gone."""
        self.blocked = False
        waiting, self._sent = self._sent, []
        for done in waiting:
            done()


class Connection(Protocol):
    """A connection that has a place."""

    place: Place

    def overdue(self, now: float) -> str | None:
        """Why it must be aborted, or None."""

    def stalls(self, now: float) -> bool:
        """Whether its client has neither sent nor read for a moment what it should."""

    def settled(self) -> bool:
        """Whether it has nothing to do until the client sends another request."""

    def abort(self) -> None:
        """Close the socket at once."""


class Connections:
    """The open connections of this process, by what they do."""

    def __init__(self, settings: Settings, per_address: ConcurrencyLimiter, metrics: ConnectionMetrics) -> None:
        self.settings, self.metrics = settings, metrics
        self.open = 0
        self.trusted_proxies: Container[str] = ()
        """Addresses whose connections do not count for them; those of Uvicorn's `FORWARDED_ALLOW_IPS`."""
        self._per_address = per_address
        self._address_maximum = settings.only_in_production("connections_per_address")
        self._reading_head: OrderedDict[Connection, float] = OrderedDict()
        """Those that have not sent a whole head, with the time since which it is due; the oldest is first."""
        self._idle: OrderedDict[Connection, float] = OrderedDict()
        """Those that have been answered, with the time since which they wait; the oldest is first."""
        self._busy: OrderedDict[Connection, None] = OrderedDict()
        self._unsent: OrderedDict[Connection, int] = OrderedDict()
        """The bytes that clients have left unread; the longest blocked connection is first."""
        self._unsent_bytes = 0
        self._held: Counter[Hashable] = Counter()
        """The open connections of each address."""
        self._waiting: dict[Hashable, OrderedDict[Connection, None]] = {}
        """Those of the first two, by address."""
        self.measure()

    def measure(self) -> None:
        """Adapt the maximum to the number of descriptors that this process may have."""
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.maximum = self.settings.connections_max
        if descriptors != resource.RLIM_INFINITY:
            self.maximum = max(1, min(self.maximum, descriptors - max(_RESERVED, descriptors // _RESERVED_PART)))
        share = max(1, self.maximum // 2)
        self.address_maximum = min(self._address_maximum, share) if self._address_maximum else 0

    def enter(self, connection: Connection, now: float) -> bool:
        """Give a new connection its place. Returns False if there is none: it must be aborted."""
        self.measure()
        place = connection.place
        if self.open >= self.maximum and not self._make_room(now):
            self.metrics.refused("no room")
            return False
        if place.address is not None and not self._enter_address(place):
            self.metrics.refused("address limit")
            return False
        self.open += 1
        self._held[place.address] += 1
        self.metrics.opened(self.open)
        self._wait(self._reading_head, connection, now)
        return True

    def _enter_address(self, place: Place) -> bool:
        key, maximum = place.address, self.address_maximum
        if self._per_address.enter(key, maximum):
            return True
        waiting = self._waiting.get(key, ())
        oldest = next((one for one in waiting if not one.place.over_limit), None)
        if oldest is not None:
            self._give_way(oldest)
        else:
            place.over_limit = True
        if self._per_address.enter(key, maximum + _TOLD + maximum // _TOLD_PART):
            return True
        # So many are being told already: the first of them has had its time.
        told = next(iter(waiting), None)
        if told is None:
            return False
        self._give_way(told)
        return self._per_address.enter(key, 0)

    def _make_room(self, now: float) -> bool:
        """Close one connection that waits for its client, if there is one: an old one of an address that has many."""
        stalled = self._oldest_stalled(now)
        waiting = [
            *islice(self._reading_head, _CANDIDATES),
            *([stalled] if stalled else ()),
            *islice(self._idle, _CANDIDATES),
        ]
        if not waiting:
            return False
        self._give_way(max(waiting, key=lambda one: self._held[one.place.address]))
        return True

    def _oldest_stalled(self, now: float) -> Connection | None:
        """A connection that waits for the rest of a body, or for a response to be read."""
        for _ in range(min(len(self._busy), _LOOKED_AT)):
            connection = next(iter(self._busy))
            if connection.stalls(now):
                return connection
            self._busy.move_to_end(connection)
        return None

    def _give_way(self, connection: Connection) -> None:
        self._forget(connection)
        self.metrics.aborted("gave way to a newer connection")
        connection.abort()

    def reading_head(self, connection: Connection, now: float) -> None:
        """An idle connection has sent a part of a head."""
        if connection in self._idle:
            self._forget(connection)
            self._wait(self._reading_head, connection, now)

    def busy(self, connection: Connection) -> None:
        """A connection has sent a whole head, or is being refused."""
        if connection not in self._busy:
            self._forget(connection)
            self._busy[connection] = None

    def blocked(self, connection: Connection, unsent: int) -> None:
        """The client of a connection leaves so many bytes unread; too many of all clients are not kept for them."""
        self.unblocked(connection)
        self._unsent[connection] = unsent
        self._unsent_bytes += unsent
        while self._unsent_bytes > self.settings.unread_responses_max_bytes:
            of_address: Counter[Hashable] = Counter()
            for one, size in self._unsent.items():
                of_address[one.place.address] += size
            slowest = max(self._unsent, key=lambda one: of_address[one.place.address])
            self._forget(slowest)
            self.metrics.aborted("too many unread responses")
            slowest.abort()

    def unblocked(self, connection: Connection) -> None:
        """The client of a connection has read most of its responses, or is gone."""
        self._unsent_bytes -= self._unsent.pop(connection, 0)

    def upgraded(self, connection: Connection) -> None:
        """A connection is a WebSocket now, which has limits of its own; its place stays taken until `leave`."""
        self._forget(connection)

    def leave(self, connection: Connection) -> None:
        """The socket of a connection is gone."""
        self._forget(connection)
        self.vacate(connection.place)

    def vacate(self, place: Place) -> None:
        """A place is free again."""
        self.open -= 1
        self._held[place.address] -= 1
        if not self._held[place.address]:
            del self._held[place.address]
        self.metrics.opened(self.open)
        place.unblock()
        if place.address is not None:
            self._per_address.leave(place.address)

    def _wait(self, waiting: OrderedDict[Connection, float], connection: Connection, since: float) -> None:
        waiting[connection] = since
        if connection.place.address is not None:
            self._waiting.setdefault(connection.place.address, OrderedDict())[connection] = None

    def _forget(self, connection: Connection) -> None:
        self._busy.pop(connection, None)
        self.unblocked(connection)
        waited = self._reading_head.pop(connection, None) is not None or self._idle.pop(connection, None) is not None
        if waited and connection.place.address is not None:
            of_address = self._waiting[connection.place.address]
            del of_address[connection]
            if not of_address:
                del self._waiting[connection.place.address]

    def sweep(self, now: float) -> None:
        """Abort the connections whose client has kept them waiting for too long."""
        self._abort_older(self._reading_head, now - self.settings.head_timeout_seconds, "head timeout")
        self._abort_older(self._idle, now - self.settings.keep_alive_seconds, None)
        for connection in list(self._busy):
            if reason := connection.overdue(now):
                self._forget(connection)
                self.metrics.aborted(reason)
                connection.abort()
            elif connection.settled():
                self._busy.pop(connection)
                self._wait(self._idle, connection, now)

    def _abort_older(self, waiting: OrderedDict[Connection, float], limit: float, reason: str | None) -> None:
        while waiting:
            connection, since = next(iter(waiting.items()))
            if since > limit:
                return
            self._forget(connection)
            if reason:
                self.metrics.aborted(reason)
            connection.abort()

    async def keep_sweeping(self) -> None:
        """Sweep once a second, or more often if a time limit is shorter."""
        settings, loop = self.settings, asyncio.get_running_loop()
        limits = (settings.head_timeout_seconds, settings.transfer_timeout_seconds, settings.keep_alive_seconds)
        interval = min(1.0, *(limit / 4 for limit in limits))
        while True:
            await asyncio.sleep(interval)
            try:
                self.sweep(loop.time())
            except Exception:
                log.exception("sweep of connections failed")


def raise_descriptor_limit() -> None:
    """Take as many descriptors as this process may have: the usual 1,024 are a limit for programs of select()."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
