"""Evaluates an event once for all equal subscriptions, and sends each client the same encoded response.

A subscription runs on its own until it has caught up, then joins a cohort: those with the same document, variables,
language and rights. A subscriber leaves its cohort, to catch up on its own, when its client does not take a response at
once, or when its rights change. A cohort never waits for a client, so it needs no queue.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Hashable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from graphql import FieldNode, OperationDefinitionNode, VariableNode

from graph.live.consumer import Consumer
from graph.live.hub import Hub
from models.access import Rights
from models.inbox.tabs import InboxTab

log = structlog.get_logger("saisine.cohorts")

PERSONAL = re.compile(rf"\b(availableActions|tabCounts|{InboxTab.MY_TICKETS_TO_PROCESS})\b")
"""The names of what depends on the user, not only on their rights. A subscription with one of them in its document or
variables shares a cohort only with subscriptions of the same user.

Matching the text fails closed. GraphQL has no other way to write a name, so nothing on this list is missed; a match
elsewhere, in a comment or a search, only prevents sharing. A field that is missing here raises when it reads the user,
which a shared evaluation does not have (`Viewer.user`)."""

_VARIABLES = re.compile(r"\$(\w+)")
"""One pattern for all names: Python keeps the last 500 patterns, and a client's name may be long."""
ANY_VIEWER = 0
"""The user id in the rights of a cohort that different users share."""
_SENDS_PER_TURN = 100
"""Number of responses that are sent before other tasks run."""


def start_variables(operation: OperationDefinitionNode | None, document: str) -> list[str]:
    """The variables that are only used in `after` of the root field: they say where the subscription starts.

    Subscriptions that differ in no other variable are equal once they have caught up.
    """
    root = operation.selection_set.selections[0] if operation is not None else None
    names = [
        argument.value.name.value
        for argument in (root.arguments or () if isinstance(root, FieldNode) else ())
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    ]
    # Once in its declaration, once in `after`.
    written = Counter(_VARIABLES.findall(document)) if names else {}
    return [name for name in names if written.get(name) == 2]


class Response(Protocol):
    """One response of a stream."""

    @property
    def executed(self) -> bool:
        """False for a request error, which ends the stream."""

    def encoded(self) -> bytes:
        """The response as JSON."""


class Undelivered(Exception):
    """The database went away while an event was evaluated. Its client must resume from before it, by a new connection:
    a response with an error in place of the ticket would be taken for the event, which would be missed for ever."""


Stream = Callable[[Consumer, Rights | None], AsyncGenerator[Response, None]]
"""Runs a subscription with a consumer: for all users with these rights, or, with None, for its own user. Errors:
Undelivered."""


class Subscriber:
    """One client's subscription. `send` writes the text of a response to the client."""

    __slots__ = ("delivered", "rights", "send")

    def __init__(self, send: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self.send = send
        self.delivered = 0
        """The position up to which every event is delivered to it."""
        self.rights: Rights | None = None
        """The rights by which they were delivered."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Why a subscriber leaves its cohort. If nothing is set, it goes on alone."""

    unsent: Awaitable[None] | None = None
    """The rest of a response that the client did not take at once."""
    send_error: Exception | None = None
    """Writing to the client failed, or an event is Undelivered."""
    ended: bool = False
    """The stream has ended."""
    request_error: Response | None = None
    """The request error that it ended with."""


class Cohorts:
    """All cohorts of the process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._cohorts: dict[Hashable, Cohort] = {}
        self.subscriptions = 0
        """Number of subscriptions that follow the journal, in cohorts or on their own."""
        self.evaluations = 0
        """Number of responses made since the start, each for one subscription or for a cohort."""

    def __len__(self) -> int:
        return len(self._cohorts)

    async def deliver(self, subscriber: Subscriber, key: Hashable, personal: bool, stream: Stream) -> Response | None:
        """Send a subscriber the responses of a stream until it ends. Returns the request error that ended it, if any.

        Subscriptions with the same `key` and the same rights share a cohort; `personal` ones only if they have the same
        user, too. Errors: Undelivered.
        """
        self.subscriptions += 1
        try:
            consumer = Consumer(self._hub)
            while True:
                async with aclosing(stream(consumer, None)) as responses:
                    async for response in responses:
                        self.evaluations += 1
                        if not response.executed:
                            return response
                        await subscriber.send(response.encoded().decode())
                if not consumer.caught_up:
                    return None
                subscriber.delivered, subscriber.rights = consumer.delivered, consumer.rights
                if consumer.up_to_date:
                    departure = await self._join(subscriber, key, personal, stream)
                    if departure.send_error is not None:
                        raise departure.send_error
                    if departure.ended:
                        return departure.request_error
                    if departure.unsent is not None:
                        await departure.unsent
                consumer = Consumer(self._hub, start=subscriber.delivered, rights=subscriber.rights)
        finally:
            self.subscriptions -= 1

    async def _join(self, subscriber: Subscriber, key: Hashable, personal: bool, stream: Stream) -> Departure:
        assert subscriber.rights is not None  # noqa: S101 - set by the run that has just caught up
        rights = subscriber.rights if personal else replace(subscriber.rights, user_id=ANY_VIEWER)
        cohort_key = (key, rights)
        cohort = self._cohorts.get(cohort_key)
        if cohort is None:
            cohort = Cohort(self._hub, rights, stream, subscriber.delivered, self._count_evaluation)
            self._cohorts[cohort_key] = cohort
        try:
            return await cohort.join(subscriber)
        finally:
            if not cohort.members and self._cohorts.get(cohort_key) is cohort:
                del self._cohorts[cohort_key]
                cohort.end()

    def _count_evaluation(self) -> None:
        self.evaluations += 1


class Cohort:
    """Subscribers of equal subscriptions, all up to date."""

    def __init__(
        self, hub: Hub, rights: Rights, stream: Stream, delivered: int, count_evaluation: Callable[[], None]
    ) -> None:
        self._hub, self._rights, self._stream = hub, rights, stream
        self._delivered, self._count_evaluation = delivered, count_evaluation
        self.members: dict[Subscriber, asyncio.Future[Departure]] = {}
        self._task = asyncio.create_task(self._run())

    async def join(self, subscriber: Subscriber) -> Departure:
        """Add a subscriber, and wait until it leaves."""
        departure: asyncio.Future[Departure] = asyncio.get_running_loop().create_future()
        self.members[subscriber] = departure
        try:
            return await departure
        finally:
            self.members.pop(subscriber, None)

    def end(self) -> None:
        """Stop. Called when no member is left."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            while not self._hub.closing:
                version = self._hub.rights_version
                await self._dismiss_changed()
                if version != self._hub.rights_version:
                    continue
                consumer = Consumer(self._hub, start=self._delivered, rights=self._rights, grouped=True)
                async with aclosing(self._stream(consumer, self._rights)) as responses:
                    async for response in responses:
                        self._count_evaluation()
                        if not response.executed:
                            self._dismiss(Departure(ended=True, request_error=response))
                            return
                        if not await self._send(response.encoded().decode(), consumer):
                            break
                self._delivered = max(self._delivered, consumer.delivered)
                if not consumer.rights_changed and not self._hub.closing:
                    break  # the stream has ended by itself
            self._dismiss(Departure(ended=True))
        except Undelivered as error:
            self._dismiss(Departure(send_error=error))
        except Exception:
            log.exception("cohort failed")
            self._dismiss(Departure())

    async def _send(self, text: str, consumer: Consumer) -> bool:
        """Send a response to the members that lack it. Returns False if rights changed before all had got it."""
        offset = consumer.offset
        for count, subscriber in enumerate([*self.members]):
            if count % _SENDS_PER_TURN == 0:
                if count:
                    await asyncio.sleep(0)
                if consumer.rights_changed:
                    return False
            if subscriber.delivered >= offset or subscriber not in self.members:
                continue
            subscriber.delivered = offset
            try:
                unsent = send_now(subscriber.send(text))
            except Exception as error:
                self._remove(subscriber).set_result(Departure(send_error=error))
            else:
                if unsent is not None:
                    self._remove(subscriber).set_result(Departure(unsent))
        self._delivered = offset
        return True

    async def _dismiss_changed(self) -> None:
        """Dismiss the members whose rights are no longer those of the cohort: they may have to get LEFT and ENTERED."""
        by_user: dict[int, list[Subscriber]] = {}
        for subscriber in self.members:
            user_id = subscriber.rights.user_id if subscriber.rights else ANY_VIEWER
            by_user.setdefault(user_id, []).append(subscriber)
        for user_id, subscribers in by_user.items():
            rights = await self._hub.rights(user_id)
            if replace(rights, user_id=self._rights.user_id) != self._rights:
                self._dismiss(Departure(), subscribers)

    def _dismiss(self, departure: Departure, subscribers: list[Subscriber] | None = None) -> None:
        for subscriber in [*self.members] if subscribers is None else subscribers:
            if subscriber in self.members:
                # The cohort has delivered up to here; events that it did not send don't concern this subscription.
                subscriber.delivered = max(subscriber.delivered, self._delivered)
                self._remove(subscriber).set_result(departure)

    def _remove(self, subscriber: Subscriber) -> "asyncio.Future[Departure]":
        """Remove a member; returns the future of its departure. If it is being cancelled, nobody reads that future."""
        departure = self.members.pop(subscriber)
        return asyncio.get_running_loop().create_future() if departure.done() else departure


def send_now(sending: Coroutine[Any, Any, None]) -> Awaitable[None] | None:
    """Send as much as the socket takes at once. Returns the rest, to be awaited, if the client does not read."""
    try:
        awaited = sending.send(None)
    except StopIteration:
        return None
    return _Unsent(sending, awaited)


class _Unsent:
    """A coroutine that was run up to its first suspension, and the future that it awaits."""

    def __init__(self, sending: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._sending, self._awaited = sending, awaited

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._awaited
        except BaseException as error:
            with suppress(StopIteration):
                self._sending.throw(error)
            raise
        yield from self._sending.__await__()
