"""Those who watch the same: one evaluation and one encoded answer an event, sent to each.

Every watcher begins on its own, from the cursor it gave, and joins a group once it has caught up. A group is of one
document, one set of variables, one language and one set of rights. Who can't be written to at once leaves it, and goes
on alone until it has caught up again; who has other rights than before leaves it too. So a group waits for nobody,
and there is no queue.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Hashable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from graphql import FieldNode, OperationDefinitionNode, VariableNode

from graph.live.consumer import Pace
from graph.live.hub import Hub
from models.access import Rights
from models.inbox.tabs import InboxTab

log = structlog.get_logger("saisine.groups")

PERSONAL = re.compile(rf"\b(availableActions|tabCounts|{InboxTab.MY_TICKETS_TO_PROCESS})\b")
"""What differs between two who have the same rights; a subscription that says any of this is shared with oneself only.
What is forgotten here fails: a shared evaluation knows no viewer (`Viewer.user`)."""

ANY_VIEWER = 0
_TURN = 100
"""Watchers written to before others have their turn."""


def starts(operation: OperationDefinitionNode | None, document: str) -> list[str]:
    """The variables that say nothing but where the subscription begins: those of the root field's `after` alone."""
    root = operation.selection_set.selections[0] if operation is not None else None
    named = [
        argument.value.name.value
        for argument in (root.arguments or () if isinstance(root, FieldNode) else ())
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    ]
    # Once where it is declared, once there.
    return [name for name in named if len(re.findall(rf"\${name}\b", document)) == 2]


class Answer(Protocol):
    """One answer of a stream. `began` is false for a last one that says why there are no others."""

    @property
    def executed(self) -> bool:
        """Whether it is an event's."""

    def encoded(self) -> bytes:
        """It as JSON."""


Stream = Callable[[Pace, Rights | None], AsyncGenerator[Answer, None]]
"""Runs a subscription at a pace, for everyone with these rights, or, with None, for the watcher alone."""


class Watcher:
    """One client's subscription. `send` takes an answer's text to the client."""

    __slots__ = ("position", "rights", "send")

    def __init__(self, send: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self.send = send
        self.position = 0
        """What it was told up to."""
        self.rights: Rights | None = None
        """Those that it was told by."""


@dataclass(frozen=True, slots=True)
class Left:
    """How a watcher leaves its group: with something still to be written to it, since writing failed, at the end, or to
    go on alone."""

    rest: Awaitable[None] | None = None
    failure: Exception | None = None
    over: bool = False
    last: Answer | None = None


class Groups:
    """All groups of the process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._groups: dict[Hashable, Group] = {}
        self.watching = 0
        self.evaluated = 0
        """Answers made, for one watcher or for many."""

    def __len__(self) -> int:
        return len(self._groups)

    async def watch(self, watcher: Watcher, subject: Hashable, personal: bool, stream: Stream) -> Answer | None:
        """Tell a watcher everything until the end; its last answer, where there is one to give."""
        self.watching += 1
        try:
            pace = Pace()
            while True:
                async with aclosing(stream(pace, None)) as answers:
                    async for answer in answers:
                        self.evaluated += 1
                        if not answer.executed:
                            return answer
                        await watcher.send(answer.encoded().decode())
                if not pace.caught_up:
                    return None
                watcher.position, watcher.rights = pace.done, pace.rights
                if pace.done == self._hub.position and pace.rights_version == self._hub.rights_version:
                    left = await self._join(watcher, subject, personal, stream)
                    if left.failure is not None:
                        raise left.failure
                    if left.over:
                        return left.last
                    if left.rest is not None:
                        await left.rest
                pace = Pace(start=watcher.position, rights=watcher.rights)
        finally:
            self.watching -= 1

    async def _join(self, watcher: Watcher, subject: Hashable, personal: bool, stream: Stream) -> Left:
        assert watcher.rights is not None  # noqa: S101 - it has just been told by them
        rights = watcher.rights if personal else replace(watcher.rights, user_id=ANY_VIEWER)
        key = (subject, rights)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(self._hub, rights, stream, watcher.position, self._count)
        try:
            return await group.stay(watcher)
        finally:
            if not group.members and self._groups.get(key) is group:
                del self._groups[key]
                group.end()

    def _count(self) -> None:
        self.evaluated += 1


class Group:
    """Watchers of the same who have all been told the same."""

    def __init__(self, hub: Hub, rights: Rights, stream: Stream, position: int, count: Callable[[], None]) -> None:
        self._hub, self._rights, self._stream, self._position, self._count = hub, rights, stream, position, count
        self.members: dict[Watcher, asyncio.Future[Left]] = {}
        self._task = asyncio.create_task(self._run())

    async def stay(self, watcher: Watcher) -> Left:
        """Be told with the others, for as long as it lasts."""
        leaving: asyncio.Future[Left] = asyncio.get_running_loop().create_future()
        self.members[watcher] = leaving
        try:
            return await leaving
        finally:
            self.members.pop(watcher, None)

    def end(self) -> None:
        """Nobody is left."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            while not self._hub.closing:
                version = self._hub.rights_version
                await self._part_with_the_changed()
                if version != self._hub.rights_version:
                    continue
                pace = Pace(self._position, self._rights, shared=True, rights_version=version)
                async with aclosing(self._stream(pace, self._rights)) as answers:
                    async for answer in answers:
                        self._count()
                        if not answer.executed:
                            self._part(Left(over=True, last=answer))
                            return
                        if not await self._tell(answer.encoded().decode(), pace.at, version):
                            break
                self._position = max(self._position, pace.done)
                if version == self._hub.rights_version and not self._hub.closing:
                    break  # the stream has come to an end of its own
            self._part(Left(over=True))
        except Exception:
            log.exception("group broke")
            self._part(Left())

    async def _tell(self, text: str, at: int, version: int) -> bool:
        """Send an answer to everyone who has not been told so far; false if rights have changed before it was over."""
        for count, watcher in enumerate([*self.members]):
            if count % _TURN == 0:
                if count:
                    await asyncio.sleep(0)
                if version != self._hub.rights_version:
                    return False
            if watcher.position >= at or watcher not in self.members:
                continue
            watcher.position = at
            try:
                rest = begin(watcher.send(text))
            except Exception as error:
                self._leave(watcher).set_result(Left(failure=error))
            else:
                if rest is not None:
                    self._leave(watcher).set_result(Left(rest))
        self._position = at
        return True

    async def _part_with_the_changed(self) -> None:
        """Let those go whose rights are no longer the group's: they have to be told so."""
        by_user: dict[int, list[Watcher]] = {}
        for watcher in self.members:
            by_user.setdefault(watcher.rights.user_id if watcher.rights else ANY_VIEWER, []).append(watcher)
        for user_id, watchers in by_user.items():
            rights = await self._hub.rights(user_id)
            if replace(rights, user_id=self._rights.user_id) != self._rights:
                self._part(Left(), watchers)

    def _part(self, how: Left, watchers: list[Watcher] | None = None) -> None:
        for watcher in [*self.members] if watchers is None else watchers:
            if watcher in self.members:
                # All that it was not told of until here was none of its business.
                watcher.position = max(watcher.position, self._position)
                self._leave(watcher).set_result(how)

    def _leave(self, watcher: Watcher) -> "asyncio.Future[Left]":
        """Take a watcher out; its future, to be set. One that is being cancelled takes no notice."""
        leaving = self.members.pop(watcher)
        return asyncio.get_running_loop().create_future() if leaving.done() else leaving


def begin(sending: Coroutine[Any, Any, None]) -> Awaitable[None] | None:
    """Send as much as can be sent without waiting; the rest, to be awaited, where the client does not read."""
    try:
        waited = sending.send(None)
    except StopIteration:
        return None
    return _Rest(sending, waited)


class _Rest:
    """A coroutine that has been begun by hand, and the future that it was found waiting for."""

    def __init__(self, sending: Coroutine[Any, Any, None], waited: Any) -> None:
        self._sending, self._waited = sending, waited

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._waited
        except BaseException as error:
            with suppress(StopIteration):
                self._sending.throw(error)
            raise
        yield from self._sending.__await__()
