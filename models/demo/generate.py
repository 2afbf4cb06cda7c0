"""Tickets by the thousand, for load tests: the same rules and the same rows as the actions', many to a transaction.

The one exception to "only actions change tickets". Nothing is decided here: who may do what is `workflow`'s answer to
real Actors, how it is written is `records`'. A ticket is told from its submission on, and written as it ends.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeVar

from models.database import Transaction, execute_batch, fetch, transaction
from models.demo import texts
from models.demo.world import OFFICE_DAY, SUPPORT, World, office_instant, office_time, read_world
from models.idempotency import Services
from models.search import index
from models.search.normalise import number_words
from models.tickets import counters
from models.tickets.writes import (
    INSERT_ACTIVITY,
    INSERT_TICKET,
    Submission,
    activity_values,
    added_words,
    ticket_number,
    ticket_values,
)
from models.workflow import (
    TRANSITIONS,
    ActivityKind,
    RefusalCode,
    Role,
    State,
    TicketAction,
    next_state,
    submitted,
)

T = TypeVar("T")

BATCH = 1000
"""Tickets in one transaction."""

_SPAN = 2 * 260 * OFFICE_DAY
"""How long ago the first ticket was submitted, in office time: two years."""

_MINE = TicketAction.ASSIGN_TO_ME
_ASSIGN = TicketAction.ASSIGN
_SOLVE = TicketAction.PROPOSE_SOLUTION
_ASK = TicketAction.REQUEST_INFORMATION
_TRANSFER = TicketAction.TRANSFER_TO_SUPPORT
_ANSWER = TicketAction.PROVIDE_INFORMATION
_ACCEPT = TicketAction.ACCEPT_SOLUTION
_REFUSE = TicketAction.REFUSE_SOLUTION
_CLOSE = TicketAction.CLOSE

# What happens to so many of a hundred tickets after their submission.
_STORIES: tuple[tuple[float, tuple[TicketAction, ...]], ...] = (
    (9, ()),
    (4, (_MINE,)),
    (1, (_ASSIGN,)),
    (1, (_MINE, _ASSIGN)),
    (2, (_MINE, _ASK, _ANSWER)),
    (2, (_MINE, _SOLVE, _REFUSE)),
    (5, (_MINE, _ASK)),
    (1, (_ASSIGN, _ASK)),
    (5, (_MINE, _SOLVE)),
    (1, (_MINE, _ASK, _ANSWER, _SOLVE)),
    (1, (_MINE, _SOLVE, _REFUSE, _SOLVE)),
    (24, (_CLOSE,)),
    (11, (_MINE, _CLOSE)),
    (1, (_MINE, _ASK, _CLOSE)),
    (19, (_MINE, _SOLVE, _ACCEPT)),
    (3, (_ASSIGN, _SOLVE, _ACCEPT)),
    (1, (_MINE, _ASSIGN, _SOLVE, _ACCEPT)),
    (3, (_MINE, _ASK, _ANSWER, _SOLVE, _ACCEPT)),
    (2, (_MINE, _SOLVE, _REFUSE, _SOLVE, _ACCEPT)),
    (2, (_MINE, _TRANSFER)),
    (1, (_MINE, _TRANSFER, _MINE, _SOLVE)),
    (1, (_MINE, _TRANSFER, _MINE, _SOLVE, _ACCEPT)),
)
_WRITE: dict[TicketAction, Callable[[Random, str], str]] = {
    _SOLVE: texts.solution,
    _ASK: texts.question,
    _TRANSFER: texts.transfer,
    _ANSWER: texts.answer,
    _REFUSE: texts.refusal,
}


class _Step(NamedTuple):
    """One activity, but for its position; `words` is what it adds to the search text."""

    kind: ActivityKind
    before: State | None
    after: State
    actor_id: int
    message: str | None
    at: int
    words: str


class _Draft(NamedTuple):
    """A ticket with all that happened to it, but for its id; `words` is its search text without the number."""

    ticket: Submission
    words: str
    steps: list[_Step]


class _Teller:
    """Tells tickets as the people of the world would make them, until a moment in office time."""

    def __init__(self, world: World, rng: Random, until: int) -> None:
        self._world, self._rng, self._random, self._until = world, rng, rng.random, until
        self._support_id = world.structures[SUPPORT]
        self._agents = {(channel.structure_id, channel.service_id): channel.agents for channel in world.channels}
        self._weights = list(accumulate(weight for weight, _ in _STORIES))

    def tell(self, time: int) -> _Draft:
        """A ticket submitted at that moment in office time. What the rules refuse of its story does not happen."""
        channel, rng = self._pick(self._world.channels), self._rng
        subject, (writer_id, issuer_id) = self._pick(channel.subjects), self._pick(channel.writers)
        request = texts.request(rng, subject.code)
        ticket = Submission(
            request.short_description, request.description, subject.category_id, subject.subcategory_id, subject.labels,
            request.object_type, issuer_id, self._world.names[issuer_id], *self._world.contacts[writer_id],
        )  # fmt: skip
        state = submitted(channel.structure_id, channel.service_id)
        steps = [_Step(ActivityKind.SUBMITTED, None, state, writer_id, None, office_instant(time), "")]
        for action in _STORIES[bisect(self._weights, self._random() * self._weights[-1])][1]:
            time += 1 + int(self._random() ** 2 * 3 * OFFICE_DAY)
            if time >= self._until:
                break
            rule, place = TRANSITIONS[action], (state.recipient_structure_id, state.recipient_service_id)
            agents = self._agents[place]
            actor_id = writer_id if rule.role is Role.REQUESTER else state.assignee_id or self._pick(agents)
            actor = self._world.rights[actor_id].acts_as(*place, issuer_id)
            after = next_state(state, action, actor, support_id=self._support_id, named_id=self._pick(agents))
            if isinstance(after, RefusalCode):
                continue
            message = _WRITE[action](rng, subject.code) if rule.message else None
            added = added_words(message, (), 0)
            steps.append(_Step(rule.activity, state, after, actor_id, message, office_instant(time), added))
            state = after
        return _Draft(ticket, " ".join(ticket.other_words()), steps)

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random() * len(choices))]  # `Random.choice` takes four times as long


async def generate(services: Services, count: int, *, now: int, seed: int, progress: Callable[[int], None]) -> None:
    """Make `count` tickets as if in the two years before `now`, in the demo's directory, which must be there.

    After each transaction `progress` hears how many of them there are. Errors: KeyError where the directory is another.
    """
    until = office_time(now)
    rng = Random(seed)  # noqa: S311 - nothing secret
    teller = _Teller(await read_world(), rng, until)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        drafts = [teller.tell(until - 1 - int(_SPAN * (count - number - rng.random()) / count)) for number in numbers]
        await transaction(partial(_write, drafts))
        if services.broker is not None:
            services.broker.wake()
        progress(numbers.stop)


async def _write(drafts: Sequence[_Draft], connection: Transaction) -> None:
    """Give the tickets their ids and the activities their positions, and write them all."""
    count = sum(len(draft.steps) for draft in drafts)
    reserved = await fetch(
        "UPDATE desk SET position = position + ?, ticket_id = ticket_id + ? RETURNING position, ticket_id",
        [count, len(drafts)],
        connection,
    )
    position, ticket_id = reserved[0][0] - count, reserved[0][1] - len(drafts)
    tickets: list[list[object]] = []
    found: list[list[object]] = []
    activities: list[list[object]] = []
    counted: Counter[counters.Key] = Counter()
    for draft in drafts:
        ticket_id += 1
        text, words_to = " ".join([*number_words(ticket_number(ticket_id)), draft.words]), 0
        for step in draft.steps:
            position += 1
            words_from, text = words_to, text + step.words
            words_to = len(text)
            activities.append(
                activity_values(
                    position, ticket_id, step.kind, step.before, step.after, actor_id=step.actor_id,
                    message=step.message, at=step.at, words_from=words_from, words_to=words_to,
                )
            )  # fmt: skip
        first, last = draft.steps[0], draft.steps[-1]
        counted.update(counters.changes(None, last.after, draft.ticket.issuer_structure_id))
        tickets.append(ticket_values(ticket_id, draft.ticket, last.after, first.at, words_to, last.at))
        place = last.after.recipient_structure_id, last.after.recipient_service_id
        found.append([ticket_id, text, index.scope_words(*place, draft.ticket.issuer_structure_id)])
    await connection.execute_many(INSERT_TICKET, tickets)
    await connection.execute_many(index.INSERT, found)
    await connection.execute_many(INSERT_ACTIVITY, activities)
    await execute_batch(connection, *counters.statements(counted))
