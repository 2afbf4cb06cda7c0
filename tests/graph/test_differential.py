"""Compiled operations over the product's schema give the results of graphql-core, with the tickets of the demo.

Random queries and subscriptions run for users of every profile. The order of errors depends on the database here, so
it is not compared (`tests/engine/test_differential.py` does that).
"""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputType, OperationType
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.context import Context, Viewer
from graph.documents.documents import Prepared
from graph.engine.engine import Engine
from graph.live.consumer import Consumer
from graph.node_ids import decode
from graph.schema import schema
from models import journal
from models.access import rights_of
from models.demo.desk import complete
from models.directory.queries import user_by_login
from models.i18n.language import Language
from tests.conftest import Desk
from tests.engine import engines, run, shown
from tests.engine.documents import Author, any_value
from tests.engine.test_differential import EXAMPLES, SETTINGS, collected, unawaited
from tests.graph import InProcessEngine

__all__ = ["collected"]  # the fixture
pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]
SEEDS = 4
"""Executions of each document, each with other variables and another viewer."""
LOGINS = ("agent-1", "agent-1", "service-agent", "requester", "reader", "support", "other-agent")
IDS = """{ viewer { user { id } } categories { id subcategories { id } } structures { id services { id } }
  tickets(tab: ALL_EXCEPT_CLOSED, first: 30) { edges { cursor } nodes { id attachments { id }
    activities { nodes { id cursor } } } } }"""


def texts(found: Any) -> Iterator[str]:
    """All strings in a result."""
    if isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from texts(one)
    elif isinstance(found, str):
        yield found


class Runner:
    """Executes documents for different viewers."""

    def __init__(self, in_process: InProcessEngine, known: list[str]) -> None:
        self._in_process = in_process
        self._ids = [text for text in known if decode(text)[0]]
        self._cursors = [text for text in known if not decode(text)[0]]

    def value(self, random: Random, type_: GraphQLInputType) -> Any:
        return any_value(random, type_, self._leaf)

    def _leaf(self, random: Random, name: str) -> Any:
        return {
            "Int": random.choice([1, 2, 3, 20, 100, 0, 101]),
            "String": random.choice(["", "facture", "garantie", "é\n", random.choice(self._cursors)]),
            "ID": random.choice(self._ids) if random.random() < 0.95 else "none",
            "Boolean": random.random() < 0.5,
            "Cursor": random.choice(self._cursors),
            "DateTime": f"202{random.randrange(5, 8)}-03-04T05:06:07.000Z",
            "Upload": "",  # used by mutations only
        }[name]

    async def context(self, login: str, language: Language, consumer: Consumer) -> Context:
        user = await user_by_login(login)
        assert user is not None
        return self._in_process.new_context(Viewer(user, await rights_of(user.id)), language, consumer)

    async def answers(self, engine: Engine, prepared: Prepared, variables: Any, who: tuple[str, Language]) -> list[Any]:
        """The result of a query, or those of the past events of a subscription; errors sorted by their text."""
        consumer = Consumer(self._in_process.hub)
        operation = prepared.operation(None)
        assert operation is not None
        if operation.operation is OperationType.QUERY:
            answers = [await run(engine, prepared, variables, await self.context(*who, consumer))]
        else:
            events = engine.subscribe(prepared, None, variables, lambda: self.context(*who, consumer))
            async with aclosing(events):
                answers = [shown(result) async for result in events]
        return [(data, sorted(map(str, errors))) for data, errors in answers]


@settings(SETTINGS, max_examples=EXAMPLES // 3)
@given(number=st.integers(0, 10**12))
async def test_random_documents_over_the_schema_give_the_results_of_graphql_core(desk: Desk, number: int) -> None:
    random = Random(number)
    in_process = InProcessEngine(desk)
    await complete(desk.services, now=journal.now())
    await in_process.hub.open()
    try:
        runner = Runner(in_process, [*texts(await in_process.run("agent-1", IDS))])
        compiled, core = engines(schema, random.choice([1_000, 1_000, 12]))
        kind = random.choice([*[OperationType.QUERY] * 5, OperationType.SUBSCRIPTION])
        while True:
            author = Author(schema._schema, random, runner.value, depth=4)
            text = author.write(kind)
            prepared = compiled.documents.prepare(text)
            if not prepared.errors:
                break
        again = replace(prepared, operations={})
        with unawaited():
            for _ in range(SEEDS):
                variables, who = author.values(), (random.choice(LOGINS), random.choice([*Language]))
                ours = await runner.answers(compiled, prepared, variables, who)
                assert ours == await runner.answers(core, again, variables, who), f"{text}\n{variables}, {who}"
    finally:
        await in_process.hub.close()
