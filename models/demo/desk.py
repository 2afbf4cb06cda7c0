"""The first tickets of the demo, each described by a story: a list of the actions on it.

Only the functions of `actions.py` make and change these tickets. The texts are in `texts.py`.
"""

from collections.abc import Awaitable, Callable
from io import BytesIO
from itertools import cycle
from random import Random

from tortoise.queryset import QuerySet

from models import actions
from models.attachments.uploads import Upload
from models.commands import Command, Submission
from models.demo import texts
from models.demo.world import (
    COURT,
    EXCISE,
    HOSPITAL,
    OFFICE_DAY,
    SUPPORT,
    TOWN,
    World,
    load_world,
    office_instant,
    office_time,
    read_world,
)
from models.services import Services
from models.tickets.tables import Activity, IdempotentCall, ObjectType, Ticket

_TICKETS_MIN = 60
"""The fewest tickets of a demo."""

# By recipient structure. The first line names the requesters, in groups between slashes: every story is made once for
# each group, and the requesters of a group take turns. Each further line is a story: the service (- for none), the
# first agent, and the steps after submission. `take:X`: X assigns the ticket to themselves; `give:X`: it is assigned
# to X.
_STORIES: dict[str, str] = {
    TOWN: """
        requester / colleague / other-requester
        - agent-1
        FINANCES service-agent
        - agent-1 take
        FINANCES service-agent take
        MARCHES soizic.le-gall take ask
        FINANCES service-agent take ask answer
        - agent-2 take ask answer solve
        FINANCES agent-1 take solve
        - agent-1 take solve refuse
        FINANCES service-agent take solve refuse solve
        TECHNIQUES farid.ouali take solve accept
        FINANCES service-agent take ask answer solve accept
        - agent-2 take solve refuse solve accept
        RH maelle.josephe take give:agent-2 ask
        CULTURE agent-2 take give:maelle.josephe solve accept
        - agent-1 close
        - agent-1 take transfer
        FINANCES agent-2 take transfer take:support ask
    """,
    HOSPITAL: """
        yann.le-floch requester other-requester noemie.garcia
        PHARMACIE priya.ramassamy take ask
        - other-agent
        DAF francois.oeuvrard
        BIOMED lucie.zielinski take
        PHARMACIE priya.ramassamy take ask answer
        - other-agent take solve refuse
        DAF francois.oeuvrard take solve
        - other-agent take
        PHARMACIE priya.ramassamy take solve accept
        - francois.oeuvrard take give:other-agent ask
        DAF other-agent take ask answer
        BIOMED other-agent take give:lucie.zielinski solve
        PHARMACIE other-agent take solve refuse solve accept
        - other-agent close
        DAF francois.oeuvrard take ask close
        - other-agent take transfer take:support-2 solve
        - other-agent take ask answer solve accept
    """,
    COURT: """
        chidi.okonkwo leila.benchekroun linh.nguyen
        FRAIS-JUSTICE aurelien.n-diaye
        FRAIS-JUSTICE aurelien.n-diaye take ask
        - helene.vauquelin take solve
        FRAIS-JUSTICE helene.vauquelin take give:aurelien.n-diaye solve accept
    """,
    EXCISE: """
        joaquim.da-silva
        - benedicte.arnoux
        - benedicte.arnoux take ask answer
        - benedicte.arnoux take solve accept
    """,
    SUPPORT: """
        requester linh.nguyen joaquim.da-silva other-requester noemie.garcia
        - support
        - support take
        - support take solve
        - support-2 take ask
        - support-2 take solve accept
    """,
}

_Write = Callable[[Random, str], str]
_STEPS: dict[str, tuple[Callable[[Services, Command], Awaitable[int]], _Write | None]] = {
    "take": (actions.assign_ticket_to_me, None),
    "give": (actions.assign_ticket, None),
    "ask": (actions.request_information, texts.question),
    "solve": (actions.propose_solution, texts.solution),
    "transfer": (actions.transfer_to_support, texts.transfer),
    "answer": (actions.provide_information, texts.answer),
    "refuse": (actions.refuse_solution, texts.refusal),
    "accept": (actions.accept_solution, None),
    "close": (actions.close_ticket, None),
}
_REQUESTER_STEPS = {"submit", "answer", "refuse", "accept", "close"}


class _Story:
    """One ticket and the steps of its story."""

    def __init__(self, world: World, rng: Random, number: int, structure: str, requester: str, line: str) -> None:
        service, self.agent, *then = line.split()
        self.world, self.rng, self.number, self.requester, self.steps = world, rng, number, requester, ["submit", *then]
        structure_id = world.structures[structure]
        recipient = structure_id, world.services[structure_id, None if service == "-" else service]
        self.channel, self.issuer_id = rng.choice(
            [
                (channel, issuer)
                for channel in world.channels
                for user, issuer in channel.requesters
                if (channel.structure_id, channel.service_id, user) == (*recipient, world.users[requester])
            ]
        )
        self.subcategory = rng.choice(self.channel.subcategories)
        self.recipient = (None, None) if structure == SUPPORT else recipient
        self.ticket_id = 0

    def instants(self, now: int) -> list[int]:
        """The instants of its steps, in milliseconds: in office hours, hours or days apart, in the last six weeks."""
        ago = (0.02 + 0.98 * self.rng.random()) ** 1.5 * 30 * OFFICE_DAY
        lasting = min(0.95 * ago, 0.8 * OFFICE_DAY * len(self.steps))
        later = sorted(self.rng.random() * lasting for _ in self.steps[1:])
        return [office_instant(office_time(now) - 1 - int(ago - after)) for after in (0, *later)]

    async def take(self, services: Services, step: int, at: int, key: str) -> None:
        """Call the action of one step, under its own idempotency key."""
        name, _, person = self.steps[step].partition(":")
        files = self._files() if (self.number + step) % 3 == 0 else []
        if name == "submit":
            await self._submit(services, at, key, files)
            return
        action, write = _STEPS[name]
        if name == "take":
            self.agent = person or self.agent
        user = self.requester if name in _REQUESTER_STEPS else self.agent
        if name == "give":
            self.agent = person
        command = Command(
            self.world.users[user],
            self.ticket_id,
            message=write and write(self.rng, self.subcategory.code),
            files=files if write else (),
            assignee_id=self.world.users[person] if name == "give" else None,
            idempotency_key=key,
            at=at,
        )
        await action(services, command)

    async def _submit(self, services: Services, at: int, key: str, files: list[Upload]) -> None:
        request, (structure_id, service_id) = texts.request(self.rng, self.subcategory.code), self.recipient
        submission = Submission(
            self.world.users[self.requester],
            category_id=self.subcategory.category_id,
            subcategory_id=self.subcategory.subcategory_id,
            object_type=ObjectType(request.object_type),
            short_description=request.short_description,
            description=request.description,
            issuer_structure_id=self.issuer_id,
            recipient_structure_id=structure_id,
            recipient_service_id=service_id,
            files=files,
            idempotency_key=key,
            at=at,
        )
        position = await actions.submit_ticket(services, submission)
        self.ticket_id = (await Activity.get(position=position)).ticket_id

    def _files(self) -> list[Upload]:
        name, kind, content = texts.attachment(self.rng, self.subcategory.code)
        return [Upload(name, kind, BytesIO(content), len(content))]


def _demo_requests() -> QuerySet[IdempotentCall]:
    return IdempotentCall.filter(key__startswith="demo:")


async def complete(services: Services, *, now: int) -> None:
    """Load the demo's directory and make its tickets if there are too few, or if an earlier `fill` was interrupted."""
    if await Ticket.all().count() < _TICKETS_MIN or await _interrupted():
        await load_world()
        await fill(services, now=now)


async def _interrupted() -> bool:
    """Whether `fill` began and did not reach its end."""
    last = await _demo_requests().order_by("-activity_id").first()
    return last is not None and not last.key.endswith(":end")


async def fill(services: Services, *, now: int, seed: int = 1) -> int:
    """Make the demo's tickets, dated in the six weeks before `now` (milliseconds): their number.

    After an interruption it goes on where it stopped: the idempotency key of a step contains the `now` of the first
    run, so the same steps run again, and those that were done are not done twice.
    """
    first = await _demo_requests().order_by("activity_id").first()
    if first is not None:
        now = int(first.key.split(":")[1])
    world, rng = await read_world(), Random(seed)  # noqa: S311 - nothing secret
    stories: list[_Story] = []
    for structure, source in _STORIES.items():
        groups, *lines = source.strip().splitlines()
        for group in groups.split("/"):
            for requester, line in zip(cycle(group.split()), lines, strict=False):
                stories.append(_Story(world, rng, len(stories), structure, requester, line))
    steps = [(at, story.number, step) for story in stories for step, at in enumerate(story.instants(now))]
    for n, (at, number, step) in enumerate(sorted(steps), 1):
        await stories[number].take(services, step, at, f"demo:{now}:{n if n < len(steps) else 'end'}")
    return len(stories)
