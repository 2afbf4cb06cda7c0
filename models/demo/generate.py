"""Tickets by the thousand, for load tests: invented here, decided by the workflow, recorded by an action.

Each ticket gets a whole history, and is written as its last action leaves it, many in one transaction.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from random import Random
from typing import TypeVar

from models import actions
from models.demo import texts
from models.demo.world import OFFICE_DAY, SUPPORT, World, office_instant, office_time, read_world
from models.services import Services
from models.tickets.history import History
from models.tickets.writes import NewTicket
from models.workflow import TRANSITIONS, Role, TicketAction

T = TypeVar("T")

BATCH = 1000
"""Tickets in one transaction."""

_SPAN = 2 * 260 * OFFICE_DAY
"""Office time since the first ticket: two years."""

_TAKE = TicketAction.ASSIGN_TO_ME
_ASSIGN = TicketAction.ASSIGN
_SOLVE = TicketAction.PROPOSE_SOLUTION
_ASK = TicketAction.REQUEST_INFORMATION
_TRANSFER = TicketAction.TRANSFER_TO_SUPPORT
_ANSWER = TicketAction.PROVIDE_INFORMATION
_ACCEPT = TicketAction.ACCEPT_SOLUTION
_REFUSE = TicketAction.REFUSE_SOLUTION
_CLOSE = TicketAction.CLOSE

# How many of a hundred tickets have which actions after their submission.
_STORIES: tuple[tuple[float, tuple[TicketAction, ...]], ...] = (
    (9, ()),
    (4, (_TAKE,)),
    (1, (_ASSIGN,)),
    (1, (_TAKE, _ASSIGN)),
    (2, (_TAKE, _ASK, _ANSWER)),
    (2, (_TAKE, _SOLVE, _REFUSE)),
    (5, (_TAKE, _ASK)),
    (1, (_ASSIGN, _ASK)),
    (5, (_TAKE, _SOLVE)),
    (1, (_TAKE, _ASK, _ANSWER, _SOLVE)),
    (1, (_TAKE, _SOLVE, _REFUSE, _SOLVE)),
    (24, (_CLOSE,)),
    (11, (_TAKE, _CLOSE)),
    (1, (_TAKE, _ASK, _CLOSE)),
    (19, (_TAKE, _SOLVE, _ACCEPT)),
    (3, (_ASSIGN, _SOLVE, _ACCEPT)),
    (1, (_TAKE, _ASSIGN, _SOLVE, _ACCEPT)),
    (3, (_TAKE, _ASK, _ANSWER, _SOLVE, _ACCEPT)),
    (2, (_TAKE, _SOLVE, _REFUSE, _SOLVE, _ACCEPT)),
    (2, (_TAKE, _TRANSFER)),
    (1, (_TAKE, _TRANSFER, _TAKE, _SOLVE)),
    (1, (_TAKE, _TRANSFER, _TAKE, _SOLVE, _ACCEPT)),
)
_MESSAGES: dict[TicketAction, Callable[[Random, str], str]] = {
    _SOLVE: texts.solution,
    _ASK: texts.question,
    _TRANSFER: texts.transfer,
    _ANSWER: texts.answer,
    _REFUSE: texts.refusal,
}


class _Generator:
    """Invents tickets and what the people of the demo world do with them, until an instant of office time."""

    def __init__(self, world: World, rng: Random, until: int) -> None:
        self._world, self._rng, self._random, self._until = world, rng, rng.random, until
        self._support_id = world.structures[SUPPORT]
        self._agents = {(channel.structure_id, channel.service_id): channel.agents for channel in world.channels}
        self._weights = list(accumulate(weight for weight, _ in _STORIES))

    def history(self, time: int) -> History:
        """A ticket submitted at an instant of office time. Actions of its story that the workflow refuses are left
        out."""
        channel, rng = self._pick(self._world.channels), self._rng
        subcategory, (requester_id, issuer_id) = self._pick(channel.subcategories), self._pick(channel.requesters)
        request = texts.request(rng, subcategory.code)
        ticket = NewTicket(
            request.short_description, request.description, subcategory.category_id, subcategory.subcategory_id,
            subcategory.labels, request.object_type, issuer_id, self._world.names[issuer_id],
            *self._world.contacts[requester_id],
        )  # fmt: skip
        history = History(
            ticket, channel.structure_id, channel.service_id, actor_id=requester_id, at=office_instant(time)
        )
        for action in _STORIES[bisect(self._weights, self._random() * self._weights[-1])][1]:
            time += 1 + int(self._random() ** 2 * 3 * OFFICE_DAY)
            if time >= self._until:
                break
            state = history.state
            recipient = (state.recipient_structure_id, state.recipient_service_id)
            agents = self._agents[recipient]
            by_requester = TRANSITIONS[action].role is Role.REQUESTER
            actor_id = requester_id if by_requester else state.assignee_id or self._pick(agents)
            history.act(
                action,
                self._world.rights[actor_id].acts_as(*recipient, issuer_id),
                support_id=self._support_id,
                chosen_id=self._pick(agents),
                at=office_instant(time),
                message=partial(self._write, action, subcategory.code),
            )
        return history

    def _write(self, action: TicketAction, subcategory_code: str) -> str:
        return _MESSAGES[action](self._rng, subcategory_code)

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random() * len(choices))]  # `Random.choice` takes four times as long


async def generate(services: Services, count: int, *, now: int, seed: int, progress: Callable[[int], None]) -> None:
    """Generate `count` tickets of the two years before `now` (milliseconds), in the demo's directory.

    `progress` is called after each transaction with the number of tickets so far. The same seed gives the same tickets.
    Errors: KeyError if the database has another directory.
    """
    until = office_time(now)
    rng = Random(seed)  # noqa: S311 - nothing secret
    generator = _Generator(await read_world(), rng, until)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        ages = (int(_SPAN * (count - number - rng.random()) / count) for number in numbers)
        histories = [generator.history(until - 1 - age) for age in ages]
        await actions.record_history(services, histories)
        progress(numbers.stop)
