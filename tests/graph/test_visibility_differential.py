"""Every answer is that of a plain reference, while rights and tickets move between the questions.

On three configurations: compiled and by graphql-core on SQLite, and compiled on PostgreSQL. Eight seconds each in
`make test`, or `SAISINE_VISIBILITY_SECONDS`; `SAISINE_VISIBILITY_SEED` repeats a run.
"""

import json
import os
import re
import time
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.graph.moving_desk import LOGINS, TOWN, MovingDesk, moving_desk
from tests.graph.questions import Question, Questions
from tests.graph.reference import TABS, ProfileOf
from tests.graph.watchers import Watcher, check_first_events, watch
from tests.support.databases import need_postgres

SOAK = os.environ.get("SAISINE_SOAK") == "1"
SECONDS = float(os.environ.get("SAISINE_VISIBILITY_SECONDS", "60" if SOAK else "8"))
SEED = int(os.environ.get("SAISINE_VISIBILITY_SEED") or Random().randrange(10**9))
pytestmark = [pytest.mark.soak, pytest.mark.timeout(600 if SOAK else 120)]
QUESTIONS = 10
"""Questions of one viewer between two moves."""
TICKETS = 15
VIEWERS = 3
WATCHERS = 4
CONFIGURATIONS = (("compiled", "sqlite"), ("graphql-core", "sqlite"), ("compiled", "postgres"))


async def check(desk: MovingDesk, login: str, questions: list[Question]) -> None:
    """Ask as one viewer; every answer must be the reference's, and none may name a hidden ticket."""
    client = await desk.people.client(login)
    answers = (await client.http.post("/graphql", json=[question.body for question in questions])).json()
    for question, answer in zip(questions, answers, strict=True):
        assert "errors" not in answer, (login, question.body, answer)
        shown = question.shown(answer["data"])
        assert shown == question.expected, f"{login} ({desk.reference.profiles[login]}): {question.body}"
    check_words(desk, login, answers)


def check_words(desk: MovingDesk, login: str, answers: Any) -> None:
    """No answer has the word of a ticket that the viewer may not see."""
    seen = {ticket.word for ticket in desk.reference.visible(login)}
    assert {*re.findall(r"zq\d{5}", json.dumps(answers))} <= seen, login


async def check_download(desk: MovingDesk, login: str) -> None:
    """An attachment is downloaded by those who see its ticket, and does not exist for others."""
    held = [ticket for ticket in desk.reference.tickets if ticket.attachments]
    if not held:
        return
    ticket = desk.random.choice(held)
    client = await desk.people.client(login)
    response = await client.http.get(f"/attachments/{desk.random.choice(ticket.attachments)}")
    seen = desk.reference.sees(login, ticket)
    assert response.status_code == (200 if seen else 404), (login, ticket)
    assert (ticket.word in response.text) == seen


async def watched(desk: MovingDesk, stack: AsyncExitStack) -> list[Watcher]:
    """One subscription of each of a few viewers."""
    tabs = [desk.random.choice([*TABS]) for _ in range(WATCHERS)]
    tabs[0] = "ALL_EXCEPT_CLOSED"
    logins = desk.random.sample(LOGINS, WATCHERS)
    searches = [desk.random.choice([None, "kelvinor"]) for _ in tabs]
    return [await watch(desk, *given, stack) for given in zip(logins, tabs, searches, strict=True)]


@pytest.fixture(params=CONFIGURATIONS, ids="-".join)
def configuration(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The engine and the database."""
    engine, kind = request.param
    if kind == "postgres":
        need_postgres()
    return engine, kind


async def test_every_answer_is_that_of_the_plain_reference(configuration: tuple[str, str], tmp_path: Path) -> None:
    engine, kind = configuration
    random = Random(SEED)
    print(f"SAISINE_VISIBILITY_SEED={SEED}")
    answers = events = 0
    async with moving_desk(kind, tmp_path, random, engine=engine) as desk, AsyncExitStack() as stack:
        start = await desk.people.now()
        # Its agents see what the town receives, not what it sends.
        await desk.give("colleague", {ProfileOf("SENT_TICKETS", TOWN)})
        for _ in range(TICKETS):
            await desk.submit()
        watchers = await watched(desk, stack)
        questions = Questions(desk, random)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until or not all(desk.moves.values()):
            await desk.move()
            events += sum([await watcher.follow() for watcher in watchers])
            for login in random.sample(LOGINS, VIEWERS):
                await check(desk, login, [questions.any(login) for _ in range(QUESTIONS)])
                await check_download(desk, login)
            await check_first_events(desk, random.choice(LOGINS), start)
            answers += VIEWERS * (QUESTIONS + 1) + 2
    print(f"{engine} on {kind}: {answers} answers, {events} events, {desk.moves}")
