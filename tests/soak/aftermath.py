"""Checks of a database after a soak test: the desk is consistent, and holds every call that was answered.

Helpers only, without tests.
"""

import asyncio
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any

from models import journal
from models.access import Rights, rights_of
from models.attachments.storage import storage_for
from models.database import fetch, transaction
from models.inbox.tabs import InboxTab, in_tab
from models.search import index
from models.search.normalise import terms
from models.settings import StorageSettings
from models.sweep import sweep
from models.workflow import TRANSITIONS, ActivityKind, State, StateReason, TicketStatus, next_state, submitted
from tests.live import People
from tests.models import check_the_counters, select
from tests.test_demo import ACTION_OF, TICKETS, rebuilt_text

TabCounts = list[tuple[str, dict[str, int]]]
"""The counts that each login received, by tab."""
KINDS = {
    "submitTicket": "SUBMITTED", "assignTicketToMe": "ASSIGNED", "assignTicket": "ASSIGNED",
    "proposeSolution": "SOLUTION_PROPOSED", "requestInformation": "INFORMATION_REQUESTED",
    "transferToSupport": "TRANSFERRED_TO_SUPPORT", "provideInformation": "INFORMATION_PROVIDED",
    "acceptSolution": "SOLUTION_ACCEPTED", "refuseSolution": "SOLUTION_REFUSED", "closeTicket": "CLOSED",
}  # fmt: skip


@dataclass
class Call:
    """An action under its own idempotency key, with a file of `size` bytes if that is not 0, and its result."""

    number: int
    login: str
    action: str
    given: dict[str, Any]
    size: int = 0
    answer: Any = None
    breaks: int = 0
    tried_at: int = 0

    @staticmethod
    def word_of(number: int) -> str:
        """The word that finds this call and no other."""
        return f"appel{number:07}"

    @property
    def key(self) -> str:
        return f"cle-{self.number}"

    @property
    def done(self) -> bool:
        return bool(self.answer["__typename"] == "ActionDone")

    @property
    def position(self) -> int:
        return journal.decode_cursor(self.answer["cursor"])

    @property
    def filename(self) -> str:
        return f"piece{self.number:07}.pdf"

    @property
    def content(self) -> bytes:
        return (b"%PDF-1.4\n" + Random(self.number).randbytes(self.size))[: self.size]

    async def make(self, people: People) -> Any:
        """Call the action once: its result."""
        given: dict[str, Any] = {**self.given, "idempotencyKey": self.key}
        if self.size:
            given["attachments"] = [(self.filename, self.content, "application/octet-stream")]
        if self.action == "submitTicket":
            return await people.submit(self.login, **given)
        return await (await people.client(self.login)).act(self.action, **given)


async def everyones_rights() -> dict[str, Rights]:
    return {login: await rights_of(user_id) for user_id, login in await select("SELECT id, login FROM users")}


async def check_the_desk(kind: str, counts: TabCounts) -> None:
    """Series have no gap; every ticket follows from its log and its texts; counters are right, kept and delivered;
    indexes are whole."""
    log = await journal.after(0, 10**9)
    tickets = {row["id"]: row for row in await fetch(TICKETS)}
    found = {row[0]: (row[1], row[2]) for row in await select("SELECT rowid, words, scope FROM ticket_search")}
    rights = await everyones_rights()
    by_id = {one.user_id: one for one in rights.values()}
    names, logs = defaultdict(list), defaultdict(list)
    for position, filename in await select("SELECT activity_id, filename FROM attachments ORDER BY id"):
        names[position].append(filename)
    for row in log:
        logs[row["ticket_id"]].append(row)

    assert await select("SELECT position, ticket_id FROM desk") == [(len(log), len(tickets))]
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    assert sorted(tickets) == list(range(1, len(tickets) + 1))
    assert tickets.keys() == found.keys() == logs.keys()
    expected: dict[str, Counter[str]] = {login: Counter() for login, _ in counts}
    for ticket_id, ticket in tickets.items():
        state = replayed(ticket, logs[ticket_id], by_id)
        recipient, issuer_id = (state.recipient_structure_id, state.recipient_service_id), ticket["issuer_structure_id"]
        assert found[ticket_id] == (
            rebuilt_text(ticket, logs[ticket_id], names), index.scope_words(*recipient, issuer_id)
        )  # fmt: skip
        for login, counter in expected.items():
            counter.update(tab for tab in InboxTab if in_tab(tab, rights[login], state))
    for login, counted in counts:
        assert (login, counted) == (login, {str(tab): expected[login][tab] for tab in InboxTab})
    await check_the_counters()

    if kind == "sqlite":
        # FTS5 compares its index with its text, and SQLite its indexes with its tables.
        check = "INSERT INTO ticket_search (ticket_search) VALUES ('integrity-check')"
        await transaction(lambda connection: connection.execute_query(check))
        assert await select("PRAGMA integrity_check") == [("ok",)]
        assert await select("PRAGMA foreign_key_check") == []


def replayed(ticket: Any, log: list[Any], rights: dict[int, Rights]) -> State:
    """Replay a ticket's log through the workflow: its state. The log and the row must agree, with versions 1 to n."""
    issuer_id, state, instant = ticket["issuer_structure_id"], None, 0
    for row in log:
        event, kind = journal.event(row, journal.TicketRef(row)), ActivityKind(row["kind"])
        assert event.before == state, dict(row)
        if state is None:
            assert kind is ActivityKind.SUBMITTED
            state = submitted(event.after.recipient_structure_id, event.after.recipient_service_id)
        else:
            action, recipient = ACTION_OF[kind], (state.recipient_structure_id, state.recipient_service_id)
            assert (row["message"] is not None) == TRANSITIONS[action].message
            after = next_state(
                state, action, rights[row["actor_id"]].acts_as(*recipient, issuer_id), support_id=ticket["support_id"],
                chosen_id=event.after.assignee_id,
            )  # fmt: skip
            assert isinstance(after, State), dict(row)
            state = after
        assert event.after == state, dict(row)
        assert row["occurred_at"] >= instant
        instant = row["occurred_at"]
    assert state == State(
        TicketStatus(ticket["status"]), ticket["state_reason"] and StateReason(ticket["state_reason"]),
        ticket["assignee_id"], ticket["recipient_structure_id"], ticket["recipient_service_id"], ticket["version"],
    )  # fmt: skip
    assert (ticket["version"], ticket["updated_at"]) == (len(log), instant)
    return state


async def check_answered_calls(calls: list[Call], since: str) -> int:
    """Each call answered ActionDone is stored once, and nothing else is: how many of them had lost an answer before."""
    done = [call for call in calls if call.done]
    rights = await everyones_rights()
    log = {row["position"]: row for row in await journal.after(journal.decode_cursor(since), 10**9)}
    assert sorted(call.position for call in done) == sorted(log), "each activity belongs to one call"
    # The demo's own calls have keys, too, from before.
    keys = [row for row in await select("SELECT user_id, key, activity_id FROM idempotent_calls") if row[2] in log]
    assert sorted(keys) == sorted((rights[call.login].user_id, call.key, call.position) for call in done)
    numbers = dict(await select("SELECT id, number FROM tickets"))
    saved = 0
    for call in done:
        row, ticket, activity = log[call.position], call.answer["ticket"], call.answer["activity"]
        assert (row["kind"], row["actor_id"]) == (KINDS[call.action], rights[call.login].user_id), call
        assert (row["kind"], row["message"]) == (activity["kind"], activity["message"]), call
        assert row["message"] == call.given.get("message"), call
        assert numbers[row["ticket_id"]] == ticket["number"], call
        saved += bool(call.breaks and row["occurred_at"] < call.tried_at)
    everywhere = [f"~s{structure_id}" for (structure_id,) in await select("SELECT id FROM structures")]
    for call in calls:
        if "message" in call.given or "text" in call.given:
            expected = [(log[call.position]["ticket_id"],)] if call.done else []
            for word in [Call.word_of(call.number), *([call.filename] if call.size else [])]:
                assert await found_by(word, everywhere) == expected, call
    return saved


async def found_by(word: str, tokens: list[str]) -> list[tuple[int]]:
    """The ids of the tickets within these scope tokens that a word finds."""
    condition, values = index.condition(terms(word), tokens)
    return await select(f"SELECT t.id FROM tickets t WHERE {condition}", *values)


async def check_the_files(settings: StorageSettings, calls: list[Call]) -> int:
    """Every row has its file and, once orphans are swept, every file its row: how many orphans there were."""
    storage = storage_for(settings)
    attached = await select("SELECT activity_id, filename, size, digest, storage_key FROM attachments")
    sent = {
        (call.position, call.filename, call.size, hashlib.sha256(call.content).hexdigest())
        for call in calls
        if call.done and call.size
    }
    first = min(call.position for call in calls if call.done)
    recorded = [tuple(row[:4]) for row in attached if row[0] >= first]
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == sent
    for _, _, size, digest, key in attached:
        content = storage.path(key).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, digest)
    orphans = await sweep(storage, -60)
    kept = await asyncio.to_thread(lambda: {path.name for path in storage.root.glob("??/*")})
    assert kept == {key for *_, key in attached}
    return orphans
